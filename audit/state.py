"""The outcome of the last verification, for the page. A lost cache only means "not verified yet"."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.core.cache import cache
from django.utils import timezone

from audit.models import AuditSeal
from audit.services import Verdict, verify

KEY = "audit:last-verification"
AT_ONCE = 20_000  # up to so many seals a verification runs while the person waits


@dataclass(frozen=True)
class Verification:
    """A verdict and when it was reached."""

    verdict: Verdict
    at: datetime.datetime


def remember_verification() -> Verdict:
    """Verify now and remember the outcome."""
    verdict = verify()
    cache.set(KEY, Verification(verdict, timezone.now()), timeout=None)
    return verdict


def last_verification() -> Verification | None:
    """The remembered outcome, or None."""
    return cache.get(KEY)


def is_quick() -> bool:
    """Whether the log is short enough to be verified at once."""
    newest = AuditSeal.objects.order_by("-seq").values_list("seq", flat=True).first()
    return (newest or 0) <= AT_ONCE
