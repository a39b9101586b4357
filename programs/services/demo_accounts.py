"""Invented people of the demonstration, from ``programs/demo/accounts.yaml``."""

from __future__ import annotations

from pathlib import Path

import yaml
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override
from pydantic import BaseModel, ConfigDict, TypeAdapter

from accounts.models import User
from audit.services import record
from programs.models import ADMINISTRATORS, Grant, Organization, Programme, Role, Unit

FILE = Path(__file__).resolve().parent.parent / "demo" / "accounts.yaml"
WHY = "demonstration"


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Strict):
    """The same in both languages."""

    zh: str
    en: str


class DemoGrant(Strict):
    """One role over a unit, in the named programmes or in all."""

    role: Role
    unit: str
    organization: str = ""
    programmes: tuple[str, ...] = ()


class DemoAccount(Strict):
    """One invented person."""

    username: str
    name: str
    office: Words
    can: Words
    grants: tuple[DemoGrant, ...]


def read_accounts() -> list[DemoAccount]:
    """The accounts on file; pydantic's ValidationError names a wrong entry."""
    return TypeAdapter(list[DemoAccount]).validate_python(yaml.safe_load(FILE.read_text(encoding="utf-8")))


@transaction.atomic
def load_demo_accounts() -> int:
    """Create or refresh every demonstration account and its grants; returns how many accounts. May be run again.

    Grants of units and programmes that are not loaded are left out. Raises ImproperlyConfigured outside demo mode, and
    refuses to touch an account of the same name that is not an invented person's.
    """
    if not settings.LUOSHI_DEMO:
        raise ImproperlyConfigured("Demonstration accounts exist in demo mode only (LUOSHI_DEMO).")
    accounts = read_accounts()
    known = {user.username: user for user in User.objects.filter(username__in=[one.username for one in accounts])}
    units = {
        unit.code: unit
        for unit in Unit.objects.filter(code__in={g.unit for one in accounts for g in one.grants}, valid_to=None)
    }
    organizations = {one.code: one for one in Organization.objects.all()}
    programmes = {one.code: one for one in Programme.objects.all()}
    for account in accounts:
        user = _save_user(account, known.get(account.username))
        for grant in account.grants:
            if grant.unit in units:
                _save_grants(user, grant, units[grant.unit], organizations, programmes)
    return len(accounts)


def _save_user(account: DemoAccount, user: User | None) -> User:
    if user is not None and not user.is_demo:
        raise ImproperlyConfigured(f"The account {account.username} is not an invented person's; nothing was loaded.")
    created = user is None
    user = user or User(username=account.username, is_demo=True, password_changed_at=timezone.now())
    user.full_name, user.is_active = account.name, True
    user.demo_card = {"zh": _card(account, "zh", "zh-hans"), "en": _card(account, "en", "en")}
    if created or not check_password(settings.LUOSHI_DEMO_PASSWORD, user.password):
        user.set_password(settings.LUOSHI_DEMO_PASSWORD)
    user.save()
    if created:
        record("account.create", obj=user, after={"username": user.username, "demo": True})
    return user


def _card(account: DemoAccount, key: str, language: str) -> dict[str, str]:
    with override(language):
        return {
            "office": getattr(account.office, key),
            "role": str(account.grants[0].role.label),
            "can": getattr(account.can, key),
        }


def _save_grants(user: User, grant: DemoGrant, unit: Unit, organizations: dict, programmes: dict) -> None:
    wanted = [programmes[code] for code in grant.programmes if code in programmes] if grant.programmes else [None]
    family = Grant.Family.ADMINISTRATOR if grant.role in ADMINISTRATORS else Grant.Family.BUSINESS
    for programme in wanted:
        row, created = Grant.objects.get_or_create(
            user=user, role=grant.role, unit=unit, programme=programme, revoked_at=None,
            defaults={"family": family, "organization": organizations.get(grant.organization), "reason": WHY},
        )  # fmt: skip
        if created:
            after = {
                "user": user.username,
                "role": row.role,
                "unit": unit.code,
                "programme": programme.code if programme else None,
            }
            record("grant.give", obj=row, unit_path=unit.path, after=after, reason=WHY)


def list_demo_accounts() -> list[dict[str, str]]:
    """What ``manage.py demo_accounts --json`` prints of every loaded account; empty outside demo mode."""
    if not settings.LUOSHI_DEMO:
        return []
    loaded = set(User.objects.filter(is_demo=True, is_active=True).values_list("username", flat=True))
    return [
        {
            "username": one.username, "password": settings.LUOSHI_DEMO_PASSWORD, "name": one.name, "role": one.grants[0].role.value,
            "unit": one.grants[0].unit, "office": one.office.zh, "can": one.can.zh,
        }
        for one in read_accounts()
        if one.username in loaded
    ]  # fmt: skip
