"""Two scheduled reviews: counting what is late or due soon, and escalating what is late in every area that asked for it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from django.utils.module_loading import import_string

from programs.models import Rectification, TaskAssignment
from programs.queries.dated_steps import dated_steps, light_of, open_declarations
from programs.reviews import Outcome, escalations
from programs.services.calendar import WorkCalendar

CLOSED_ASSIGNMENTS = (TaskAssignment.State.DONE, TaskAssignment.State.CLOSED)


def count_lights(*, today: date) -> Outcome:
    """Count by area what is late and what is due within three working days. Lights are computed where they are shown;
    the counts of each day stay with the run. Nothing is changed."""
    calendar = WorkCalendar(today - timedelta(days=800), today + timedelta(days=800))
    counts = {
        "declarations": Counter(one.light for one in dated_steps(open_declarations(), today)),
        "rectifications": _lights(
            Rectification.objects.exclude(state=Rectification.State.CLOSED).values_list("due_on", flat=True),
            today,
            calendar,
        ),
        "assignments": _lights(
            TaskAssignment.objects.exclude(state__in=CLOSED_ASSIGNMENTS).values_list("due_on", flat=True),
            today,
            calendar,
        ),
    }
    result = {f"{area}_{light}": counts[area][light] for area in counts for light in ("late", "near")}
    return Outcome(0, result)


def _lights(due: object, today: date, calendar: WorkCalendar) -> Counter:
    return Counter(light_of(calendar.between(today, day)) for day in due if day is not None)  # type: ignore[attr-defined]


def escalate(*, today: date) -> Outcome:
    """Call what the areas registered with ``programs.reviews.register_escalation``."""
    done = {area: import_string(path)(today=today) for area, path in escalations().items()}
    return Outcome(sum(done.values()), done)
