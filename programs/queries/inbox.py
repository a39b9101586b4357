"""What waits for a person: a query over stages, never a table of its own."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from programs.access import Access
from programs.models import Declaration
from programs.workflow import workflows


def waiting_for(access: Access) -> QuerySet[Declaration]:
    """Open declarations that stand at a stage from which this person can take a step forward, oldest first."""
    condition = Q(pk__in=[])
    for flow in workflows():
        for step in flow.transitions:
            if step.is_reverse or step.by_system:
                continue
            for grant in access.business:
                if grant.role not in step.roles or (step.levels and grant.level not in step.levels):
                    continue
                part = Q(workflow=flow.code, stage__in=step.sources, project__unit__path__startswith=grant.path)
                if grant.programme_id is not None:
                    part &= Q(project__programme_id=grant.programme_id)
                condition |= part
    return Declaration.objects.filter(condition, is_open=True).order_by("stage_since", "id")
