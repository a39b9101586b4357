"""Sealing on a schedule."""

from celery import shared_task

from audit.services import seal_pending


@shared_task
def seal() -> int:
    """Chain what is not sealed yet; returns how many entries. May run twice at once: the second finds the lock taken."""
    return seal_pending()
