"""The real register of 56 waters on the real tree, and invented people around one water."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from programs.models import Attachment, Declaration, Programme, Project, Role, StoredFile, Unit
from programs.services.declarations import decide, save_draft, start
from programs.services.packs.loading import load_pack
from programs.services.units import load_units, units_folder
from programs.services.workdays import load_calendar
from rivers.models import WaterBody, WaterQuality
from rivers.queries import months_before_evaluation
from tests.factories import make_grant, make_organization, make_user

CODE = "pingdingshan-rivers-2023"
METHODS = {"papers": "yes", "site": "yes", "opinion": "yes", "satisfaction": "yes"}
PASSED = {"score": "92", "paper": "示河办〔2026〕7号", "satisfied": "95", **METHODS}


@pytest.fixture(scope="session")
def counties_only(tmp_path_factory) -> Path:
    """The packaged units down to county level: all that the register refers to."""
    folder = tmp_path_factory.mktemp("units")
    for source in units_folder().glob("*.csv"):
        header, *lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / source.name).write_text(
            "".join([header, *(line for line in lines if line[6:12] == "000000")]), encoding="utf-8"
        )
    return folder


@pytest.fixture
def tree(db, counties_only):
    return load_units(folder=counties_only)


@pytest.fixture
def programme(tree) -> Programme:
    load_calendar(years=[2025, 2026])
    load_pack(code=CODE)
    return Programme.objects.select_related("jurisdiction").get(code=CODE)


@dataclass
class Case:
    """People of one water: its county's reporter and reviewer, and the city's river-chief office."""

    programme: Programme
    project: Project
    reporter: object
    reviewer: object
    office: object  # city approver, river-chief office
    second: object  # a colleague of the office
    other: object  # reporter and reviewer of another county
    declaration: Declaration | None = None
    papers: int = field(default=0)

    def begin(self, year: int = 2025) -> Declaration:
        self.declaration = start(actor=self.reporter, project=self.project, year=year)
        return self.declaration

    def save(self, score: str = "85", on: str = "2025-10-09") -> None:
        data = {"score": score, "evaluated_on": on, "summary": ""}
        save_draft(actor=self.reporter, declaration_id=self.declaration.pk, data=data)

    def attach(self, kind: str) -> Attachment:
        self.papers += 1
        stored, _ = StoredFile.objects.get_or_create(
            sha256=f"{kind}{self.papers}".ljust(64, "0"),
            defaults={"sm3": "0" * 64, "size": 1, "content_type": "application/pdf", "name": "p.pdf"},
        )
        return Attachment.objects.create(
            project=self.project,
            declaration=self.declaration,
            kind=kind,
            file=stored,
            name="p.pdf",
            uploaded_by=self.reporter,
        )

    def take(self, verb: str, actor, **fields) -> Declaration:
        self.declaration.refresh_from_db()
        fields = {"revision": self.declaration.revision} | fields
        self.declaration = decide(actor=actor, declaration_id=self.declaration.pk, verb=verb, **fields)
        return self.declaration

    def put_at(self, stage: str, year: int = 2025) -> Declaration:
        """A declaration that stands at ``stage``, for tests of what comes after."""
        if self.declaration is None:
            self.begin(year)
        Declaration.objects.filter(pk=self.declaration.pk).update(stage=stage)
        self.declaration.refresh_from_db()
        return self.declaration

    @property
    def water(self) -> WaterBody:
        return WaterBody.objects.get(project=self.project)

    def measure(self, grade: int = 3, year: int = 2025, but: dict[date, int | None] | None = None) -> None:
        """A class for each month that counts; ``but`` changes single months, None leaves one out."""
        for month in months_before_evaluation(year):
            value = (but or {}).get(month, grade)
            if value is not None:
                WaterQuality.objects.create(water=self.water, month=month, grade=value, source="示例监测")


def people(programme: Programme, seq: int) -> Case:
    project = Project.objects.select_related("unit", "applicant", "programme").get(code=f"{CODE}-{seq:02d}")
    city = programme.jurisdiction
    other = Unit.objects.exclude(pk=project.unit_id).filter(level="county", parent=city).first()
    names = ("reporter", "reviewer", "office", "second", "other")
    users = {name: make_user() for name in names}
    make_grant(users["reporter"], Role.REPORTER, project.unit, organization=project.applicant)
    make_grant(users["reviewer"], Role.REVIEWER, project.unit, organization=project.applicant)
    body = make_organization(city)
    make_grant(users["office"], Role.APPROVER, city, organization=body)
    make_grant(users["second"], Role.APPROVER, city, organization=body)
    make_grant(users["other"], Role.REPORTER, other)
    make_grant(users["other"], Role.REVIEWER, other)
    return Case(programme, project, **users)


@pytest.fixture
def case(programme) -> Case:
    """灰河 (number 20) of 叶县, on the city's list."""
    return people(programme, 20)


@pytest.fixture
def provincial(programme) -> Case:
    """甘江河 (number 6) of 叶县, on the province's list."""
    return people(programme, 6)


@pytest.fixture
def countys(programme) -> Case:
    """蛮子营水库 (number 45) of 叶县, on a county's list."""
    return people(programme, 45)
