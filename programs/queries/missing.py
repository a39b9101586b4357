"""What is still missing in a period, and in whose hands it is, now or at any moment in the past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import connection
from django.db.models import Q

from programs.as_of import Moment
from programs.models import Grant, Period, Programme, Role, Unit
from programs.queries.people import in_force
from programs.services.calendar import WorkCalendar

# One row per unit that owes, and state. ``states`` is one of the two statements below it.
OWED_BY_STATE = """
WITH known AS ({states})
SELECT period.id, u.id, u.path, coalesce(known.state, 'none'), count(*), min(known.redo_by)
FROM programs_reportingduty d
JOIN programs_indicator i ON i.id = d.indicator_id AND i.is_reported
JOIN programs_period period ON period.programme_id = i.programme_id AND period.id = ANY(%(periods)s::bigint[])
JOIN programs_unit u ON u.id = d.unit_id AND u.path LIKE %(below)s
LEFT JOIN known ON known.indicator_id = d.indicator_id AND known.unit_id = d.unit_id AND known.period_id = period.id
WHERE (d.valid_from IS NULL OR d.valid_from <= period.ends_on) AND (d.valid_to IS NULL OR d.valid_to >= period.starts_on)
GROUP BY 1, 2, 3, 4
"""
# The reports' own states, with the day a return asks for.
STATES_NOW = """
SELECT r.indicator_id, r.unit_id, r.period_id, r.state, redo.redo_by
FROM programs_progressreport r
LEFT JOIN (
    SELECT DISTINCT ON (b.id) b.id, p.redo_by
    FROM programs_progressreport b
    JOIN programs_progressrevision v ON v.report_id = b.id
    JOIN programs_progressdecision p ON p.revision_id = v.id AND p.verb = 'return'
    WHERE b.period_id = ANY(%(periods)s::bigint[]) AND b.state = 'returned'
    ORDER BY b.id, p.id DESC
) redo ON redo.id = r.id
WHERE r.period_id = ANY(%(periods)s::bigint[])
"""
# The states after the newest decision up to a moment.
STATES_THEN = """
SELECT DISTINCT ON (r.id) r.indicator_id, r.unit_id, r.period_id, p.to_state AS state, p.redo_by
FROM programs_progressreport r
JOIN programs_progressrevision v ON v.report_id = r.id
JOIN programs_progressdecision p ON p.revision_id = v.id AND p.at <= %(as_of)s::timestamptz
WHERE r.period_id = ANY(%(periods)s::bigint[])
ORDER BY r.id, p.id DESC
"""

# state → (what is missing, whose hands it is in)
NOT_SENT, RETURNED, REVIEW, APPROVAL = "not_sent", "returned", "review", "approval"
KIND = {"none": NOT_SENT, "draft": NOT_SENT, "returned": RETURNED, "submitted": REVIEW, "reviewed": APPROVAL}
HANDS = {NOT_SENT: Role.REPORTER, RETURNED: Role.REPORTER, REVIEW: Role.REVIEWER, APPROVAL: Role.APPROVER}


@dataclass
class Missing:
    """Figures of one unit below that wait for one kind of step. ``late``: working days after the day due (negative: left)."""

    unit: Unit
    kind: str
    due_on: date
    late: int
    figures: int = 0
    units: set[int] = field(default_factory=set)
    people: list[str] = field(default_factory=list)

    @property
    def light(self) -> str:
        if self.kind == RETURNED:
            return "back"
        if self.late > 0:
            return "late"
        if self.kind in (REVIEW, APPROVAL):
            return "wait"
        return "near" if self.late > -3 else "todo"

    @property
    def left(self) -> int:
        return -self.late


@dataclass(frozen=True)
class Owed:
    """``rows`` sorted by how late; ``approved`` of ``expected`` figures are there; ``whole_units`` of ``all_units`` are complete."""

    rows: list[Missing]
    expected: int
    approved: int
    all_units: int
    whole_units: int
    by_group: dict[int, tuple[int, int]]  # approved, owed figures per unit right below (and of the root itself)


def owed_in(*, programme: Programme, period: Period, root: Unit, groups: Iterable[Unit], moment: Moment) -> Owed:
    """What the units at and below ``root`` owe in ``period``, grouped by the units in ``groups`` (those right below). Three queries."""
    by_path = {unit.path: unit for unit in [root, *groups]}
    found = _read([period.pk], root, moment)
    calendar = WorkCalendar(min(period.due_on, moment.day), max(period.due_on, moment.day))
    rows: dict[tuple[int, str, date], Missing] = {}
    waiting: set[int] = set()
    owing: dict[int, str] = {}
    expected = approved = 0
    by_group: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for _period, unit_id, path, state, count, redo_by in found:
        expected += count
        group = by_group[_group(path, root, by_path).pk]
        group[1] += count
        owing[unit_id] = path
        if state == "approved":
            approved += count
            group[0] += count
            continue
        waiting.add(unit_id)
        unit, kind = _group(path, root, by_path), KIND[state]
        due = redo_by if kind == RETURNED and redo_by else period.due_on
        row = rows.setdefault((unit.pk, kind, due), Missing(unit, kind, due, calendar.between(due, moment.day)))
        row.figures += count
        row.units.add(unit_id)
    _name_people(list(rows.values()), programme, owing)
    ordered = sorted(rows.values(), key=lambda row: (-row.late, row.kind != RETURNED, row.unit.code))
    return Owed(
        ordered,
        expected,
        approved,
        len(owing),
        len(owing) - len(waiting),
        {pk: (done, due) for pk, (done, due) in by_group.items()},
    )


def counts_in(*, periods: Iterable[Period], root: Unit, moment: Moment) -> dict[int, dict[str, int]]:
    """Per period: owed figures at and below ``root`` by kind (``approved`` included). One query."""
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for period_id, _unit, _path, state, count, _redo in _read([period.pk for period in periods], root, moment):
        counts[period_id][KIND.get(state, state)] += count
    return {pk: dict(kinds) for pk, kinds in counts.items()}


def _read(periods: list[int], root: Unit, moment: Moment) -> list[tuple]:
    states = STATES_NOW if moment.at is None else STATES_THEN
    with connection.cursor() as cursor:
        cursor.execute(
            OWED_BY_STATE.format(states=states), {"as_of": moment.at, "periods": periods, "below": root.path + "%"}
        )
        return cursor.fetchall()


def _group(path: str, root: Unit, by_path: dict[str, Unit]) -> Unit:
    """The unit right below ``root`` on the way to ``path``; root itself for its own figures."""
    if path == root.path:
        return root
    below = root.path + path[len(root.path) :].split("/")[0] + "/"
    return by_path.get(below, root)


def _name_people(rows: list[Missing], programme: Programme, paths: dict[int, str]) -> None:
    """At most two names per row: who holds the role nearest to the units that owe."""
    roles = {HANDS[row.kind] for row in rows}
    if not roles:
        return
    grants = (
        Grant.objects.filter(in_force(), Q(programme=None) | Q(programme=programme), role__in=roles)
        .filter(Q(unit__path__startswith=programme.jurisdiction.path))
        .order_by("id").values_list("role", "unit__path", "user__full_name")
    )  # fmt: skip
    by_place: dict[tuple[str, str], list[str]] = defaultdict(list)
    for role, path, name in grants:
        by_place[role, path].append(name)
    for row in rows:
        names: list[str] = []
        for unit_id in sorted(row.units):
            path = paths[unit_id]
            while path.strip("/"):
                here = by_place.get((HANDS[row.kind], path))
                if here:
                    names += [name for name in here if name not in names]
                    break
                path = "/" + "/".join(path.strip("/").split("/")[:-1]) + "/"
        row.people = names
