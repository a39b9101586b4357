"""A repeated request gets the answer it already got (header ``Idempotency-Key``)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from accounts.models import IdempotencyKey, User

KEPT = timedelta(days=7)
WAIT = "5s"  # for the first request to finish
LONGEST = 128
SPACE = 0x696B  # of the advisory locks


class KeyReused(Exception):
    """The same key came with another request: answer 422."""


class StillRunning(Exception):
    """The first request with this key has not finished within the wait: answer 409 and let the caller retry."""


def fingerprint_of(method: str, path: str, body: bytes) -> str:
    """SHA-256 of method, path with query, and body: 64 hex digits."""
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).hexdigest()


def run_once(*, user: User, key: str, fingerprint: str, func: Callable[[], tuple[int, Any]]) -> tuple[int, Any, bool]:
    """Run ``func() -> (status, body)`` unless this key was answered; returns (status, body, replayed).

    The answer is stored in the transaction of the work: either both exist or neither. Answers of 500 and above are not
    stored, so the caller may try again. Raises ``KeyReused``, ``StillRunning``, and ValueError for a key that is
    empty or longer than 128 characters.
    """
    if not 0 < len(key) <= LONGEST or "\0" in key:
        raise ValueError(f"an Idempotency-Key has 1 to {LONGEST} characters")
    with transaction.atomic():
        _wait_for_turn(f"{user.pk}:{key}")
        done = IdempotencyKey.objects.filter(user=user, key=key).first()
        if done is not None:
            if done.fingerprint != fingerprint:
                raise KeyReused
            assert done.status is not None  # the row is inserted with the answer, never before it
            return done.status, done.body, True
        status, body = func()
        if status < 500:
            IdempotencyKey.objects.create(user=user, key=key, fingerprint=fingerprint, status=status, body=body)
        return status, body, False


def purge() -> int:
    """Forget answers older than seven days; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


def _wait_for_turn(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [SPACE, name])
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise StillRunning from error
            raise
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")
