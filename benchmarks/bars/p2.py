"""P2: in the rush, how long an approved figure takes to reach the dashboard; afterwards every cell against a recomputation."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection, transaction

from benchmarks import rows, serving
from benchmarks.bench import Bench
from benchmarks.measure import Line, Samples, percentile
from benchmarks.plan import APPROVERS
from programs.models import ApprovedFigure, Period, ProgressReport, ReportingDuty, Summary, SummaryDirty, Unit
from programs.services.progress import approve
from programs.services.summaries import mark_dirty, refresh_pending

LIMIT = 10.0  # seconds, 95th percentile
WATCH_EVERY = 0.05  # seconds between looks at the summaries
PATIENCE = 120.0  # seconds for the last figures after the rush
ROUND_SECONDS = 5  # of rush for one second of --seconds


@dataclass
class Rush:
    """What happened in one round: when each village's figures were committed, and when they were seen in the summaries."""

    committed: dict[int, float] = field(default_factory=dict)
    seen: dict[int, float] = field(default_factory=dict)
    calls: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def delays(self) -> list[float]:
        return [max(0.0, self.seen[unit] - moment) for unit, moment in self.committed.items()]


def measure(bench: Bench) -> list[Line]:
    """Two lines: the delay until figures are visible, and the cells that differ afterwards."""
    period, delays, calls, rates, differing, compared = bench.periods[-1], [], [], [], 0, 0
    try:
        with serving.workers():
            for _round in range(bench.rounds):
                _prepare(bench, period)
                rush = _rush(bench, period)
                if rush.errors:
                    raise RuntimeError("approving failed: " + "; ".join(sorted(set(rush.errors))[:3]))
                delays.append(percentile(rush.delays, 0.95))
                calls.append(percentile(rush.calls, 0.5))
                rates.append(len(rush.calls) / (bench.seconds * ROUND_SECONDS))
                mine, stored = recomputed(period), kept(period)
                compared += len(mine)
                differing += len({key for key in mine.keys() | stored.keys() if mine.get(key) != stored.get(key)})
    finally:
        rows.forget(period)
    each = len(bench.indicators)
    note = f"{APPROVERS} approvers at once, {Samples(tuple(rates)).median:.1f} villages/s of {each} figures, one call {Samples(tuple(calls)).median * 1000:.0f} ms"
    return [
        Line(
            "P2",
            "rush: from commit until the summary shows the figure, 95th percentile",
            "s",
            Samples(tuple(delays)),
            LIMIT,
            note=note,
        ),
        Line(
            "P2",
            f"after each rush, cells that differ from a raw recomputation, of {compared:,}",
            "cells",
            Samples((differing,)),
            0,
            exact=not differing,
        ),
    ]


def _prepare(bench: Bench, period: Period) -> None:
    """Every village's figures are reviewed and wait for an approver; the summaries know that nothing is there yet."""
    rows.make_rush(bench.programme, period, author=bench.person("reporter").pk)
    mark_dirty((indicator.pk, period.pk) for indicator in bench.indicators)
    while refresh_pending():
        pass


def _rush(bench: Bench, period: Period) -> Rush:
    rush, over = Rush(), threading.Event()
    reports: dict[int, list[int]] = defaultdict(list)
    for pk, unit in ProgressReport.objects.filter(period=period).values_list("pk", "unit_id"):
        reports[unit].append(pk)
    units = list(reports)
    until = time.perf_counter() + bench.seconds * ROUND_SECONDS
    approvers = [
        threading.Thread(
            target=_approver,
            args=(bench.person(f"approver-{n + 1}"), {u: reports[u] for u in units[n::APPROVERS]}, until, rush),
        )
        for n in range(APPROVERS)
    ]
    watcher = threading.Thread(target=_watch, args=(period.pk, [i.pk for i in bench.indicators], rush, over))
    for thread in (watcher, *approvers):
        thread.start()
    for thread in approvers:
        thread.join()
    over.set()
    watcher.join()
    _await_clean(period)
    return rush


