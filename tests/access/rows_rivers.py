"""Addresses of the rivers, and the water they are tried on."""

from __future__ import annotations

from datetime import date
from typing import Any

from programs.models import Cycle, Decision, Declaration, Programme, Project, Role
from rivers.models import Evaluation, WaterBody
from tests.access.table import BUSINESS, HERE, PLAN, PUBLIC, Row

WRITERS = (Role.REPORTER, Role.REVIEWER, Role.APPROVER)


def add(world: Any) -> None:
    """A programme of waters with one water of the county ``world.own`` that has passed its evaluation."""
    programme = Programme.objects.create(
        code="sample-rivers", module="rivers", name_zh="示例河湖", name_en="Waters", jurisdiction=world.parent,
        document=world.document, reporting_level="county", starts_on=date(2026, 1, 1),
    )  # fmt: skip
    project = Project.objects.create(
        programme=programme, kind="river", code="sample-rivers-01", name_zh="示例河", unit=world.own, plan_year=2026
    )
    world.water = WaterBody.objects.create(
        project=project, programme=programme, seq=1, segment_zh="全线", length_km=3, responsible_text="示例局"
    )
    declaration = Declaration.objects.create(
        project=project,
        cycle=Cycle.objects.create(programme=programme, year=2025),
        workflow="rivers-city",
        stage="evaluated",
    )
    decision = Decision.objects.create(
        declaration=declaration, verb="evaluate", from_stage="built", to_stage="evaluated", decided_on=date(2026, 10, 9)
    )
    Evaluation.objects.create(
        water=world.water, decision=decision, score=92, is_passed=True, evaluated_on=date(2026, 10, 9)
    )


def _code(w: Any) -> dict:
    return {"code": w.water.project.code}


ROWS = [
    Row("public-rivers", PUBLIC),
    Row("rivers:register", BUSINESS, PLAN),
    Row("rivers:year", BUSINESS, PLAN),
    Row("rivers:classes", BUSINESS, PLAN),
    Row("rivers:classes", WRITERS, PLAN, method="post", ok=422),
    Row("rivers:water", BUSINESS, HERE, kwargs=_code),
    Row("rivers:chief", WRITERS, HERE, kwargs=_code),
    Row("rivers:chief", WRITERS, HERE, method="post", kwargs=_code, ok=422),
    Row("rivers:evaluation", BUSINESS, HERE, kwargs=_code),
    Row("rivers:naming", BUSINESS, HERE, kwargs=_code),
    Row("api-rivers", BUSINESS),
    Row("api-river", BUSINESS, HERE, kwargs=_code),
]  # fmt: skip
