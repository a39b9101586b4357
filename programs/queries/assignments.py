"""Assigned tasks as they are looked at: whose turn it is, how near the date, and the board of a programme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Case, Q, QuerySet, Value, When
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.models import User
from programs.access import Access
from programs.assignment_steps import FINAL, OPEN, WORKING
from programs.models import Organization, Programme, Role, Task, TaskAssignment, Unit
from programs.queries.dated_steps import SOON, light_of
from programs.services.calendar import WorkCalendar

State = TaskAssignment.State
YEARS = timedelta(days=800)
# One character for each state, for the cells of the board; the words stand in the legend and beside every cell.
LETTERS: dict[str, Promise] = {
    State.ASSIGNED: pgettext_lazy("letter of a task's state", "A"),
    State.ACCEPTED: pgettext_lazy("letter of a task's state", "Y"),
    State.IN_PROGRESS: pgettext_lazy("letter of a task's state", "P"),
    State.REPORTED: pgettext_lazy("letter of a task's state", "R"),
    State.CHECKED: pgettext_lazy("letter of a task's state", "C"),
    State.DONE: pgettext_lazy("letter of a task's state", "D"),
    State.RECTIFYING: pgettext_lazy("letter of a task's state", "X"),
    State.RECHECKED: pgettext_lazy("letter of a task's state", "K"),
    State.CLOSED: pgettext_lazy("letter of a task's state", "E"),
}
# The lights of a task in the order they are shown; keys are those of the tag ``light``.
LIGHTS: dict[str, Promise] = {
    "late": pgettext_lazy("light of a task", "late"),
    "near": pgettext_lazy("light of a task", "due soon"),
    "back": pgettext_lazy("light of a task", "to be put right"),
    "wait": pgettext_lazy("light of a task", "to be checked"),
    "ok": pgettext_lazy("light of a task", "on the way"),
    "none": pgettext_lazy("light of a task", "no date set"),
    "done": pgettext_lazy("light of a task", "finished"),
}


class TaskLights:
    """Lights of many assignments; one query for the working days around ``today``."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._calendar = WorkCalendar(today - YEARS, today + YEARS)

    def of(self, state: str, due_on: date | None, handed_in: bool) -> str:
        """done when finished; wait while others check; then by the date: late, near (three working days), ok, none."""
        if state in FINAL:
            return "done"
        if state not in WORKING or (state == State.RECTIFYING and handed_in):
            return "wait"
        if due_on is None:
            return "back" if state == State.RECTIFYING else "none"
        light = light_of(self.left(due_on))
        if light in ("late", "near"):
            return light
        return "back" if state == State.RECTIFYING else "ok"

    def left(self, due_on: date) -> int:
        """Working days to go; 0 on the last day, negative when late, even if only rest days lie between."""
        found = self._calendar.between(self.today, due_on)
        return -1 if due_on < self.today and found == 0 else found

    def words(self, light: str, due_on: date | None) -> str:
        """What stands beside the light."""
        if light == "late" and due_on is not None:
            days = max(-self.left(due_on), 1)
            return ngettext("%(n)s working day late", "%(n)s working days late", days) % {"n": days}
        if light == "near" and due_on is not None:
            days = self.left(due_on)
            if due_on == self.today:
                return _("due today")
            return ngettext("%(n)s working day left", "%(n)s working days left", days) % {"n": days}
        return str(LIGHTS[light])


def near_until(today: date) -> date:
    """The last day that is still near: the third working day after ``today``."""
    return WorkCalendar(today, today + timedelta(days=60)).add(today, SOON).date


def has_light(light: str, today: date) -> Q:
    """The condition on assignments that show ``light`` on ``today``; one query for the calendar."""
    working = Q(state__in=WORKING) & ~Q(state=State.RECTIFYING, reported_by__isnull=False)
    soon = near_until(today)
    return {
        "done": Q(state__in=FINAL),
        "wait": Q(state__in=OPEN) & ~working,
        "late": working & Q(due_on__lt=today),
        "near": working & Q(due_on__gte=today, due_on__lte=soon),
        "back": working & Q(state=State.RECTIFYING) & (Q(due_on=None) | Q(due_on__gt=soon)),
        "ok": working & ~Q(state=State.RECTIFYING) & Q(due_on__gt=soon),
        "none": working & ~Q(state=State.RECTIFYING) & Q(due_on=None),
    }[light]


def waiting_for(access: Access) -> QuerySet[TaskAssignment]:
    """Assignments on which it is this person's turn, what is late first, what has no date last."""
    condition = Q(pk__in=[])
    handed_in = Q(state=State.RECTIFYING, reported_by__isnull=False)
    for held in access.business:
        part = Q(unit__path__startswith=held.path)
        if held.programme_id is not None:
            part &= Q(task__programme_id=held.programme_id)
        body = Q(organization=None)
        if held.organization_id is None:
            body |= Q(organization__isnull=False)
        else:
            body |= Q(organization_id=held.organization_id) | Q(organization__successor_id=held.organization_id)
        own = body & Q(unit__level=held.level)
        leads = Q(task__lead_id=held.organization_id, task__programme__jurisdiction__level=held.level)
        to_check = Q(state=State.REPORTED) | handed_in
        if held.role == Role.REPORTER:
            condition |= part & own & Q(state__in=WORKING) & ~handed_in
        elif held.role == Role.REVIEWER:
            condition |= part & (own | leads) & to_check
        elif held.role == Role.APPROVER:
            top = Q(task__programme__jurisdiction__level=held.level)
            if held.organization_id is not None:
                top &= ~Q(organization_id=held.organization_id) | Q(organization=None)
                condition |= part & leads & to_check
            condition |= part & top & Q(state__in=[State.CHECKED, State.RECHECKED])
    undated = Case(When(due_on=None, then=Value(1)), default=Value(0))
    return TaskAssignment.objects.filter(condition).order_by(undated, "due_on", "task__number", "unit__code", "id")


