"""Projects as lists show them: with the newest declaration of each, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from programs.models import Declaration, Project
from programs.modules import module_of, modules
from programs.queries.declarations import stage_name
from programs.workflow import find_workflow, workflows


def with_newest(rows: QuerySet[Project]) -> QuerySet[Project]:
    """Annotates ``declaration``, ``workflow``, ``stage``, ``stage_year``, ``is_declared_open`` of the newest declaration."""
    newest = Declaration.objects.filter(project=OuterRef("pk")).order_by("-cycle__year", "-pk")
    return rows.annotate(
        declaration=Coalesce(Subquery(newest.values("pk")[:1]), None, output_field=IntegerField()),
        workflow=Subquery(newest.values("workflow")[:1]),
        stage=Subquery(newest.values("stage")[:1]),
        stage_year=Subquery(newest.values("cycle__year")[:1]),
        is_declared_open=Subquery(newest.values("is_open")[:1]),
    )


@dataclass(frozen=True)
class ProjectRow:
    """One line of the list."""

    project: Any
    kind: str
    stage: str
    light: str


def rows_of(projects: list[Project]) -> list[ProjectRow]:
    """Names of kinds and stages beside projects annotated by ``with_newest``."""
    found = []
    for one in projects:
        row: Any = one
        stage, light = "", "none"
        if row.workflow:
            flow = find_workflow(row.workflow)
            stage = stage_name(flow, row.stage) if flow is not None else row.stage
            light = "wait" if row.is_declared_open else "done"
        found.append(ProjectRow(one, kind_name(one), stage, light))
    return found


def kind_name(project: Project) -> str:
    """The kind in words; its code when its initiative is not installed."""
    kind = module_of(project.programme.module).kind(project.kind)
    return str(kind.name) if kind else project.kind


def kind_choices() -> list[tuple[str, str]]:
    return [(kind.code, str(kind.name)) for module in modules() for kind in module.kinds]


def stage_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """``workflow.stage`` and its name, in groups by workflow."""
    return [
        (str(flow.name), [(f"{flow.code}.{stage.code}", str(stage.name)) for stage in flow.stages])
        for flow in workflows()
    ]
