"""A small world in which every role stands in every place, and one object of every kind belongs to the county ``own``."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.services import keys
from audit.services import record
from policies.models import Clause, Document
from programs.models import (
    ADMINISTRATORS,
    BUSINESS_ROLES,
    Bulletin,
    CorrectionRequest,
    Feedback,
    Indicator,
    Job,
    Period,
    Programme,
    ProgressReport,
    ReportingDuty,
    Role,
    Target,
    Task,
)
from programs.services.bulletins import snapshot
from tests.factories import make_grant, make_organization, make_unit, make_user


@dataclass
class World:
    """Units by place, people by (role, place), and the objects of ``own``."""

    own: Any
    parent: Any
    child: Any
    sibling: Any
    foreign: Any
    people: dict[tuple[str, str], User] = field(default_factory=dict)

    def place(self, name: str) -> Any:
        return getattr(self, name)


def build() -> World:
    """Make the world in the current transaction."""
    province = make_unit("province")
    city, other_city = make_unit("city", province), make_unit("city", province)
    own, sibling, foreign = make_unit("county", city), make_unit("county", city), make_unit("county", other_city)
    world = World(own=own, parent=city, child=make_unit("township", own), sibling=sibling, foreign=foreign)
    for role in BUSINESS_ROLES:
        for place in ("own", "parent", "child", "sibling", "foreign"):
            world.people[role, place] = _person(role, world.place(place))
    for role in ADMINISTRATORS:
        world.people[role, "parent"] = _person(role, city)
    _plan(world)
    _things(world)
    import_module("tests.access.table")  # first: the parts take their names from it
    for part in sorted(Path(__file__).parent.glob("rows_*.py")):
        import_module(f"tests.access.{part.stem}").add(world)
    return world


def _person(role: str, unit: Any) -> User:
    user = make_user(password_changed_at=timezone.now())
    make_grant(user, role, unit)
    return user


def _plan(world: Any) -> None:
    today = timezone.localdate()
    world.document = Document.objects.create(
        code="sample-plan", title_zh="示例方案", jurisdiction_code=world.parent.code
    )
    world.clause = Clause.objects.create(document=world.document, path="示例·一(一)")
    world.organization = make_organization(world.parent)
    world.programme = Programme.objects.create(
        code="sample-2026", module="sample", name_zh="示例", name_en="Sample", jurisdiction=world.parent, document=world.document,
        reporting_level="county", starts_on=datetime.date(today.year, 1, 1),
    )  # fmt: skip
    world.indicator = Indicator.objects.create(
        programme=world.programme,
        code="sample-roads",
        name_zh="道路",
        name_en="Roads",
        unit_zh="公里",
        counting="cumulative",
        clause=world.clause,
    )
    ReportingDuty.objects.create(indicator=world.indicator, unit=world.own)
    world.target = Target.objects.create(
        indicator=world.indicator, unit=world.own, period_kind="in_year", year=today.year, value=10
    )
    world.task = Task.objects.create(programme=world.programme, number=1, summary_zh="修路", clause=world.clause)
    first = today.replace(day=1)
    world.period = Period.objects.create(
        programme=world.programme, code=f"{first:%Y-%m}", starts_on=first, ends_on=first + datetime.timedelta(days=27), opens_on=first,
        due_on=first + datetime.timedelta(days=35), locks_on=first + datetime.timedelta(days=60),
    )  # fmt: skip


def _things(world: Any) -> None:
    author = world.people[Role.APPROVER, "parent"]
    world.named = {"indicator": world.indicator.code, "period": world.period.code, "unit": world.own.code}
    world.report = ProgressReport.objects.create(indicator=world.indicator, unit=world.own, period=world.period)
    asks = world.people[Role.REPORTER, "own"]
    world.correction = CorrectionRequest.objects.create(
        report=world.report, base_revision=0, value=1, reason="x", requested_by=asks
    )
    now = timezone.now()
    world.bulletin = Bulletin.objects.create(
        programme=world.programme,
        period=world.period,
        issue_no=1,
        year=world.period.starts_on.year,
        as_of=now,
        snapshot=snapshot.build(world.programme, world.period, now),
        code="SAMPLE1",
        created_by=author,
    )
    world.somebody = make_user("somebody")
    world.job = Job.objects.create(kind="export.figures", requested_by=world.somebody)
    world.grant = make_grant(world.somebody, Role.VIEWER, world.own)
    world.key, _text = keys.create(actor=None, user=world.somebody, scope="read")
    world.feedback = Feedback.objects.create(user=world.somebody, page="/x/", text="x")
    world.entry = record(
        "progress.submit", actor=author, obj=world.report, unit_path=world.own.path, after={"value": "12345678"}
    )
