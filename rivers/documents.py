"""Papers about one water in the layout of official documents: the naming decision and the evaluation report.

Both are drafts for the office that signs; no seal is drawn and every page is marked.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from programs.documents import pdf
from programs.documents.bulletin import STYLE, page_sides
from programs.models import Decision, Declaration, Organization, Unit
from rivers.guards import method_names
from rivers.models import Evaluation, WaterBody
from rivers.queries import classes_of, months_before_evaluation, months_of, standard_of


def print_naming(water: WaterBody, evaluation: Evaluation) -> bytes:
    """The naming decision (命名决定); with number and date once it is named. Always in Chinese."""
    return _print("rivers/pdf/naming.html", water, evaluation)


def print_evaluation(water: WaterBody, evaluation: Evaluation) -> bytes:
    """The evaluation report: score, methods, classes of the water month by month. Always in Chinese."""
    return _print("rivers/pdf/evaluation.html", water, evaluation)


def _print(template: str, water: WaterBody, evaluation: Evaluation) -> bytes:
    with translation.override("zh-hans"):
        html = render_to_string(template, _facts(water, evaluation) | {"demo": settings.LUOSHI_DEMO})
        content, _pages = pdf.render(html, style=STYLE, extra=page_sides(0))
    return content


def _facts(water: WaterBody, evaluation: Evaluation) -> dict[str, Any]:
    project, declaration = water.project, evaluation.decision.declaration
    year = declaration.cycle.year
    standard = standard_of(project)
    months = months_before_evaluation(year, standard.quality_months if standard else 12)
    place = project.unit if project.decider_level == "county" else _city(project.unit)
    return {
        "water": water,
        "project": project,
        "evaluation": evaluation,
        "evaluation_year": year + 1,
        "self_score": declaration.revisions.order_by("-number").values_list("data__score", flat=True).first(),
        "months": months_of(classes_of([water], months[0], months[-1])[water.pk], months),
        "issuer": Organization.objects.filter(unit=place, kind=Organization.Kind.GOVERNMENT).first() or place,
        "methods": [name for code, name in method_names() if code in evaluation.methods],
        "document": project.programme.document,
        "decision": _decision(declaration),
    }


def _city(unit: Unit) -> Unit:
    return unit if unit.level == Unit.Level.CITY or unit.parent is None else unit.parent


def _decision(declaration: Declaration) -> Decision | None:
    return declaration.decisions.filter(verb="name").order_by("-id").first()
