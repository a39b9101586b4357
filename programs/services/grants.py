"""Giving and revoking grants, and the accounts they belong to: the security administrator's acts."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import passwords, people
from audit.services import record
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import ADMINISTRATORS, Grant, Organization, Programme, Role, Unit

SEPARATION = "GB/T 22239"  # 等保2.0: separate powers of the three administrators


@transaction.atomic
def give(
    *,
    actor: User,
    user: User,
    role: str,
    unit: Unit,
    programme: Programme | None = None,
    organization: Organization | None = None,
    until: datetime.date | None = None,
    reason: str,
) -> Grant:
    """Grant ``role`` over ``unit`` and all below it; in force at the person's next request.

    Raises PermissionDenied unless the actor is a security administrator; RuleViolation for a grant to oneself, a second
    administrator role, an administrator with a business role, a past ``until``; Conflict when the grant exists.
    """
    require(actor, Role.SECURITY_ADMIN)
    User.objects.select_for_update().get(pk=user.pk)  # two grants at once to one person wait for each other
    _refuse_own(actor, user)
    _refuse_past(until)
    is_administrator = role in ADMINISTRATORS
    if is_administrator and programme is not None:
        raise RuleViolation("grant_programme", _("An administrator's role is not limited to a programme."), field="programme",
                            next_step=_("Leave the programme empty."))  # fmt: skip
    expire(user=user)
    family = Grant.Family.ADMINISTRATOR if is_administrator else Grant.Family.BUSINESS
    try:
        with transaction.atomic():
            grant = Grant.objects.create(
                user=user, role=role, family=family, unit=unit, programme=programme, organization=organization, until=until,
                granted_by=actor, reason=reason,
            )  # fmt: skip
    except IntegrityError as error:
        raise _explain(error, user) from error
    record("grant.give", actor=actor, obj=grant, unit_path=unit.path, after=_facts(grant), reason=reason)
    return grant


@transaction.atomic
def revoke(*, actor: User, grant: Grant, reason: str = "") -> Grant:
    """End a grant; the person's next request is without it. Raises Conflict when it has ended already."""
    require(actor, Role.SECURITY_ADMIN)
    locked = Grant.objects.select_for_update(of=("self",)).select_related("unit", "programme", "user").get(pk=grant.pk)
    if locked.revoked_at:
        raise Conflict("grant_revoked", _("This grant was revoked already."), next_step=_("Reload the page."))
    _refuse_own(actor, locked.user)
    locked.revoked_at, locked.revoked_by = timezone.now(), actor
    locked.save(update_fields=["revoked_at", "revoked_by"])
    record("grant.revoke", actor=actor, obj=locked, unit_path=locked.unit.path, before=_facts(locked), reason=reason)
    return locked


def expire(*, user: User) -> int:
    """Close the person's grants whose last day has passed, so that they do not stand in the way of new ones."""
    past = Grant.objects.filter(user=user, revoked_at=None, until__lt=timezone.localdate())
    return past.update(revoked_at=timezone.now())


@transaction.atomic
def create_account(*, actor: User, username: str, full_name: str) -> tuple[User, str]:
    """Create an account; returns it with its one-time password. Raises RuleViolation for a taken or malformed name."""
    require(actor, Role.SECURITY_ADMIN)
    try:
        return people.create(actor=actor, username=username, full_name=full_name)
    except ValidationError as error:
        raise RuleViolation(
            "account_name", " ".join(error.messages), field="username", next_step=_("Choose another account name.")
        ) from error


def reset_password(*, actor: User, user: User) -> str:
    """Give another person a one-time password and return it; it is shown once. Raises RuleViolation for oneself."""
    require(actor, Role.SECURITY_ADMIN)
    _refuse_own(actor, user)
    if user.is_demo:
        raise RuleViolation("account_demo", _("Invented people of the demonstration keep their common password."))
    return passwords.reset(actor=actor, user=user)


def set_active(*, actor: User, user: User, active: bool) -> User:
    """Switch another person's account off or on. Raises RuleViolation for oneself."""
    require(actor, Role.SECURITY_ADMIN)
    _refuse_own(actor, user)
    return people.set_active(actor=actor, user=user, active=active)


def unlock(*, actor: User, user: User) -> int:
    """End a lock-out; returns how many failed attempts were forgotten."""
    require(actor, Role.SECURITY_ADMIN)
    return people.unlock(actor=actor, user=user)


def _refuse_own(actor: User, user: User) -> None:
    if actor.pk == user.pk:
        raise RuleViolation(
            "grant_own", _("Nobody changes the own account or the own grants."), rule=_("separation of duties"), clause=SEPARATION,
            next_step=_("Ask another security administrator."),
        )  # fmt: skip


def _refuse_past(until: datetime.date | None) -> None:
    today = timezone.localdate()
    if until is not None and until < today:
        raise RuleViolation("grant_past", _("The last day %(until)s has passed; today is %(today)s.") % {"until": until, "today": today},
                            field="until", next_step=_("Choose today or a later day, or leave it empty."))  # fmt: skip


def _explain(error: IntegrityError, user: User) -> RuleViolation:
    """The violated constraint in words (names stand in ``programs.models.units.Grant``)."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    held = ", ".join(
        str(Role(role).label)
        for role in Grant.objects.filter(user=user, revoked_at=None).values_list("role", flat=True).distinct()
    )
    if name == "grant_once":
        return Conflict("grant_exists", _("%(person)s holds this very grant already.") % {"person": user.full_name}, field="role",
                        next_step=_("To change its last day, revoke it and give it again."))  # fmt: skip
    if name in {"grant_one_administrator_role", "grant_administrators_hold_no_business_role"}:
        text = _("%(person)s holds: %(roles)s. An administrator holds one administrator role and no business role.")
        return RuleViolation(name, text % {"person": user.full_name, "roles": held}, rule=_("three administrators, separate powers"),
                             clause=SEPARATION, field="role", next_step=_("Revoke the other role first, or choose another person."))  # fmt: skip
    raise error


def _facts(grant: Grant) -> dict:
    return {
        "user": grant.user.username, "role": grant.role, "unit": grant.unit.code,
        "programme": grant.programme.code if grant.programme else None, "until": grant.until,
    }  # fmt: skip
