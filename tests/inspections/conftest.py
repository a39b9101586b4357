"""A village of a township, a checklist of three items, a score template, and who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from programs.models import (
    Checklist,
    ChecklistItem,
    Cycle,
    Decision,
    Declaration,
    Inspection,
    Organization,
    Project,
    Role,
)
from programs.services.inspections import close, open_inspection, save_scores
from tests.factories import SmallCity, make_grant, make_organization, make_user, small_city

PURPOSES = ["self_evaluation", "preliminary", "acceptance", "evaluation", "recheck", "sample", "random", "supervision"]
PASSED = [
    {"item": "A1", "result": "pass"},
    {"item": "A2", "result": "pass"},
    {"item": "B1", "result": "pass", "value": "20"},
]


def make_checklist(place: SmallCity, *, mode: str = "items", state: str = "published", **fields: Any) -> Checklist:
    """Published, for every purpose: A1 and A2 by eye (A2 must apply), B1 at least 20; or two items of 60 and 40 points."""
    defaults = {"code": f"list-{Checklist.objects.count()}", "name_zh": "示例清单", "purposes": PURPOSES, "mode": mode}
    checklist = Checklist.objects.create(programme=place.programme, unit=place.city, **(defaults | fields))
    clause = place.programme.basis
    rows = (
        [{"code": "A1", "points": 60}, {"code": "A2", "points": 40, "may_not_apply": False}]
        if mode == "points"
        else [
            {"code": "A1"},
            {"code": "A2", "may_not_apply": False, "clause": clause},
            {"code": "B1", "comparator": "gte", "threshold": Decimal(20), "measure_zh": "万元", "clause": clause},
        ]
    )
    for position, row in enumerate(rows, start=1):
        ChecklistItem.objects.create(checklist=checklist, position=position, text_zh=f"示例要求{position}", **row)
    if state != "draft":
        checklist.state, checklist.published_at = state, timezone.now()
        checklist.save()
    return checklist


@dataclass
class Site:
    """What is inspected, by which checklist, and by whom."""

    place: SmallCity
    project: Project
    declaration: Declaration
    checklist: Checklist
    body: Organization  # applied
    reporter: Any  # of the township
    inspector: Any  # of the city
    colleague: Any  # another inspector of the city
    approver: Any  # of the city
    county: Any  # reviewer of the county

    def open(self, actor: Any = None, purpose: str = "acceptance", **fields: Any) -> Inspection:
        defaults = {
            "checklist": self.checklist, "programme": self.place.programme, "unit": self.project.unit,
            "project": self.project, "declaration": self.declaration,
        }  # fmt: skip
        return open_inspection(actor=actor or self.inspector, purpose=purpose, **(defaults | fields))

    def score(self, inspection: Inspection, scores: list[dict], actor: Any = None, version: int | None = None):
        inspection.refresh_from_db()
        return save_scores(
            actor=actor or self.inspector, inspection_id=inspection.pk, scores=scores,
            version=inspection.version if version is None else version,
        )  # fmt: skip

    def close(self, inspection: Inspection, actor: Any = None, **fields: Any) -> Inspection:
        inspection.refresh_from_db()
        defaults = {"version": inspection.version, "inspected_on": date(2026, 10, 8), "conclusion": "合格"}
        return close(actor=actor or self.inspector, inspection_id=inspection.pk, **(defaults | fields))

    def failed(self, item: str = "A1", **fields: Any) -> Inspection:
        """A closed inspection in which one item failed."""
        inspection = self.open(**fields)
        self.score(inspection, [*(one for one in PASSED if one["item"] != item), {"item": item, "result": "fail"}])
        return self.close(inspection)


@pytest.fixture
def site(db) -> Site:
    place = small_city()
    town = place.townships[0]
    body, bureau = make_organization(town), make_organization(place.city)
    reporter, colleague, inspector = make_user(), make_user(), make_user()
    make_grant(reporter, Role.REPORTER, town, organization=body)
    make_grant(inspector, Role.INSPECTOR, place.city, organization=bureau)
    make_grant(colleague, Role.INSPECTOR, place.city, organization=bureau)
    project = Project.objects.create(
        programme=place.programme, kind="village", code="village-1", name_zh="一号村", unit=town, applicant=body
    )
    cycle = Cycle.objects.create(programme=place.programme, year=2026)
    declaration = Declaration.objects.create(project=project, cycle=cycle, workflow="sample", stage="building")
    Decision.objects.create(
        declaration=declaration, verb="apply", from_stage="draft", to_stage="building", actor=reporter,
        organization=body, hands_in=True, decided_on=date(2026, 3, 1),
    )  # fmt: skip
    return Site(
        place, project, declaration, make_checklist(place), body, reporter, inspector, colleague,
        place.people["approver"], place.people["reviewer"],
    )  # fmt: skip
