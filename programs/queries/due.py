"""What a reporter still has to report: owed figures of open periods that were not submitted yet, or were returned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, LPad
from django.utils import timezone

from programs.access import Access
from programs.models import Period, ProgressDecision, ProgressReport, ReportingDuty, ReportState, Role
from programs.queries.targets import TargetBook

PERIODS = "indicator__programme__periods"
SENT = (ReportState.SUBMITTED, ReportState.REVIEWED, ReportState.APPROVED)


@dataclass(frozen=True)
class Asked:
    """What is known about one owed figure. ``report`` None: nobody has begun; ``comment``, ``ask``: the words of a return."""

    target: Decimal | None = None
    previous: Decimal | None = None
    report: int | None = None
    state: str | None = None
    comment: str = ""
    ask: str = ""
    redo_by: date | None = None


def duties_due(access: Access, today: date | None = None) -> QuerySet[ReportingDuty]:
    """One row per duty and open period, with ``period_key`` (its primary key), ``period_code``, ``due_on`` and a unique
    text ``key`` that sorts by the day it is due."""
    today = today or timezone.localdate()
    mine = access.within({Role.REPORTER}, unit_path="unit__path", programme="indicator__programme_id")
    sent = ProgressReport.objects.filter(
        indicator=OuterRef("indicator"), unit=OuterRef("unit"), period=OuterRef("period_key"), state__in=SENT
    )
    day = Func(F(f"{PERIODS}__due_on"), Value("YYYYMMDD"), function="to_char", output_field=CharField())
    # one filter call, so that all conditions speak of the same period
    return (
        ReportingDuty.objects.filter(
            Q(valid_from=None) | Q(valid_from__lte=F(f"{PERIODS}__ends_on")), Q(valid_to=None) | Q(valid_to__gte=F(f"{PERIODS}__starts_on")), mine,
            indicator__is_reported=True, **{f"{PERIODS}__opens_on__lte": today, f"{PERIODS}__locked_at": None},
        )
        .annotate(
            period_key=F(f"{PERIODS}__pk"), period_code=F(f"{PERIODS}__code"), due_on=F(f"{PERIODS}__due_on"),
            key=Concat(day, Value("-"), _padded(F(f"{PERIODS}__pk")), Value("-"), _padded(F("pk"))),
        )
        .filter(~Exists(sent))
    )  # fmt: skip


def _padded(number: F) -> LPad:
    return LPad(Cast(number, CharField()), 12, Value("0"))


def asked_of(cells: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int, int], Asked]:
    """What is known about (indicator, unit, period) cells, by cell; five queries."""
    indicators, units = {i for i, _u, _p in cells}, {u for _i, u, _p in cells}
    periods = _with_the_one_before({p for _i, _u, p in cells})
    reports = {
        (row["indicator_id"], row["unit_id"], row["period_id"]): row
        for row in ProgressReport.objects.filter(
            indicator_id__in=indicators, unit_id__in=units, period_id__in={*periods, *(before for _ends, before in periods.values() if before)}
        ).values("pk", "indicator_id", "unit_id", "period_id", "state", "revision", "value")
    }  # fmt: skip
    returned = [row["pk"] for row in reports.values() if row["state"] == ReportState.RETURNED]
    words: dict[int, dict[str, Any]] = {}
    row: Any
    for row in ProgressDecision.objects.filter(revision__report_id__in=returned, verb=ProgressDecision.Verb.RETURN).order_by("pk").values(
        "revision__report_id", "comment", "ask", "redo_by"
    ):  # fmt: skip
        words[row.pop("revision__report_id")] = row
    book = TargetBook(indicators, units)
    found = {}
    for indicator, unit, period in cells:
        ends_on, before = periods[period]
        report = reports.get((indicator, unit, period))
        earlier = reports.get((indicator, unit, before)) if before else None
        target = book.applying(indicator, unit, ends_on)
        found[indicator, unit, period] = Asked(
            target=target.value if target else None, previous=earlier["value"] if earlier and earlier["revision"] else None,
            report=report["pk"] if report else None, state=report["state"] if report else None, **(words.get(report["pk"], {}) if report else {}),
        )  # fmt: skip
    return found


def _with_the_one_before(periods: set[int]) -> dict[int, tuple[date, int | None]]:
    """{period: (its last day, the period before it in its programme)}."""
    rows = (
        Period.objects.filter(programme__periods__in=periods)
        .distinct()
        .order_by("programme_id", "starts_on")
        .values_list("pk", "programme_id", "ends_on")
    )
    found: dict[int, tuple[date, int | None]] = {}
    last: tuple[int | None, int | None] = (None, None)
    for pk, programme, ends_on in rows:
        if pk in periods:
            found[pk] = (ends_on, last[1] if last[0] == programme else None)
        last = (programme, pk)
    return found
