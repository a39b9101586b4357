"""What one person has to do: forms due, returned figures, waiting decisions, and the days ahead. A fixed number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, cast

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.access import Access
from programs.models import (
    ApprovedFigure,
    CorrectionRequest,
    Decision,
    Period,
    ProgressDecision,
    ProgressReport,
    ReportState,
    Role,
    Unit,
)
from programs.queries.declarations import is_sent_back, verb_name
from programs.queries.figures import Figures
from programs.queries.open_forms import OpenForm
from programs.queries.review_queue import LOOKUPS
from programs.queries.targets import TargetBook, completion, elapsed, root_units
from programs.services.calendar import WorkCalendar
from programs.workflow import workflow_of, workflows

STRIP_DAYS = 14
RECENT_DAYS = 3
RECENT = 8
RESULTS = 6


@dataclass
class Day:
    """One day of the strip. ``known`` False: the holidays of that year are not published."""

    date: date
    is_workday: bool
    known: bool
    due: int = 0
    redo: int = 0
    locks: list[str] = field(default_factory=list)


def returned_cells(access: Access) -> QuerySet[ProgressReport]:
    """Returned figures of the reporter, with the words of the newest return: said, ask, redo_by, who, office, back_at."""
    mine = access.within([Role.REPORTER], **LOOKUPS)
    newest = ProgressDecision.objects.filter(
        revision__report=OuterRef("pk"), verb=ProgressDecision.Verb.RETURN
    ).order_by("-pk")
    words = {
        "said": "comment",
        "ask": "ask",
        "redo_by": "redo_by",
        "who": "actor__full_name",
        "office": "office",
        "back_at": "at",
    }
    rows = (
        ProgressReport.objects.filter(mine, state=ReportState.RETURNED, period__locked_at=None)
        .annotate(**{name: Subquery(newest.values(column)[:1]) for name, column in words.items()})
        .select_related("indicator__programme", "indicator__clause", "unit", "period")
    )
    return rows.order_by("redo_by", "pk")  # type: ignore[misc]  # redo_by is one of the annotations


def open_corrections(access: Access) -> QuerySet[CorrectionRequest]:
    """Corrections the person may decide."""
    mine = access.within([Role.APPROVER], unit_path="report__unit__path", programme="report__indicator__programme_id")
    return (
        CorrectionRequest.objects.filter(mine, state=CorrectionRequest.State.OPEN)
        .select_related("report__indicator__programme", "report__unit", "report__period", "requested_by")
        .order_by("pk")
    )


def strip(forms: list[OpenForm], returned: list[Any], today: date) -> list[Day]:
    """Fourteen days from Monday of this week, with what is due on each; one query."""
    first = today - timedelta(days=today.weekday())
    calendar = WorkCalendar(first, first + timedelta(days=STRIP_DAYS))
    days = [first + timedelta(days=n) for n in range(STRIP_DAYS)]
    due = Counter(form.period.due_on for form in forms if form.to_send)
    redo = Counter(cell.redo_by for cell in returned)
    locks: dict[date, list[str]] = {}
    for form in forms:
        locks.setdefault(form.period.locks_on, []).append(form.period.code)
    return [
        Day(day, calendar.is_workday(day), calendar.is_known(day), due[day], redo[day], sorted(set(locks.get(day, []))))
        for day in days
    ]


@dataclass(frozen=True)
class Happened:
    """One line of what happened: when, who did what to which thing."""

    at: Any
    who: str
    did: str
    what: str
    url: str = ""
    is_back: bool = False


def recent(access: Access, *, now: Any = None) -> list[Happened]:
    """Decisions about the person's units in the last three days, figures and applications, newest first; two queries."""
    since = (now or timezone.now()) - timedelta(days=RECENT_DAYS)
    found = [*_recent_figures(access, since), *_recent_steps(access, since)]
    return sorted(found, key=lambda one: one.at, reverse=True)[:RECENT]


def _recent_figures(access: Access, since: Any) -> list[Happened]:
    mine = access.within(
        list(access.roles),
        unit_path="revision__report__unit__path",
        programme="revision__report__indicator__programme_id",
    )
    rows = (
        ProgressDecision.objects.filter(mine, at__gte=since)
        .select_related("actor", "revision__report__unit", "revision__report__indicator", "revision__report__period")
        .order_by("-at", "-pk")[:RECENT]
    )
    return [
        Happened(
            at=row.at,
            who=row.actor.full_name if row.actor else "",
            did=str(row.get_verb_display()),
            what=f"{row.revision.report.unit.label} {row.revision.report.indicator.short}",
            is_back=row.verb == ProgressDecision.Verb.RETURN,
        )
        for row in rows
    ]


def _recent_steps(access: Access, since: Any) -> list[Happened]:
    mine = access.within(
        list(access.roles), unit_path="declaration__project__unit__path", programme="declaration__project__programme_id"
    )
    rows = (
        Decision.objects.filter(mine, at__gte=since, declaration__workflow__in=[flow.code for flow in workflows()])
        .select_related("actor", "declaration__project")
        .order_by("-at", "-pk")[:RECENT]
    )
    found = []
    for row in rows:
        flow = workflow_of(row.declaration.workflow)
        found.append(
            Happened(
                at=row.at,
                who=f"{row.office} {row.actor.full_name}".strip() if row.actor else _("by the system"),
                did=verb_name(flow, row),
                what=row.declaration.project.name,
                url=reverse("declaration", args=[row.declaration_id]),
                is_back=is_sent_back(flow, row),
            )
        )
    return found


def results(access: Access, indicators: list[Any], today: date) -> tuple[Unit | None, list[dict[str, Any]]]:
    """The person's topmost unit and its headline figures against their targets, newest closed period; four queries."""
    units = root_units(access.paths())
    if not units or not indicators:
        return (units[0] if units else None), []
    unit = units[0]
    latest: dict[int, Period] = {}
    programmes = {i.programme_id for i in indicators}
    newest = ApprovedFigure.objects.filter(period=OuterRef("pk")).values("pk")[:1]
    rows = (
        Period.objects.filter(programme_id__in=programmes, ends_on__lt=today)
        .annotate(has=Subquery(newest))
        .exclude(has=None)
    )
    latest.update({row.programme_id: cast(Period, row) for row in rows.order_by("starts_on")})
    indicators = [i for i in indicators if i.programme_id in latest]
    figures = Figures(indicators, [p.pk for p in latest.values()], [unit.pk])
    book = TargetBook([i.pk for i in indicators], [unit.pk])
    found = []
    for indicator in indicators:
        period = latest[indicator.programme_id]
        figure, target = figures.get(indicator.pk, period.pk, unit.pk), book.applying(indicator.pk, unit.pk, today)
        if figure.value is None:
            continue
        goal = target.value if target else None
        found.append({
            "indicator": indicator, "period": period, "value": figure.value, "figure": figure, "target": goal, "time": elapsed(target, today, indicator.programme.starts_on) if target else None,
            "share": completion(value=figure.value, target=goal, direction=indicator.direction, baseline=indicator.baseline),
        })  # fmt: skip
    found.sort(key=lambda row: row["target"] is None)
    return unit, found[:RESULTS]
