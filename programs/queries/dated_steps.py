"""Which steps of open declarations have a last day, and how near it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from programs.models import Declaration
from programs.services.calendar import WorkCalendar
from programs.services.deadlines import Deadlines, Window
from programs.workflow import Transition, workflow_of, workflows

SOON = 3  # working days before the last day on which the light turns yellow (specification 12, item 10)


@dataclass(frozen=True)
class DatedStep:
    """One forward step a declaration may take next, with its dates. ``left``: working days to go, negative when late."""

    declaration: Declaration
    step: Transition
    window: Window
    left: int

    @property
    def light(self) -> str:
        return light_of(self.left)


def light_of(left: int) -> str:
    """The name of the light for this many working days left."""
    if left < 0:
        return "late"
    return "near" if left <= SOON else "todo"


def open_declarations() -> list[Declaration]:
    """Every open declaration of an installed workflow, with what windows need. One query."""
    return list(
        Declaration.objects.filter(is_open=True, workflow__in=[flow.code for flow in workflows()])
        .select_related("project__unit", "project__programme", "cycle")
        .order_by("id")
    )


def dated_steps(declarations: Iterable[Declaration], today: date) -> Iterator[DatedStep]:
    """Forward steps with a last day that binds; exempted cohorts are left out. Four queries at most."""
    found = list(declarations)
    deadlines, calendar = Deadlines(found), WorkCalendar(today - timedelta(days=800), today + timedelta(days=800))
    for declaration in found:
        flow = workflow_of(declaration.workflow)
        for step in flow.steps_from(declaration.stage):
            if step.is_reverse:
                continue
            window = deadlines.window(declaration, step.verb)
            if window is None or window.closes is None or window.exemption:
                continue
            yield DatedStep(declaration, step, window, calendar.between(today, window.closes))
