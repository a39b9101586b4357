"""The small tables of the data set: tree, document, programme, indicators, targets, periods and people. Names are invented."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from accounts.models import User
from policies.models import Clause, Document
from programs.models import Grant, Indicator, Organization, Period, Programme, Target, Task, Unit, UnitOutline

VILLAGES_PER_TOWNSHIP = 20
TOWNSHIPS_PER_COUNTY = 13
APPROVERS = 4
HEADLINES, RANKED = 4, 8


@dataclass(frozen=True)
class Size:
    """How large the data set is. Three thousand villages, sixty months and thirty indicators are S of the bars."""

    villages: int = 3000
    months: int = 60
    indicators: int = 30

    @property
    def code(self) -> str:
        """The programme's code; it also says what the database holds."""
        return f"bench-{self.villages}-{self.months}-{self.indicators}"

    @property
    def figures(self) -> int:
        return self.villages * self.months * self.indicators


def make_tree(villages: int, *, prefix: str, townships: list[int] | None = None) -> Unit:
    """A province, a city, its counties, townships and villages; returns the city.

    ``prefix``: first four digits of every code. ``townships``: villages of each township, else twenty in each.
    """
    sizes = townships or [
        min(VILLAGES_PER_TOWNSHIP, villages - start) for start in range(0, villages, VILLAGES_PER_TOWNSHIP)
    ]
    province = _unit("province", None, f"{prefix[:2]}0000000000", f"Province {prefix[:2]}")
    city = _unit("city", province, f"{prefix}00000000", f"City {prefix}")
    below: list[Unit] = []
    county = city
    for number, size in enumerate(sizes):
        c, t = divmod(number, TOWNSHIPS_PER_COUNTY)
        if t == 0:
            county = _unit("county", city, f"{prefix}{c + 1:02d}000000", f"County {c + 1}")
        town = _unit("township", county, f"{prefix}{c + 1:02d}{t + 1:02d}0000", f"Town {c + 1}-{t + 1}")
        below += [
            Unit(
                code=f"{prefix}{c + 1:02d}{t + 1:02d}{v:04d}",
                name=f"Village {c + 1}-{t + 1}-{v}",
                level="village",
                kind="village_committee",
                parent=town,
            )
            for v in range(1, size + 1)
        ]
    made = Unit.objects.bulk_create(below, batch_size=2000)
    for unit in made:
        unit.path = f"{unit.parent.path}{unit.pk}/"
    Unit.objects.bulk_update(made, ["path"], batch_size=1000)
    return city


def _unit(level: str, parent: Unit | None, code: str, name: str) -> Unit:
    kinds = {"province": "province", "city": "prefecture_city", "county": "county", "township": "town"}
    unit = Unit.objects.create(
        level=level,
        kind=kinds[level],
        parent=parent,
        code=code,
        name=name,
        quota_class="county_city" if level == "county" else "",
    )
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    return unit


def make_programme(city: Unit, *, code: str, indicators: int, months: int) -> Programme:
    """A monthly programme reported by villages, with indicators, and ``months`` periods that have ended.

    One more period is open: it is this month's. The first four indicators are headlines, the first eight are ranked.
    """
    document = Document.objects.create(
        code=code, title_zh=f"Plan {code}", title_en=f"Plan {code}", number=code, jurisdiction_code=city.code
    )
    clause = Clause.objects.create(document=document, path="1(1)", summary_zh="Clause", summary_en="Clause")
    spans = _months(months + 1)
    bureau = Organization.objects.create(code=f"{code}-bureau", name="Bureau", kind="municipal_bureau", unit=city)
    programme = Programme.objects.create(
        code=code,
        module="villages",
        name_zh=f"Programme {code}",
        name_en=f"Programme {code}",
        jurisdiction=city,
        document=document,
        basis=clause,
        lead=bureau,
        reporting_level="village",
        starts_on=spans[0][0],
    )
    Indicator.objects.bulk_create(
        Indicator(
            programme=programme,
            code=f"{code}-{number:02d}",
            name_zh=f"Indicator {number}",
            name_en=f"Indicator {number}",
            unit_zh="households",
            unit_en="households",
            counting="cumulative" if number % 3 else "point",
            position=number,
            clause=clause,
            is_headline=number <= HEADLINES,
            weight=10 if number <= RANKED else 0,
        )
        for number in range(1, indicators + 1)
    )
    Period.objects.bulk_create(
        Period(
            programme=programme,
            code=f"{start:%Y-%m}",
            starts_on=start,
            ends_on=end,
            opens_on=start,
            due_on=end + timedelta(days=7),
            locks_on=end + timedelta(days=30),
        )
        for start, end in spans
    )
    _targets(programme, city, spans[-1][0].year)
    return programme


