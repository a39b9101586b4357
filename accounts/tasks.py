"""Housekeeping of accounts."""

from celery import shared_task

from accounts.services import idempotency


@shared_task
def purge_idempotency_keys() -> int:
    """Forget stored answers older than seven days. May run twice."""
    return idempotency.purge()
