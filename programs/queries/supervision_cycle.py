"""The cycle of a plan that the people's congress supervises (003·四): what is delivered by whom in which month.

The steps are data of the pack (``cycle.csv``), because they are the plan's own dates and nothing writes them here.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from policies.models import Clause
from programs.models import Delivery, Organization, Problem, Programme
from programs.services.packs.files import packs_folder


@dataclass(frozen=True)
class Row:
    """One line of the file."""

    code: str
    starts_on: date
    ends_on: date
    said: dict[str, str]  # event_zh, event_en, deliverable_zh, deliverable_en
    bodies: tuple[str, ...]
    clause: str


@dataclass(frozen=True)
class CycleStep:
    """One step of the cycle. ``state``: past, now or next on the day looked at; ``result``: what the system knows of it."""

    code: str
    starts_on: date
    ends_on: date
    event: str
    deliverable: str
    bodies: list[Organization]
    clause: Clause | None
    state: str
    problems: tuple[int, int] | None = None  # (complete, all) where the step is about problems
    delivered: list[Delivery] = field(default_factory=list)  # by body, in the order they were recorded

    @property
    def missing(self) -> list[Organization]:
        """Bodies of which nothing is recorded as delivered."""
        done = {row.organization_id for row in self.delivered}
        return [body for body in self.bodies if body.pk not in done]

    @property
    def light(self) -> str:
        """done when every body delivered, late when the month is over without, near while it runs, todo before."""
        if not self.missing:
            return "done"
        return {"past": "late", "now": "near", "next": "todo"}[self.state]

    @property
    def words(self) -> str:
        """What stands beside the light."""
        if not self.missing:
            return _("delivered")
        if len(self.bodies) > 1 and self.delivered:
            return _("%(n)s of %(all)s delivered") % {
                "n": len(self.bodies) - len(self.missing),
                "all": len(self.bodies),
            }
        return {
            "past": _("not recorded as delivered"), "now": _("due this month"), "next": pgettext("cycle", "to come")
        }[self.state]  # fmt: skip


@dataclass(frozen=True)
class Cycle:
    """``named``: the units that report first (DI22); ``bodies``: everybody who carries a task. Two lists, on purpose."""

    steps: list[CycleStep]
    named: list[Organization]
    bodies: list[Organization]


def cycle_exists(programme: str) -> bool:
    return bool(_rows(programme))


def step_of(programme: str, code: str) -> Row | None:
    """The step with this code; None when the plan's cycle has none."""
    return next((row for row in _rows(programme) if row.code == code), None)


def newest_deliveries(programme: Programme) -> dict[str, list[Delivery]]:
    """What holds of each step: the newest row of each body, without those taken back. One query."""
    newest: dict[tuple[str, int], Delivery] = {}
    rows = Delivery.objects.filter(programme=programme).select_related("organization", "recorded_by").order_by("id")
    for row in rows:
        newest[row.step, row.organization_id] = row
    found: dict[str, list[Delivery]] = {}
    for row in newest.values():
        if row.delivered_on is not None:
            found.setdefault(row.step, []).append(row)
    return found


def clause_path(programme: str, code: str) -> str:
    """Path of the clause behind one step of the cycle; empty where the plan has none."""
    return next((row.clause for row in _rows(programme) if row.code == code), "")


@cache
def _rows(programme: str) -> tuple[Row, ...]:
    path: Path = packs_folder() / programme / "cycle.csv"
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Row(
                line["code"],
                date.fromisoformat(line["starts_on"]),
                date.fromisoformat(line["ends_on"]),
                {key: value for key, value in line.items() if key.rpartition("_")[2] in ("zh", "en")},
                tuple(line["bodies"].split(";")),
                line["clause"],
            )
            for line in csv.DictReader(file)
        )


def cycle_of(programme: Programme, user, today: date) -> Cycle:
    """The steps with their bodies, clauses and what was delivered; five queries. ``user`` limits which problems are counted."""
    rows = _rows(programme.code)
    named = {code for row in rows for code in row.bodies}
    found = {one.code: one for one in Organization.objects.filter(code__in=named)}
    clauses = {
        one.path: one
        for one in Clause.objects.filter(document=programme.document_id, path__in=[row.clause for row in rows])
    }
    problems = list(Problem.objects.filter(programme=programme).visible_to(user))
    planned = sum(bool(one.goal and one.due_on) for one in problems)
    voted = sum(bool(one.verdict) for one in problems)
    counted = {"CR14": (planned, len(problems)), "CR15": (voted, len(problems))}
    deliveries = newest_deliveries(programme)
    language = "en" if (get_language() or "").startswith("en") else "zh"
    steps = [
        CycleStep(
            row.code,
            row.starts_on,
            row.ends_on,
            row.said[f"event_{language}"],
            row.said[f"deliverable_{language}"],
            [found[code] for code in row.bodies if code in found],
            clauses.get(row.clause),
            "past" if row.ends_on < today else ("now" if row.starts_on <= today else "next"),
            counted.get(row.code),
            deliveries.get(row.code, []),
        )
        for row in rows
    ]
    carrying = Organization.objects.filter(assignments__task__programme=programme).distinct().order_by("code")
    return Cycle(steps, steps[0].bodies if steps else [], list(carrying))