@dataclass(frozen=True)
class Cell:
    """One assignment on the board."""

    pk: int
    number: int
    state: str
    light: str
    words: str
    part: str = ""

    @property
    def letter(self) -> str:
        return str(LETTERS[State(self.state)])

    @property
    def state_words(self) -> str:
        return str(State(self.state).label)


@dataclass
class Place:
    """A unit or a body on the board, with its cells by task number. ``counts``: cells by light."""

    code: str
    label: str
    short: str
    kind: str = ""
    cells: dict[int, Cell] = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return len(self.cells)

    @property
    def urgent(self) -> list[Cell]:
        return [cell for _number, cell in sorted(self.cells.items()) if cell.light in ("late", "near", "back", "wait")]

    @property
    def ordered(self) -> list[Cell]:
        return [cell for _number, cell in sorted(self.cells.items())]


@dataclass(frozen=True)
class BoardRow:
    """One task and its cells in the order of the units; None where the unit does not owe it or the filter hides it."""

    task: Task
    cells: list[Cell | None]


class Board:
    """A programme's assignments a person may see, by unit and by body. Five queries, whatever the size.

    ``light``: show only cells with this light. ``section``: only tasks of this section.
    """

    def __init__(self, *, user: User, programme: Programme, today: date, light: str = "", section: str = "") -> None:
        self.light, self.lights = light, TaskLights(today)
        tasks = list(Task.objects.filter(programme=programme).select_related("clause").order_by("number"))
        self.sections = list(dict.fromkeys((task.section_no, _section(task)) for task in tasks if task.section_no))
        self.tasks = [task for task in tasks if not section or task.section_no == section]
        rows = (
            TaskAssignment.objects.filter(task__in=self.tasks)
            .visible_to(user)
            .values_list("pk", "task_id", "unit_id", "organization_id", "part", "state", "due_on", "reported_by_id")
        )
        numbers = {task.pk: task.number for task in self.tasks}
        found = [(unit, body, self._cell(pk, numbers[task], part, state, due, by)) for pk, task, unit, body, part, state, due, by in rows]  # fmt: skip
        self.states = Counter(cell.state for _unit, _body, cell in found)
        self.counts = Counter(cell.light for _unit, _body, cell in found)
        self.total = len(found)
        self.units = self._places(
            {unit for unit, body, _cell in found if body is None},
            ((unit, cell) for unit, body, cell in found if body is None),
        )
        self.bodies = self._bodies((body, cell) for _unit, body, cell in found if body is not None)

    def _cell(self, pk: int, number: int, part: str, state: str, due: date | None, reported_by: int | None) -> Cell:
        light = self.lights.of(state, due, reported_by is not None)
        words = self.lights.words(light, due)
        if due is not None:
            words = f"{words} ({date_format(due, 'Y-m-d')})"
        return Cell(pk, number, state, light, words, part)

    def _places(self, keys: set[int], cells: Iterable[tuple[int, Cell]]) -> list[Place]:
        units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=keys).order_by("code")}
        places = {pk: Place(unit.code, unit.label, unit.short_name or unit.label) for pk, unit in units.items()}
        return _filled(places, cells)

    def _bodies(self, cells: Iterable[tuple[int, Cell]]) -> list[Place]:
        found = list(cells)
        rows = Organization.objects.filter(pk__in={body for body, _cell in found}).order_by("code")
        places = {
            one.pk: Place(one.code, one.label, one.label, str(one.get_kind_display()))
            for one in rows
        }  # fmt: skip
        filled = _filled(places, found)
        return sorted(
            filled, key=lambda place: (-sum(cell.part == "lead" for cell in place.cells.values()), place.code)
        )

    def shows(self, cell: Cell | None) -> bool:
        return cell is not None and (not self.light or cell.light == self.light)

    def groups(self) -> Iterator[tuple[str, list[BoardRow]]]:
        """(section, rows) of the matrix of tasks and units; a filter leaves out rows without a cell to show."""
        sections: dict[str, list[BoardRow]] = {}
        for task in self.tasks:
            cells = [place.cells.get(task.number) for place in self.units]
            shown = [cell if self.shows(cell) else None for cell in cells]
            if any(shown) or not self.light:
                sections.setdefault(_section(task), []).append(BoardRow(task, shown))
        yield from sections.items()


def _filled(places: dict[int, Place], cells: Iterable[tuple[int, Cell]]) -> list[Place]:
    for key, cell in cells:
        places[key].cells[cell.number] = cell
        places[key].counts[cell.light] += 1
    return list(places.values())


def _section(task: Task) -> str:
    english = (get_language() or "").startswith("en") and task.section_en
    return str(task.section_en if english else task.section)
