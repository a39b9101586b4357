"""Rows for tests: small, valid, real. Names are invented; codes are in blocks no real unit uses."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import User
from policies.models import Clause, Document
from programs.models import (
    ADMINISTRATORS,
    Grant,
    Indicator,
    Organization,
    Period,
    Programme,
    ReportingDuty,
    Target,
    Unit,
)

PASSWORD = "Right-horse-7"
_numbers = itertools.count(1)


def _fresh() -> str:
    """A number no other object of this process has; of one width, so that names sort in the order they were made."""
    return f"{next(_numbers):06d}"


KINDS = {
    "province": "province",
    "city": "prefecture_city",
    "county": "county",
    "township": "town",
    "village": "village_committee",
}


def make_unit(level: str = "county", parent: Unit | None = None, **fields) -> Unit:
    """A unit with a fresh code and its path; without a parent only for a province."""
    number = _fresh()
    fields = {"code": f"99{number:0>10}", "name": f"示例{number}", "kind": KINDS[level]} | fields
    unit = Unit.objects.create(level=level, parent=parent, **fields)
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    return unit


def make_user(username: str = "", **fields) -> User:
    """A person who may sign in with ``PASSWORD``."""
    number = _fresh()
    user = User(username=username or f"person{number}", full_name=fields.pop("full_name", f"某人{number}"), **fields)
    user.set_password(fields.get("password", PASSWORD))
    user.save()
    return user


def make_grant(user: User, role: str, unit: Unit, programme: Programme | None = None, **fields) -> Grant:
    """A grant in force."""
    family = Grant.Family.ADMINISTRATOR if role in ADMINISTRATORS else Grant.Family.BUSINESS
    return Grant.objects.create(user=user, role=role, family=family, unit=unit, programme=programme, **fields)


def make_organization(unit: Unit, **fields) -> Organization:
    """A bureau at ``unit``."""
    number = _fresh()
    return Organization.objects.create(
        **({"code": f"office-{number}", "name": f"示例局{number}", "kind": "municipal_bureau", "unit": unit} | fields)
    )


def make_document(**fields) -> Document:
    """An official document of no real city."""
    number = _fresh()
    return Document.objects.create(
        **(
            {
                "code": f"document-{number}",
                "title_zh": f"示例文件{number}",
                "title_en": f"Document {number}",
                "number": f"示政〔2026〕{number}号",
                "jurisdiction_code": "990000000000",
            }
            | fields
        )
    )


def make_clause(document: Document | None = None, **fields) -> Clause:
    number = _fresh()
    return Clause.objects.create(
        **(
            {
                "document": document or make_document(),
                "path": f"示例·{number}",
                "summary_zh": "示例条款",
                "summary_en": "A clause",
            }
            | fields
        )
    )


def make_programme(jurisdiction: Unit, **fields) -> Programme:
    """A monthly programme of ``jurisdiction`` that began in 2026, reported by townships."""
    number = _fresh()
    document = fields.pop("document", None) or make_document()
    defaults = {
        "code": f"programme-{number}",
        "module": "villages",
        "name_zh": f"示例专项{number}",
        "name_en": f"Programme {number}",
        "reporting_level": "township",
        "starts_on": date(2026, 1, 1),
        "jurisdiction": jurisdiction,
        "document": document,
        "basis": make_clause(document),
    }
    return Programme.objects.create(**(defaults | fields))


def make_indicator(programme: Programme, **fields) -> Indicator:
    """A cumulative count, larger is better."""
    number = _fresh()
    defaults = {
        "code": f"indicator-{number}",
        "name_zh": f"示例指标{number}",
        "name_en": f"Indicator {number}",
        "unit_zh": "户",
        "unit_en": "households",
        "counting": "cumulative",
        "position": programme.indicators.count() + 1,
        "clause": programme.basis,
    }
    return Indicator.objects.create(programme=programme, **(defaults | fields))


def make_target(indicator: Indicator, unit: Unit, value: object = 100, **fields) -> Target:
    """A firm target for 2026."""
    defaults = {"period_kind": "in_year", "year": 2026, "comparator": "gte", "value": value, "clause": indicator.clause}
    return Target.objects.create(indicator=indicator, unit=unit, **(defaults | fields))


def make_duty(indicator: Indicator, unit: Unit, **fields) -> ReportingDuty:
    return ReportingDuty.objects.create(indicator=indicator, unit=unit, **fields)


def make_period(programme: Programme, code: str = "2026-10", **fields) -> Period:
    """A month, open since its first day, due on the 6th after it, locked 60 days after its end unless told otherwise."""
    year, month = (int(part) for part in code.split("-"))
    start = date(year, month, 1)
    end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    defaults = {
        "starts_on": start,
        "ends_on": end,
        "opens_on": start,
        "due_on": end + timedelta(days=6),
        "locks_on": end + timedelta(days=60),
    }
    return Period.objects.create(programme=programme, code=code, **(defaults | fields))


@dataclass
class SmallCity:
    """A city with two counties of two townships each, one programme with two indicators owed by the townships, and its people.

    ``people`` has one user per role and place: reporter, reviewer (first county), other_reporter, other_reviewer (second
    county), approver, auditor, viewer, inspector (city), stranger (approver of another city), nobody (no grant),
    system_admin, security_admin, audit_admin.
    """

    city: Unit
    counties: list[Unit]
    townships: list[Unit]  # two of the first county, then two of the second
    other_city: Unit
    programme: Programme
    indicators: list[Indicator]
    previous: Period  # 2026-09
    period: Period  # 2026-10, open
    people: dict[str, User]

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None


def small_city(*, townships: int = 2) -> SmallCity:
    """See SmallCity. ``townships``: how many per county."""
    province = make_unit("province")
    city, other_city = make_unit("city", province), make_unit("city", province)
    counties = [make_unit("county", city), make_unit("county", city)]
    towns = [make_unit("township", county) for county in counties for _ in range(townships)]
    programme = make_programme(city)
    indicators = [make_indicator(programme), make_indicator(programme, counting="point")]
    for indicator in indicators:
        for town in towns:
            make_duty(indicator, town)
    roles = {
        "reporter": ("reporter", counties[0]),
        "reviewer": ("reviewer", counties[0]),
        "other_reporter": ("reporter", counties[1]),
        "other_reviewer": ("reviewer", counties[1]),
        "approver": ("approver", city),
        "auditor": ("auditor", city),
        "viewer": ("viewer", city),
        "inspector": ("inspector", city),
        "stranger": ("approver", other_city),
        "system_admin": ("system_admin", city),
        "security_admin": ("security_admin", city),
        "audit_admin": ("audit_admin", city),
    }
    people = {name: make_user() for name in (*roles, "nobody")}
    for name, (role, unit) in roles.items():
        make_grant(people[name], role, unit)
    previous, period = make_period(programme, "2026-09"), make_period(programme, "2026-10")
    return SmallCity(city, counties, towns, other_city, programme, indicators, previous, period, people)
