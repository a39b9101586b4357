"""P8: the Excel form of the entry grid against calamine → COPY into a staging table → validated upsert.

Once with a good file, which becomes drafts, and once with a file in which every fiftieth figure is no number: all of
them have to be named and nothing may be stored.
"""

from __future__ import annotations

import io
import time
from decimal import Decimal

import psycopg
from django.conf import settings
from python_calamine import CalamineWorkbook

from benchmarks import rows
from benchmarks.bench import Bench
from benchmarks.build import WIDTHS
from benchmarks.measure import Line, in_turn
from benchmarks.plan import person
from programs.access import read_access
from programs.errors import RuleViolation
from programs.models import Period, ProgressDraft
from programs.queries.entry_grid import Grid, build_grid
from programs.services.entry import Typed, save_drafts
from programs.services.xlsx_entry import LEFT, SHEET, TOP, WIDE, import_changes, read_grid, write_grid

LIMIT = 0.25
BAD_EVERY = 50
STAGE = "CREATE TEMPORARY TABLE stage (line int, col int, unit text, indicator text, value text) ON COMMIT DROP"
BAD = r"SELECT line, col, value FROM stage WHERE value !~ '^\d{1,16}(\.\d{1,4})?$' ORDER BY 1, 2"
KNOWN = """FROM stage s JOIN programs_unit u ON u.code = s.unit AND u.valid_to IS NULL JOIN programs_indicator i ON i.code = s.indicator
JOIN programs_reportingduty d ON d.unit_id = u.id AND d.indicator_id = i.id"""
REPORTS = f"""INSERT INTO programs_progressreport (indicator_id, unit_id, period_id, state, revision, flags)
SELECT i.id, u.id, %(period)s, 'draft', 0, '[]' {KNOWN} ON CONFLICT DO NOTHING"""
DRAFTS = f"""INSERT INTO programs_progressdraft (report_id, text, value, reason, saved_by_id, saved_at, version)
SELECT r.id, s.value, s.value::numeric, '', %(actor)s, now(), 1
{KNOWN} JOIN programs_progressreport r ON r.indicator_id = i.id AND r.unit_id = u.id AND r.period_id = %(period)s
ON CONFLICT (report_id) DO UPDATE SET text = EXCLUDED.text, value = EXCLUDED.value, saved_at = EXCLUDED.saved_at,
version = programs_progressdraft.version + 1"""


def measure(bench: Bench) -> list[Line]:
    """Two lines: a good file, and one with errors."""
    period = (
        Period.objects.select_related("programme__jurisdiction")
        .filter(programme__code=WIDTHS)
        .order_by("-starts_on")[0]
    )
    actor = person(period.programme, "reporter")
    with psycopg.connect(settings.DATABASE_URL) as raw:
        work = _Work(bench, period, actor, raw)
        try:
            return [work.good(), work.bad()]
        finally:
            rows.forget(period)


class _Work:
    """Makes the files and imports each by hand and by the product."""

    def __init__(self, bench: Bench, period: Period, actor, raw: psycopg.Connection) -> None:
        self.bench, self.period, self.actor, self.raw = bench, period, actor, raw

    def good(self) -> Line:
        """A thousand villages' figures become drafts."""
        file, cells = self._file(bad_every=None)
        stored: list[dict] = []

        def floor() -> float:
            return self._timed(lambda: self._by_hand(file), cells, stored)

        def product() -> float:
            return self._timed(lambda: self._import(file), cells, stored)

        a, b = in_turn(floor, product, rounds=self.bench.rounds)
        same = all(one == stored[0] for one in stored) and len(stored[0]) == cells
        return Line(
            "P8",
            f".xlsx of {cells:,} figures into drafts, against staging and upsert",
            "figures/s",
            b,
            LIMIT,
            a,
            at_most=False,
            exact=same,
        )

    def bad(self) -> Line:
        """Every wrong cell is named."""
        file, cells = self._file(bad_every=BAD_EVERY)
        named: list[int] = []

        def floor() -> float:
            return self._timed(lambda: named.append(len(self._by_hand(file))), cells, [])

        def product() -> float:
            return self._timed(lambda: named.append(self._refused(file)), cells, [])

        a, b = in_turn(floor, product, rounds=self.bench.rounds)
        wrong = -(-cells // BAD_EVERY)
        same = set(named) == {wrong} and not ProgressDraft.objects.filter(report__period=self.period).exists()
        return Line(
            "P8",
            f".xlsx of {cells:,} figures with {wrong} errors, all named",
            "figures/s",
            b,
            LIMIT,
            a,
            at_most=False,
            exact=same,
        )

    def _timed(self, act, cells: int, stored: list[dict]) -> float:
        """Figures per second from an empty month; what was stored is noted outside the measured time."""
        rows.forget(self.period)
        start = time.perf_counter()
        act()
        took = time.perf_counter() - start
        drafts = ProgressDraft.objects.filter(report__period=self.period)
        stored.append(
            {(i, u): value for i, u, value in drafts.values_list("report__indicator_id", "report__unit_id", "value")}
        )
        return cells / took

    def _file(self, *, bad_every: int | None) -> tuple[bytes, int]:
        """The product's own form, filled in by drafts that are forgotten again; and how many figures it holds."""
        rows.forget(self.period)
        cells = list(self._grid().cells)
        typed = [
            Typed(
                cell.indicator.pk,
                cell.unit.pk,
                "abc" if bad_every and n % bad_every == 0 else str(Decimal(10 + n % 90)),
            )
            for n, cell in enumerate(cells)
        ]
        save_drafts(actor=self.actor, period=self.period, cells=typed)
        return write_grid(self._grid(), "Benchmark"), len(cells)

    def _grid(self) -> Grid:
        return build_grid(access=read_access(self.actor), period=self.period)

    def _import(self, file: bytes) -> None:
        """As the two steps of the upload page do it: read against the grid, then import what was shown."""
        changes = read_grid(io.BytesIO(file), len(file), self._grid())
        typed = [Typed(c.cell.indicator.pk, c.cell.unit.pk, c.text, version=c.cell.version) for c in changes]
        import_changes(actor=self.actor, period=self.period, cells=typed)

    def _refused(self, file: bytes) -> int:
        try:
            self._import(file)
        except RuleViolation as violation:
            return len(violation.errors)
        return 0

    def _by_hand(self, file: bytes) -> list[tuple]:
        """Import it unless a cell is no number; returns the bad cells."""
        lines = (
            CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_name(SHEET).to_python(skip_empty_area=False)
        )
        codes = [str(name).split(" ")[0] for name in lines[TOP - 1]]
        columns = range(LEFT + 1, len(codes), WIDE)
        keys = {"period": self.period.pk, "actor": self.actor.pk}
        with self.raw.transaction(), self.raw.cursor() as cursor:
            cursor.execute(STAGE)
            with cursor.copy("COPY stage FROM STDIN") as copy:
                for number, line in enumerate(lines[TOP:], TOP):
                    for column in columns:
                        value = line[column]
                        text = f"{value:g}" if isinstance(value, float) else str(value)
                        copy.write_row((number, column, line[0], codes[column - 1], text))
            bad = cursor.execute(BAD).fetchall()
            if not bad:
                cursor.execute(REPORTS, keys)
                cursor.execute(DRAFTS, keys)
        return bad