def _months(count: int) -> list[tuple[date, date]]:
    """First and last days of the last ``count`` months, this one last."""
    today = timezone.localdate()
    index = today.year * 12 + today.month - 1
    starts = [date(n // 12, n % 12 + 1, 1) for n in range(index - count + 1, index + 2)]
    return [(start, after - timedelta(days=1)) for start, after in itertools.pairwise(starts)]


def _targets(programme: Programme, city: Unit, year: int) -> None:
    """This year's number for the city, its counties and townships."""
    units = Unit.objects.filter(path__startswith=city.path).exclude(level="village")
    Target.objects.bulk_create(
        (
            Target(
                indicator=indicator,
                unit=unit,
                period_kind="in_year",
                year=year,
                value=100_000,
                clause_id=indicator.clause_id,
            )
            for indicator in programme.indicators.all()
            for unit in units
        ),
        batch_size=2000,
    )


def make_people(city: Unit, programme: Programme) -> None:
    """Who uses it: viewer, auditor, reporter, reviewer and several approvers of the whole city, and one county's auditor and reporter."""
    roles = {name: (name, city) for name in ("viewer", "auditor", "reporter", "reviewer")}
    roles |= {f"approver-{n}": ("approver", city) for n in range(1, APPROVERS + 1)}
    county = city.children.order_by("code")[0]
    roles |= {f"county-{name}": (name, county) for name in ("auditor", "reporter")}
    for name, (role, unit) in roles.items():
        user = User.objects.create(
            username=f"{programme.code}-{name}", full_name=name, password_changed_at=timezone.now()
        )
        user.set_unusable_password()
        user.save(update_fields=["password"])
        Grant.objects.create(user=user, role=role, unit=unit)


def make_outlines(city: Unit, *, corners: int = 120) -> None:
    """An outline for every county, as many corners as a real one has after simplification."""
    for number, county in enumerate(city.children.order_by("code")):
        x, y = 112 + number % 4, 33 + number // 4
        ring = [
            [
                round(x + math.cos(2 * math.pi * n / corners) / 2, 5),
                round(y + math.sin(2 * math.pi * n / corners) / 2, 5),
            ]
            for n in range(corners)
        ]
        UnitOutline.objects.create(
            unit=county, geometry={"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, source="invented"
        )


def make_long_lists(programme: Programme, length: int) -> None:
    """So many documents, clauses, organizations and tasks that their lists are long; and a target for every village."""
    numbers = range(1, length + 1)
    city, code = programme.jurisdiction, programme.code
    Document.objects.bulk_create(
        Document(code=f"{code}-{n}", title_zh=f"Paper {n}", number=f"{code} {n}", jurisdiction_code=city.code)
        for n in numbers
    )
    Clause.objects.bulk_create(
        Clause(document_id=programme.document_id, path=f"2({n})", summary_zh=f"Clause {n}", position=n) for n in numbers
    )
    bodies = Organization.objects.bulk_create(
        Organization(code=f"{code}-body-{n}", name=f"Body {n}", kind="office", unit=city) for n in numbers
    )
    tasks = Task.objects.bulk_create(
        Task(programme=programme, number=n, summary_zh=f"Task {n}", lead=bodies[n - 1]) for n in numbers
    )
    indicator = programme.indicators.order_by("position")[0]
    villages = Unit.objects.filter(path__startswith=city.path, level="village")
    Target.objects.bulk_create(
        Target(indicator=indicator, unit=unit, period_kind="in_year", year=programme.starts_on.year, value=100)
        for unit in villages
    )
    links = Task.responsible.through
    links.objects.bulk_create(links(task=task, organization=body) for task, body in zip(tasks, bodies, strict=True))


def person(programme: Programme, name: str) -> User:
    """The person made by ``make_people``."""
    return User.objects.get(username=f"{programme.code}-{name}")
