"""Sealing and verifying on a schedule."""

from celery import shared_task

from audit.services import seal_pending
from audit.state import remember_verification


@shared_task
def seal() -> int:
    """Chain what is not sealed yet; returns how many entries. May run twice at once: the second finds the lock taken."""
    return seal_pending()


@shared_task
def seal_stragglers() -> int:
    """Hourly: also entries of transactions that stayed open very long."""
    return seal_pending(everything=True)


@shared_task
def verify_log() -> bool:
    """Walk the whole chain and remember the outcome for the page; returns whether it holds."""
    return remember_verification().holds
