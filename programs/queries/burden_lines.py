"""What a month asked of the grassroots beside figures: feedback on tasks, items of checklists, what the registries ask.

Each is a line of its own with a count of forms and cells, and nothing else: never who, never when. An initiative adds
its own lines with ``register_lines`` from ``AppConfig.ready()``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_noop

from programs.assignment_steps import FINAL
from programs.models import AssignmentStep, Inspection, Programme, TaskAssignment, Unit
from programs.services.calendar import WorkCalendar
from programs.services.periods import spans

REACH = timedelta(days=420)  # how far before a month a period can end that falls due in it


@dataclass(frozen=True)
class Line:
    """``kind``: an English msgid, translated where it is shown. ``forms``: sheets or pages; ``cells``: fields in them."""

    kind: str
    programme: str
    forms: int
    cells: int


Source = Callable[[Unit, date, date], Iterable[Line]]
_sources: list[Source] = []


def register_lines(source: Source) -> None:
    """Add a function ``(city, first day, last day) -> lines``."""
    if source not in _sources:
        _sources.append(source)


def lines(city: Unit, first: date, last: date, minutes_a_cell: int) -> list[dict[str, Any]]:
    """Every line with something in it: {kind, programme, forms, cells, minutes}, the largest first."""
    found = [*_feedback(city, first, last), *_checklists(city, first, last)]
    for source in _sources:
        found += source(city, first, last)
    rows = [asdict(line) | {"minutes": line.cells * minutes_a_cell} for line in found if line.cells]
    return sorted(rows, key=lambda row: (-row["cells"], row["kind"], row["programme"]))


def _feedback(city: Unit, first: date, last: date) -> Iterable[Line]:
    """Periods whose feedback fell due in the month, times the tasks that were being worked on by its first day."""
    calendar = WorkCalendar(first - REACH, last + timedelta(days=60))
    for programme in Programme.objects.filter(jurisdiction=city, tasks__isnull=False).distinct().order_by("position"):
        due = 0
        for starts, ends in spans(programme.cadence, max(programme.starts_on, first - REACH), last):
            due += starts >= programme.starts_on and first <= calendar.add(ends, programme.due_workdays).date <= last
        if not due:
            continue
        steps = AssignmentStep.objects.filter(assignment=OuterRef("pk"), at__date__lte=first)
        begun, finished = steps.filter(to_state="accepted"), steps.filter(to_state__in=FINAL)
        tasks = TaskAssignment.objects.filter(Exists(begun), ~Exists(finished), task__programme=programme).count()
        yield Line(gettext_noop("Feedback on assigned tasks"), programme.code, tasks * due, tasks * due)


def _checklists(city: Unit, first: date, last: date) -> Iterable[Line]:
    """Items of the checklists of inspections that were held in the month."""
    held = Inspection.objects.filter(
        Q(inspected_on__range=(first, last)), unit__path__startswith=city.path, state=Inspection.State.CLOSED
    ).annotate(asked=Count("checklist__items"))
    forms: Counter[str] = Counter()
    cells: Counter[str] = Counter()
    for code, asked in held.values_list("programme__code", "asked"):
        forms[code] += 1
        cells[code] += asked
    for code in sorted(forms):
        yield Line(gettext_noop("Items of checklists"), code, forms[code], cells[code])
