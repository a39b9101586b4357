"""Signing in: one attempt at a time per account and per address, so that parallel guesses cannot outrun the lock-out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from axes.utils import reset
from django.contrib.auth import authenticate
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest
from psycopg.errors import LockNotAvailable

from accounts.models import User
from audit.middleware import client_address
from audit.services import record

WAIT = "2s"  # for another attempt on the same account or from the same address
ACCOUNT, ADDRESS = 0x6163, 0x6164  # spaces of the advisory locks; always taken in this order


class TooManyAtOnce(Exception):
    """Other attempts on this account or from this address are still being checked."""


def check_credentials(*, request: HttpRequest, username: str, password: str) -> User | None:
    """The account when the password is right and nothing is locked; None otherwise, audited either way.

    After five failures the account, and the address, are locked for thirty minutes (settings AXES_*); the request then
    carries ``axes_locked_out``. Takes the request because django-axes reads address and browser from it. Raises
    ``TooManyAtOnce`` after two seconds of waiting.
    """
    with transaction.atomic(), _alone(username, client_address(request) or ""):
        user = authenticate(request, username=username, password=password)
        if user is None:
            verb = "account.locked_out" if getattr(request, "axes_locked_out", False) else "account.sign_in_failed"
            record(verb, object_type="accounts.user", after={"username": username[:150]})
            return None
        reset(username=username)
        record("account.sign_in", actor=user, obj=user)
        return user


@contextmanager
def _alone(username: str, address: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ACCOUNT, username])
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ADDRESS, address])
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise TooManyAtOnce from error
            raise
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    yield
