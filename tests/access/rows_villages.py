"""Addresses of the model villages."""

from __future__ import annotations

import datetime
from typing import Any

from programs.models import Cycle, Decision, Declaration, Programme, Project, Role
from tests.access.table import BUSINESS, HERE, PLAN, PUBLIC, REPORTER, Row
from villages.models import Belt, BuildProject, Candidate, Honour, Milestone, Quota, Sanction

WRITES = (Role.REPORTER, Role.REVIEWER, Role.APPROVER)
APPROVER = (Role.APPROVER,)
DRAWS = (Role.APPROVER, Role.INSPECTOR)
CITY = frozenset({"parent"})
DAY = datetime.date(2026, 3, 1)


def _code(w: Any) -> dict:
    return {"code": w.village_project.code}


def _programme(w: Any) -> dict:
    return {"programme": w.villages.code}


ROWS = [
    Row("public-villages", PUBLIC),
    Row("villages-year", BUSINESS, PLAN, query=_programme),
    Row("villages-quotas", BUSINESS, PLAN, query=_programme),
    Row("villages-quotas", BUSINESS, PLAN, method="post", data=lambda w: {"quota": w.village_quota.pk}, ok=422),
    Row("villages-honours", BUSINESS, PLAN, query=_programme),
    Row("villages-plans", BUSINESS, PLAN, query=_programme),
    Row("villages-plans", WRITES, PLAN, method="post", ok=422),
    Row("villages-belts", BUSINESS, PLAN, query=_programme),
    Row("villages-belts", WRITES, PLAN, method="post", ok=422),
    Row("villages-sample", BUSINESS, PLAN, query=_programme),
    Row("villages-sample", DRAWS, CITY, method="post", query=_programme, ok=422, hidden=(403, 404)),
    Row("village-milestone", WRITES, HERE, method="post", kwargs=lambda w: {"pk": w.milestone.pk}, ok=302),
    Row("village-lift", APPROVER, HERE, method="post", kwargs=lambda w: {"pk": w.sanction.pk}, ok=302),
    Row("village-new", REPORTER, PLAN),
    Row("village-new", REPORTER, PLAN, method="post", ok=422),
    Row("village-edit", REPORTER, HERE, kwargs=_code),
    Row("village-edit", REPORTER, HERE, method="post", kwargs=_code, ok=422),
    Row("village-works", WRITES, HERE, kwargs=_code),
    Row("village-works", WRITES, HERE, method="post", kwargs=_code, data=lambda w: {"act": "group", "works": w.works.pk}, ok=422),
    Row("village-acceptance-pdf", BUSINESS, HERE, kwargs=lambda w: {"pk": w.village_declaration.pk}),
    Row("village-honour-pdf", BUSINESS, HERE, kwargs=lambda w: {"pk": w.honour.pk}),
    Row("api-villages", BUSINESS),
    Row("api-village", BUSINESS, HERE, kwargs=_code),
]  # fmt: skip


def add(world: Any) -> None:
    """A village plan of the city; a candidate, a belt, a quota, an honour and a consequence at the county ``own``."""
    plan = world.villages = Programme.objects.create(
        code="sample-villages", module="villages", name_zh="示例村庄", name_en="Sample villages", jurisdiction=world.parent,
        document=world.document, reporting_level="county", starts_on=datetime.date(2026, 1, 1),
    )  # fmt: skip
    fields = {"programme": plan, "unit": world.own, "name_zh": "示例村"}
    project = world.village_project = Project.objects.create(code="village-own", kind="village", **fields)
    candidate = Candidate.objects.create(project=project)
    world.works = BuildProject.objects.create(
        candidate=candidate, builder="甲", place="乙", content="丙", investment=1, finish_by=DAY, is_tendered=True
    )
    cycle = Cycle.objects.create(programme=plan, year=2026)
    declaration = world.village_declaration = Declaration.objects.create(
        project=project, cycle=cycle, workflow="villages-city", stage="honoured", is_open=False
    )
    decision = Decision.objects.create(
        declaration=declaration, verb="honour", from_stage="city_accepted", to_stage="honoured", decided_on=DAY
    )
    world.honour = Honour.objects.create(
        project=project, declaration=declaration, decision=decision, level="city", year=2026, plaque_no="1", commendation_no="2",
        honoured_on=DAY,
    )  # fmt: skip
    world.sanction = Sanction.objects.create(
        honour=world.honour, unit=world.own, kind="criticism", since=DAY, decision=decision
    )
    belt = Belt.objects.create(project=Project.objects.create(code="belt-own", kind="belt", **fields), started_on=DAY)
    world.milestone = Milestone.objects.create(belt=belt, year_no=1, goal="见雏形")
    world.village_quota = Quota.objects.create(
        programme=plan, unit=world.own, kind="village", level="city", minimum=5, period="per_year"
    )
