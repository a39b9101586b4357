"""Rectifications as their pages show them: lights on working days, steps, who may do what next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, Prefetch, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from programs.models import Extension, Rectification, RectificationStep
from programs.queries.dated_steps import light_of
from programs.services.calendar import WorkCalendar

State = Rectification.State


@dataclass(frozen=True)
class Row:
    """A rectification with its light: green while there is time, amber three working days before, red when late."""

    rectification: Rectification
    light: str
    words: str
    left: int  # working days; negative: late
    late_by: int = 0  # working days by which the newest report came after the last day that held then

    @property
    def late_words(self) -> str:
        """“reported 9 working days late”; empty when it came in time."""
        if not self.late_by:
            return ""
        days = {"n": self.late_by}
        return ngettext("reported %(n)s working day late", "reported %(n)s working days late", self.late_by) % days


def listed(rows: QuerySet[Rectification]) -> QuerySet[Rectification]:
    """Rectifications with what a list shows of them; open ones first, by their last day."""
    reported = RectificationStep.objects.filter(rectification=OuterRef("pk"), verb="report").order_by("-id")
    return rows.annotate(reported_at=Subquery(reported.values("at")[:1])).select_related(
        "unit__parent", "programme", "organization", "finding__item", "finding__inspection__project",
        "finding__inspection__unit",
    ).order_by(F("closed_at").desc(nulls_first=True), "due_on", "id")  # fmt: skip


def rows_of(rectifications: Iterable[Rectification], today: date) -> list[Row]:
    """Lights of some rectifications; one query for the calendar."""
    found = list(rectifications)
    days = [one.due_on for one in found] or [today]
    calendar = WorkCalendar(min(*days, today), max(*days, today) + timedelta(days=1))
    return [_row(one, today, calendar) for one in found]


def _row(one: Rectification, today: date, calendar: WorkCalendar) -> Row:
    left, handed_in = calendar.between(today, one.due_on), getattr(one, "reported_at", None)
    if one.state == State.CLOSED:
        return Row(one, "done", str(one.get_state_display()), left, late_by(one.due_on, handed_in, calendar))
    if one.state == State.REPORTED:
        return Row(one, "wait", _("waits for the revisit"), left, late_by(one.due_on, handed_in, calendar))
    if left < 0:
        words = ngettext("%(n)s working day late", "%(n)s working days late", -left) % {"n": -left}
        return Row(one, "late", words, left)
    words = ngettext("%(n)s working day left", "%(n)s working days left", left) % {"n": left}
    return Row(one, "near" if light_of(left) == "near" else "ok", words, left)


def late_by(due_on: date, reported_at: datetime | None, calendar: WorkCalendar) -> int:
    """Working days between the last day and the report; 0 when it came in time or was not made. At least 1 when late."""
    if reported_at is None:
        return 0
    day = timezone.localtime(reported_at).date()
    return max(1, -calendar.between(day, due_on)) if day > due_on else 0


def detailed(rows: QuerySet[Rectification]) -> QuerySet[Rectification]:
    """One rectification with its steps, extensions and the inspection it comes from."""
    reported = RectificationStep.objects.filter(rectification=OuterRef("pk"), verb="report").order_by("-id")
    return rows.annotate(reported_at=Subquery(reported.values("at")[:1])).select_related(
        "unit__parent", "programme", "organization", "assigned_by", "finding__item__clause__document",
        "finding__repeats__inspection", "finding__inspection__project", "finding__inspection__unit",
        "finding__inspection__checklist",
    ).prefetch_related(
        Prefetch("steps", RectificationStep.objects.select_related("actor").order_by("id")),
        Prefetch("extensions", Extension.objects.select_related("asked_by", "decided_by").order_by("-id")),
    )  # fmt: skip


def history_of(rectification: Rectification) -> list[dict[str, Any]]:
    """The steps, newest first, as the history shows them: at, text, quote, kind, step, late (a report after the date)."""
    words = {
        "assign": _("assigned"),
        "accept": pgettext("rectification", "accepted"),
        "report": _("reported as done"),
        "close": _("closed after the revisit"),
        "send_back": _("sent back"),
        "escalate": _("escalated"),
        "extend": _("date moved"),
    }
    kinds = {"send_back": "warn", "escalate": "bad", "close": "now"}
    return [
        {
            "at": step.at,
            "text": " ".join(
                filter(None, (words.get(step.verb, step.verb), step.actor.full_name if step.actor else _("schedule"), step.office))
            ),
            "quote": step.comment,
            "kind": "bad" if _was_late(rectification, step) else kinds.get(step.verb, ""),
            "late": _was_late(rectification, step),
            "step": step,
        }
        for step in reversed(rectification.steps.all())
    ]  # fmt: skip


def _was_late(rectification: Rectification, step: RectificationStep) -> bool:
    """Whether a report came after the last day that held then: the first one, or the latest granted before it."""
    if step.verb != "report":
        return False
    granted = [
        row
        for row in rectification.extensions.all()
        if row.is_granted and row.decided_at is not None and row.decided_at <= step.at
    ]
    due = max([rectification.first_due_on, *(row.asked_until for row in granted)])
    return timezone.localtime(step.at).date() > due
