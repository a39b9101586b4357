"""What happens by itself: the yearly recheck is opened for every honoured place."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from programs.reviews import Outcome, Review, daily
from villages.clauses import clause
from villages.services.rechecks import open_rechecks


def run_rechecks(*, today: date) -> Outcome:
    """Open the rechecks of the year of ``today``; looked at every day, so a late start misses nothing."""
    opened, places = open_rechecks(today=today)
    return Outcome(changed=opened, result={"opened": opened, "places": places})


RECHECKS = Review(
    code="village-rechecks",
    label=_("Open the yearly rechecks of model places"),
    run="villages.reviews.run_rechecks",
    schedule=daily(1, 20),
    about=_("One recheck for every honoured village and town in every calendar year."),
    clause=clause("recheck"),
)