def _approver(actor, reports: dict[int, list[int]], until: float, rush: Rush) -> None:
    """Approve one village after another through the service until the time is over."""
    try:
        for unit, ids in reports.items():
            start = time.perf_counter()
            if start > until:
                break
            with transaction.atomic():
                # registered first, so that it runs before the service's own work after the commit
                transaction.on_commit(lambda unit=unit: rush.committed.__setitem__(unit, time.perf_counter()))
                approve(actor=actor, report_ids=ids)
            rush.calls.append(time.perf_counter() - start)
    except Exception as error:  # noqa: BLE001  told by the main thread, which ends the run
        rush.errors.append(repr(error))
    finally:
        connection.close()


def _watch(period: int, indicators: list[int], rush: Rush, over: threading.Event) -> None:
    """Note for every village when all its figures stand in the summaries."""
    statement = """SELECT unit_id FROM programs_summary WHERE period_id = %s AND indicator_id = ANY(%s) AND unit_id = ANY(%s) AND reports > 0
                   GROUP BY unit_id HAVING count(*) = %s"""
    deadline = None
    try:
        with connection.cursor() as cursor:
            while True:
                finished = over.is_set()
                waiting = [unit for unit in list(rush.committed) if unit not in rush.seen]
                if waiting:
                    cursor.execute(statement, [period, indicators, waiting, len(indicators)])
                    now = time.perf_counter()
                    rush.seen |= dict.fromkeys((row[0] for row in cursor.fetchall()), now)
                if finished and len(rush.seen) == len(rush.committed):
                    return
                deadline = deadline or (time.monotonic() + PATIENCE if finished else None)
                if deadline is not None and time.monotonic() > deadline:
                    rush.errors.append(
                        f"{len(rush.committed) - len(rush.seen)} villages not visible after {PATIENCE:g} s"
                    )
                    return
                time.sleep(WATCH_EVERY)
    finally:
        connection.close()


def _await_clean(period: Period) -> None:
    """Wait until the worker has taken what is left; nothing may wait longer than the patience."""
    deadline = time.monotonic() + PATIENCE
    while SummaryDirty.objects.filter(period=period).exists():
        if time.monotonic() > deadline:
            raise RuntimeError(f"Summaries still marked dirty {PATIENCE:g} s after the rush")
        time.sleep(0.1)


def recomputed(period: Period) -> dict[tuple[int, int], tuple[Decimal | None, int, int]]:
    """{(indicator, unit): (value, reports, expected)} added up in Python from the approved figures and the duties."""
    paths = dict(Unit.objects.values_list("pk", "path"))
    newest: dict[tuple[int, int], Decimal] = {}
    figures = ApprovedFigure.objects.filter(period=period).order_by("approved_at", "pk")
    for indicator, unit, value in figures.values_list("indicator_id", "unit_id", "value"):
        newest[indicator, unit] = value
    owed = set(
        ReportingDuty.objects.filter(indicator__programme=period.programme_id).values_list("indicator_id", "unit_id")
    )
    cells: dict[tuple[int, int], list] = defaultdict(lambda: [None, 0, 0])
    for indicator, unit in newest.keys() | owed:
        value = newest.get((indicator, unit))
        for above in paths[unit].strip("/").split("/"):
            cell = cells[indicator, int(above)]
            if value is not None:
                cell[0] = value if cell[0] is None else cell[0] + value
                cell[1] += 1
            cell[2] += (indicator, unit) in owed
    return {key: tuple(cell) for key, cell in cells.items()}


def kept(period: Period) -> dict[tuple[int, int], tuple[Decimal | None, int, int]]:
    """The same from the summaries."""
    rows = Summary.objects.filter(period=period).values_list("indicator_id", "unit_id", "value", "reports", "expected")
    return {(indicator, unit): (value, reports, expected) for indicator, unit, value, reports, expected in rows}
