"""Passwords: changed by their owner, reset by a security administrator; the last five do not come back."""

from __future__ import annotations

import secrets
import string

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import PasswordUsed, User
from audit.services import record

REMEMBERED = 5  # specification 11.1
SIGNS = "-_=+.:"


def refuse_used(user: User, password: str) -> None:
    """Raise ValidationError when ``password`` is the present one or one of the last five."""
    used = user.passwords_used.order_by("-id").values_list("password", flat=True)[:REMEMBERED]
    if any(check_password(password, old) for old in {user.password, *used}):
        raise ValidationError(
            _("This is one of your last %(number)d passwords. Choose one you have not used here.")
            % {"number": REMEMBERED},
            code="password_used",
        )


@transaction.atomic
def change(*, actor: User, password: str) -> User:
    """Set the own password; it has been validated. Every other session of the account ends with the old hash."""
    user = _set(actor.pk, password, one_time=False)
    record("account.password_changed", actor=actor, obj=user)
    return user


@transaction.atomic
def reset(*, actor: User, user: User) -> str:
    """Give ``user`` a one-time password and return it; it must be changed at the next sign-in."""
    password = one_time_password()
    user = _set(user.pk, password, one_time=True)
    record("account.password_reset", actor=actor, obj=user)
    return password


def one_time_password() -> str:
    """Sixteen characters of all four kinds; letters and digits that look alike are left out."""
    letters = "".join(c for c in string.ascii_letters + string.digits if c not in "0O1lI")
    body = "".join(secrets.choice(letters) for _n in range(12))
    kinds = [
        secrets.choice("ABCDEFGHJKMN"),
        secrets.choice("abcdefghjkmn"),
        secrets.choice("23456789"),
        secrets.choice(SIGNS),
    ]
    return body + "".join(kinds)


def _set(pk: int, password: str, *, one_time: bool) -> User:
    user = User.objects.select_for_update().get(pk=pk)
    if user.password:
        PasswordUsed.objects.create(user=user, password=user.password)
    keep = user.passwords_used.order_by("-id").values_list("pk", flat=True)[:REMEMBERED]
    user.passwords_used.exclude(pk__in=list(keep)).delete()
    user.set_password(password)
    user.must_change_password = one_time
    user.password_changed_at = timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    return user
