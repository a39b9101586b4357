"""What the daily digest says to the city's bureaus: what waits for their decision, one line for each kind, never one for each case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_noop

from programs.models import Declaration, Period, ProgressReport, ReportState, Unit
from programs.queries.dated_steps import dated_steps, open_declarations
from programs.services.digests import LATE, NEAR, WAITING, Reminder, in_both
from programs.workflow import Transition, workflow_of


def reminders(today: date) -> Iterator[Reminder]:
    """Reviewed figures that an approver has not approved, and applications at a step that the city decides.

    An application whose last day is near or past has a reminder of its own and is not counted again.
    """
    yield from _figures()
    yield from _declarations(today)


def _figures() -> Iterator[Reminder]:
    waiting = ProgressReport.objects.filter(state=ReportState.REVIEWED, period__locked_at=None)
    counts = dict(waiting.order_by().values_list("period").annotate(n=Count("id")))
    periods = Period.objects.filter(pk__in=counts).select_related("programme__jurisdiction").order_by("id")
    for period in periods:
        programme = period.programme
        values = {"programme": programme.short, "period": period.code, "n": counts[period.pk]}
        text_zh, text_en = in_both(
            gettext_noop("%(programme)s %(period)s: %(n)s reviewed figures wait for approval"), partial(dict, values)
        )
        yield Reminder(
            ("approver",),
            programme.jurisdiction,
            programme.pk,
            "decision",
            text_zh,
            text_en,
            reverse("review-queue", args=[programme.code, period.code]),
            period.locks_on,
            WAITING,
        )


def _declarations(today: date) -> Iterator[Reminder]:
    found = open_declarations()
    dated = {(one.declaration.pk, one.step.verb) for one in dated_steps(found, today) if one.light in (LATE, NEAR)}
    groups: dict[tuple[int, str, str], list[Declaration]] = defaultdict(list)
    steps: dict[tuple[int, str, str], Transition] = {}
    for one in found:
        step = _city_step(one)
        if step is not None and (one.pk, step.verb) not in dated:
            key = (one.project.programme_id, one.workflow, one.stage)
            groups[key].append(one)
            steps[key] = step
    homes = Unit.objects.in_bulk({rows[0].project.programme.jurisdiction_id for rows in groups.values()})
    for key, rows in groups.items():
        programme, step = rows[0].project.programme, steps[key]
        text_zh, text_en = in_both(
            gettext_noop("%(programme)s: %(n)s applications wait for your decision, at the stage “%(stage)s”"),
            partial(_words, rows),
        )
        yield Reminder(
            step.roles, homes[programme.jurisdiction_id], programme.pk, "decision", text_zh, text_en, reverse("inbox"), None,
            WAITING, levels=step.levels,
        )  # fmt: skip


def _city_step(declaration: Declaration) -> Transition | None:
    """The first forward step from here that the city takes; None when another level is to act."""
    level = declaration.project.unit.level
    forward = (step for step in workflow_of(declaration.workflow).steps_from(declaration.stage) if not step.is_reverse)
    return next((step for step in forward if Unit.Level.CITY in step.levels_for(level) and not step.by_system), None)


def _words(rows: list[Declaration]) -> dict[str, Any]:
    stage = workflow_of(rows[0].workflow).stage(rows[0].stage)
    return {"programme": rows[0].project.programme.short, "n": len(rows), "stage": stage.name}
