"""What the rivers show on the shared pages: a panel of a project, and the allowed fields of a notice."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from programs.access import access_of
from programs.models import Declaration, Project, Purpose
from programs.modules import Panel
from rivers.models import Dimension, WaterBody
from rivers.queries import classes_of, months_before_evaluation, months_of, standard_of, template_of
from rivers.services.quality import WRITERS


def panels(project: Project, user: User) -> list[Panel]:
    """One panel: where the water stands against the standards of its level."""
    water = (
        WaterBody.objects.select_related("clause", "programme")
        .prefetch_related("parties", "issues")
        .filter(project=project)
        .first()
    )
    if water is None:
        return []
    water.project = project
    return [Panel("rivers/_water.html", facts_of(water, user))]


def facts_of(water: WaterBody, user: User) -> dict[str, Any]:
    """Context of ``rivers/_water.html``: a fixed number of queries, whatever the history."""
    project = water.project
    newest = project.declarations.select_related("cycle").order_by("-cycle__year", "-id").first()
    year = newest.cycle.year if newest else newest_cycle()
    standard = standard_of(project)
    months = months_before_evaluation(year, standard.quality_months if standard else 12)
    rows = months_of(classes_of([water], months[0], months[-1])[water.pk], months)
    return {
        "water": water,
        "project": project,
        "standard": standard,
        "dimensions": list(Dimension.objects.filter(programme=project.programme_id).select_related("clause")),
        "months": rows,
        "missing": sum(1 for row in rows if row.grade is None and row.month <= timezone.localdate()),
        "bad": [row for row in rows if row.is_bad],
        "evaluation_year": year + 1,
        "chiefs": sorted(
            water.chiefs.filter(until=None), key=lambda one: list(type(one).Level.values).index(one.level)
        ),
        "evaluations": list(water.evaluations.select_related("decision").order_by("-id")),
        "has_filing_template": template_of(project, Purpose.SELF_EVALUATION) is not None,
        "has_template": template_of(project, Purpose.EVALUATION) is not None,
        "newest": newest,
        "may_write": access_of(user).can(WRITERS, unit=project.unit, programme=project.programme),
    }


def newest_cycle() -> int:
    """The year Y whose evaluation comes next: until October the one that began last year."""
    today = timezone.localdate()
    return today.year if today.month > 10 else today.year - 1


def shown_in_notice(declaration: Declaration) -> dict[str, str]:
    """Allowed fields of one line: what the plan's list says of the water, nothing about persons."""
    project = declaration.project
    water = project.water
    return {
        _("Water"): project.name,
        _("Reach or class"): water.segment,
        _("Level"): project.get_decider_level_display(),
        _("Responsible"): water.responsible,
        _("Year of the plan"): str(project.plan_year),
    }
