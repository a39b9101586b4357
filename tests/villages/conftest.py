"""A county with a town and two villages, the plan's quotas, the checklist, and who takes which step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from programs.models import (
    Attachment,
    Checklist,
    ChecklistItem,
    Declaration,
    Project,
    Role,
    StageDeadline,
    StoredFile,
    Unit,
)
from programs.services.declarations import decide
from programs.services.inspections import close, open_inspection, save_scores
from tests.factories import SmallCity, make_grant, make_organization, make_unit, make_user, small_city
from villages.models import Candidate, Quota
from villages.services import places, plans

ITEMS = [{"item": "QM1", "result": "pass"}, {"item": "QM3b", "result": "pass", "value": "20"}]


@dataclass
class Case:
    """A village's application and the people around it."""

    city: SmallCity
    county: Unit
    town: Unit
    village: Unit
    people: dict[str, Any]
    checklist: Checklist
    project: Project | None = None

    @property
    def declaration(self) -> Declaration:
        return Declaration.objects.get(project=self.project, workflow__in=("villages-city", "villages-county"))

    def put_forward(self, *, unit: Unit | None = None, level: str = "city", year: int = 2026) -> Project:
        """An application with everything a township owes."""
        unit = unit or self.village
        person = self.people["town"]
        project = places.put_forward(actor=person, programme=self.city.programme, unit=unit, level=level, year=year)
        places.save_candidate(
            actor=person, project_id=project.pk, version=0,
            fields={"style": "water", "hamlets": ["东庄", "西庄"], "hamlets_are_all": True, "has_industry": True}, works=[works()],
        )  # fmt: skip
        for kind in ("plan", "creation-plan", "key-projects", "resolution"):
            self.attach(project, kind)
        return project

    def attach(self, project: Project, kind: str) -> None:
        stored, _ = StoredFile.objects.get_or_create(
            sha256=kind.ljust(64, "0"), defaults={"sm3": "0" * 64, "size": 1, "content_type": "application/pdf", "name": kind}
        )  # fmt: skip
        Attachment.objects.create(
            project=project, kind=kind, file=stored, name=f"{kind}.pdf", uploaded_by=self.people["town"]
        )

    def plan(self) -> None:
        """The county's three-year plan with its paper."""
        plan = plans.save_plan(
            actor=self.people["county_entry"], programme=self.city.programme, unit=self.county, first_year=2025, last_year=2027,
            summary="",
        )  # fmt: skip
        self.attach(plan.project, "three-year-plan")

    def take(self, verb: str, who: str, declaration: Declaration | None = None, **fields: Any) -> Declaration:
        one = declaration or self.declaration
        one.refresh_from_db()
        return decide(actor=self.people[who], declaration_id=one.pk, verb=verb, **({"revision": one.revision} | fields))

    def inspect(self, purpose: str, who: str, scores: list[dict] = ITEMS, declaration: Declaration | None = None):
        """A closed inspection of today."""
        one = declaration or self.declaration
        actor = self.people[who]
        found = open_inspection(
            actor=actor, checklist=self.checklist, purpose=purpose, programme=self.city.programme, unit=one.project.unit,
            project=one.project, declaration=one,
        )  # fmt: skip
        found = save_scores(actor=actor, inspection_id=found.pk, version=found.version, scores=scores)
        return close(
            actor=actor,
            inspection_id=found.pk,
            version=found.version,
            inspected_on=timezone.localdate(),
            conclusion="逐项看过",
        )

    def finish(self) -> None:
        for row in self.project.candidate.works.all():
            places.finish_works(actor=self.people["town"], works_id=row.pk, finished_on=timezone.localdate())

    def to(self, stage: str) -> Declaration:
        """Walk the city's procedure of 2026 up to ``stage``."""
        steps = {
            "recommended": lambda: self.take("recommend", "town"),
            "county_selected": lambda: self.take("select", "county"),
            "city_submitted": lambda: self.take("submit", "county_entry"),
            "city_approved": lambda: self.take("approve", "city"),
            "building": lambda: self.take("begin", "town", facts={"started_on": "2026-03-20"}),
            "prelim_pass": self.pass_preliminary,
            "city_accepted": self.accept,
            "honoured": lambda: self.take("honour", "city", number="示政〔2026〕9号", facts={"plaque": "市-2026-01"}),
        }
        days = {
            "building": "2026-03-20",
            "prelim_pass": "2026-10-20",
            "city_accepted": "2026-12-10",
            "honoured": "2026-12-20",
        }
        for name, step in steps.items():
            with time_machine.travel(f"{days.get(name, '2026-02-10')} 10:00:00+08:00", tick=True):
                step()
            if name == stage:
                break
        return self.declaration

    def pass_preliminary(self) -> Declaration:
        self.finish()
        self.inspect("preliminary", "county")
        return self.take("pass", "county")

    def accept(self) -> Declaration:
        self.inspect("acceptance", "inspector")
        return self.take("accept", "city")


def works(**fields: Any) -> places.Works:
    """One building project of 80,000 yuan."""
    return {
        "pk": None, "builder": "示例村", "place": "村口", "content": "修路1公里", "investment": Decimal(80_000),
        "finish_by": date(2026, 9, 30), "sources": ["county"], "is_tendered": False,
    } | fields  # type: ignore[return-value]  # fmt: skip


@pytest.fixture
def case(db) -> Case:
    return build()


def build() -> Case:
    """See Case; nothing is put forward yet."""
    city = small_city()
    county, town = city.counties[0], city.townships[0]
    county.quota_class = "county_city"
    county.save()
    village = make_unit("village", town)
    people = {"town": make_user(), "county": city.reviewer, "county_entry": city.reporter, "city": city.approver}
    people["inspector"], people["auditor"] = city.inspector, city.auditor
    make_grant(people["town"], Role.REPORTER, town, organization=make_organization(town, kind="government"))
    make_grant(people["county"], Role.APPROVER, county)
    checklist = Checklist.objects.create(
        programme=city.programme, unit=city.city, code="villages-test", name_zh="标准",
        purposes=["preliminary", "acceptance", "recheck", "sample"],
    )  # fmt: skip
    ChecklistItem.objects.create(checklist=checklist, code="QM1", text_zh="规划", position=1, may_not_apply=False)
    ChecklistItem.objects.create(
        checklist=checklist, code="QM3b", text_zh="收入", position=2, comparator="gte", threshold=20, measure_zh="万元"
    )
    checklist.state, checklist.published_at = "published", timezone.now()
    checklist.save()
    for kind, level, minimum in (
        ("village", "city", 5),
        ("village", "county", 15),
        ("town", "city", 1),
        ("town", "county", 3),
    ):
        Quota.objects.create(
            programme=city.programme, unit=county, kind=kind, level=level, minimum=minimum, period="per_year"
        )
    window = {"programme": city.programme, "workflow": "villages-city", "closes_month": 12, "closes_day": 31}
    StageDeadline.objects.create(verb="pass", opens_month=10, opens_day=1, **window)
    StageDeadline.objects.create(verb="accept", **window)
    case = Case(city, county, town, village, people, checklist)
    case.plan()
    return case


@pytest.fixture
def put_forward(case) -> Case:
    """The village's complete application of 2026, still a draft."""
    with time_machine.travel("2026-02-01 10:00:00+08:00", tick=True):
        case.project = case.put_forward()
    assert Candidate.objects.get(project=case.project).works.count() == 1
    return case
