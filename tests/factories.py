"""Rows for tests: small, valid, real. Names are invented; codes are in blocks no real unit uses."""

from __future__ import annotations

import itertools

from accounts.models import User
from programs.models import ADMINISTRATORS, Grant, Organization, Programme, Unit

PASSWORD = "Right-horse-7"
_numbers = itertools.count(1)

KINDS = {"province": "province", "city": "prefecture_city", "county": "county", "township": "town", "village": "village_committee"}


def make_unit(level: str = "county", parent: Unit | None = None, **fields) -> Unit:
    """A unit with a fresh code and its path; without a parent only for a province."""
    number = next(_numbers)
    fields = {"code": f"99{number:010d}", "name": f"示例{number}", "kind": KINDS[level]} | fields
    unit = Unit.objects.create(level=level, parent=parent, **fields)
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    return unit


def make_user(username: str = "", **fields) -> User:
    """A person who may sign in with ``PASSWORD``."""
    number = next(_numbers)
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
    number = next(_numbers)
    return Organization.objects.create(**({"code": f"office-{number}", "name": f"示例局{number}", "kind": "municipal_bureau", "unit": unit} | fields))
