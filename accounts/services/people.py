"""Accounts: created, switched off and on, unlocked by a security administrator. Who may do it is checked by the caller."""

from __future__ import annotations

from axes.utils import reset as reset_attempts
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.passwords import one_time_password
from audit.services import record


@transaction.atomic
def create(*, actor: User, username: str, full_name: str) -> tuple[User, str]:
    """Create an account with a one-time password, which is returned and must be changed at the first sign-in.

    Raises ValidationError for a name that is taken or malformed.
    """
    UnicodeUsernameValidator()(username)
    password = one_time_password()
    user = User(username=username, full_name=full_name, must_change_password=True)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise ValidationError(_("The account %(name)s exists already.") % {"name": username}, code="taken") from error
    record("account.create", actor=actor, obj=user, after={"username": username, "full_name": full_name})
    return user, password


@transaction.atomic
def set_active(*, actor: User, user: User, active: bool) -> User:
    """Switch an account off (its sessions and keys end at the next request) or on again."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.is_active != active:
        User.objects.filter(pk=locked.pk).update(is_active=active)
        record(
            "account.activate" if active else "account.deactivate",
            actor=actor,
            obj=locked,
            before={"active": not active},
            after={"active": active},
        )
    locked.is_active = active
    return locked


@transaction.atomic
def unlock(*, actor: User, user: User) -> int:
    """Forget the failed sign-ins of the account, also where they lock an address; returns how many rows."""
    forgotten = reset_attempts(username=user.username)
    record("account.unlock", actor=actor, obj=user, after={"attempts": forgotten})
    return forgotten


@transaction.atomic
def set_mail_address(*, actor: User, address: str) -> User:
    """Where one's own reminders are sent; empty: nowhere. The audit log keeps that it changed, not the address.

    Raises ValidationError for something that is no address.
    """
    address = address.strip()
    if address:
        EmailValidator()(address)
    user = User.objects.select_for_update().get(pk=actor.pk)
    if user.email != address:
        user.email = address
        user.save(update_fields=["email"])
        record("account.mail", actor=actor, obj=user, after={"has_address": bool(address)})
    return user
