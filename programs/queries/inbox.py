"""What waits for a person: a query over stages, never a table of its own."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from programs.access import Access, Held
from programs.models import Declaration
from programs.workflow import Transition, workflows


def waiting_for(access: Access) -> QuerySet[Declaration]:
    """Open declarations that stand at a stage from which this person can take a step forward, oldest first."""
    condition = Q(pk__in=[])
    for grant in access.business:
        stages = Q(pk__in=[])
        for flow in workflows():
            mine = [step for step in flow.transitions if _takes(step, grant)]
            waiting = {source for step in mine if not step.is_own_side for source in step.sources}
            if waiting:
                stages |= Q(workflow=flow.code, stage__in=sorted(waiting))
            own = {source for step in mine if step.is_own_side for source in step.sources} - waiting
            if own:
                stages |= Q(workflow=flow.code, stage__in=sorted(own), project__unit__level=grant.level)
        part = stages & Q(project__unit__path__startswith=grant.path)
        if grant.programme_id is not None:
            part &= Q(project__programme_id=grant.programme_id)
        condition |= part
    return Declaration.objects.filter(condition, is_open=True).order_by("stage_since", "id")


def _takes(step: Transition, grant: Held) -> bool:
    """Whether somebody with this grant takes the step, forward."""
    fits = grant.role in step.roles and (not step.levels or grant.level in step.levels)
    return fits and not step.is_reverse and not step.by_system
