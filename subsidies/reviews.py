"""The scheduled review of money: stalled chains, money that arrived short, funds promised beyond their budget."""

from __future__ import annotations

from datetime import date

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from programs.reviews import Outcome, Review, register
from subsidies.services import alerts


def run(*, today: date) -> Outcome:
    """Bring every alert in line with the books of ``today``."""
    counts = alerts.review(today)
    return Outcome(changed=sum(counts.values()), result=counts)


def register_reviews() -> None:
    """Called once, when the app is ready."""
    register(
        Review(
            code="money-alerts",
            label=_("Money: stalled, short or over-committed"),
            run="subsidies.reviews.run",
            schedule=crontab(minute="25", hour="7"),
            about=_("Opens, escalates and closes the alerts about award money."),
        )
    )
