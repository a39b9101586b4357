"""Two scheduled reviews: opening the year, taking down notices."""

from __future__ import annotations

from datetime import date

from programs.models import Cycle, Programme
from programs.reviews import Outcome
from programs.services.declarations import ensure_cycle
from programs.services.notices import end_due


def open_cycles(*, today: date) -> Outcome:
    """Open the year of ``today`` in every programme that has begun and not ended by then."""
    known = set(Cycle.objects.filter(year=today.year).values_list("programme_id", flat=True))
    opened = 0
    for programme in Programme.objects.select_related("jurisdiction").order_by("position", "code"):
        runs = programme.starts_on.year <= today.year and (
            programme.ends_on is None or programme.ends_on.year >= today.year
        )
        if runs and programme.pk not in known:
            ensure_cycle(programme, today.year)
            opened += 1
    return Outcome(opened, {"year": today.year})


def end_notices(*, today: date) -> Outcome:
    """Take down what was up until yesterday or earlier."""
    return Outcome(end_due(today))
