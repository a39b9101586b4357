"""P9: exports against COPY and against bare xlsxwriter; what is in the files is compared cell by cell."""

from __future__ import annotations

import csv
import hashlib
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import psycopg
import xlsxwriter
from django.conf import settings
from python_calamine import CalamineWorkbook

from benchmarks.bench import Bench
from benchmarks.floors.sql import FIGURES, TABLE
from benchmarks.measure import Line, in_turn
from programs.services.exports import figures, reports

CSV_LIMIT, XLSX_LIMIT = 0.50, 0.60


def measure(bench: Bench) -> list[Line]:
    """Reports and figures of one month as CSV and as .xlsx."""
    with (
        tempfile.TemporaryDirectory() as folder,
        psycopg.connect(settings.DATABASE_URL, options="-c timezone=Asia/Shanghai") as raw,
    ):
        work = _Work(bench, Path(folder), raw)
        return [work.reports_csv(), work.reports_xlsx(), work.figures_csv(), work.figures_xlsx()]


class _Work:
    """Writes each file twice, by hand and by the product, and compares what is in them.

    CSV of the whole city by its auditor, .xlsx of one county by the county's.
    """

    def __init__(self, bench: Bench, folder: Path, raw: psycopg.Connection) -> None:
        self.bench, self.folder, self.raw = bench, folder, raw
        self.city, self.county = bench.programme.jurisdiction, bench.counties[0]
        self.asked = {"programme": bench.programme.pk, "period": bench.newest.pk}

    def reports_csv(self) -> Line:
        """Every report of a month."""
        mine, ours = self.folder / "floor.csv", self.folder / "product.csv"
        floor = lambda: self._copy(TABLE, mine)  # noqa: E731
        product = lambda: self._reports("auditor", ours, "csv")  # noqa: E731
        return self._line(
            "reports of a month as CSV, against COPY",
            CSV_LIMIT,
            floor,
            product,
            lambda: (read_csv(mine), read_csv(ours)),
        )

    def reports_xlsx(self) -> Line:
        """Every report of a month in one county."""
        mine, ours = self.folder / "floor.xlsx", self.folder / "product.xlsx"
        floor = lambda: self._sheet(TABLE, mine)  # noqa: E731
        product = lambda: self._reports("county-auditor", ours, "xlsx")  # noqa: E731
        return self._line(
            "reports of a county as .xlsx, against xlsxwriter",
            XLSX_LIMIT,
            floor,
            product,
            lambda: (read_xlsx(mine), read_xlsx(ours)),
        )

    def figures_csv(self) -> Line:
        """Every figure of a month, with targets and completion, which the floor leaves out."""
        mine, ours = self.folder / "floor-figures.csv", self.folder / "figures.csv"
        floor = lambda: self._copy(FIGURES, mine)  # noqa: E731
        product = lambda: self._figures("auditor", ours, "csv")  # noqa: E731
        return self._line(
            "figures of a month as CSV, against COPY",
            CSV_LIMIT,
            floor,
            product,
            lambda: (read_csv(mine), _common(read_csv(ours))),
        )

    def figures_xlsx(self) -> Line:
        """The same of one county."""
        mine, ours = self.folder / "floor-figures.xlsx", self.folder / "figures.xlsx"
        floor = lambda: self._sheet(FIGURES, mine)  # noqa: E731
        product = lambda: self._figures("county-auditor", ours, "xlsx")  # noqa: E731
        return self._line(
            "figures of a county as .xlsx, against xlsxwriter",
            XLSX_LIMIT,
            floor,
            product,
            lambda: (read_xlsx(mine), _common(read_xlsx(ours))),
        )

    def _copy(self, statement: str, path: Path) -> int:
        asked = self.asked | {"below": self.city.path + "%"}
        with path.open("wb") as out, self.raw.cursor() as cursor:
            with cursor.copy(f"COPY ({statement}) TO STDOUT WITH (FORMAT csv, HEADER true)", asked) as copy:
                for block in copy:
                    out.write(block)
            return cursor.rowcount

    def _sheet(self, statement: str, path: Path) -> int:
        asked = self.asked | {"below": self.county.path + "%"}
        with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book, self.raw.cursor() as cursor:
            sheet = book.add_worksheet()
            cursor.execute(statement, asked)
            sheet.write_row(0, 0, [column.name for column in cursor.description])
            count = 0
            for count, row in enumerate(cursor, start=1):
                sheet.write_row(count, 0, row)
        return count

    def _reports(self, who: str, path: Path, fmt: str) -> int:
        return reports.write_reports(
            actor=self.bench.person(who), programme=self.bench.programme, period=self.bench.newest, path=path, fmt=fmt
        )

    def _figures(self, who: str, path: Path, fmt: str) -> int:
        actor = self.bench.person(who)
        export = figures.figures_for(actor=actor, programme=self.bench.programme, period=self.bench.newest)
        return figures.write_figures(export, path=path, fmt=fmt, actor=actor)

    def _line(self, what: str, limit: float, floor, product, contents) -> Line:
        counts: set[int] = set()

        def rate(write) -> float:
            start = time.perf_counter()
            rows = write()
            counts.add(rows)
            return rows / (time.perf_counter() - start)

        a, b = in_turn(lambda: rate(floor), lambda: rate(product), rounds=self.bench.rounds)
        mine, ours = contents()
        same = checksum(mine) == checksum(ours) and counts == {len(mine)} == {len(ours)}
        return Line(
            "P9",
            f"{what}, {len(mine):,} rows",
            "rows/s",
            b,
            limit,
            a,
            at_most=False,
            exact=same,
            extra={"sha256": checksum(ours)},
        )


def read_csv(path: Path) -> list[list[str]]:
    """The rows below the header, which is the first row as wide as the last."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    return _below_header(rows)


def read_xlsx(path: Path) -> list[list[str]]:
    """The rows below the header of the first sheet; numbers as floating point prints them."""
    return _below_header(
        [[str(cell) for cell in row] for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()]
    )


def _below_header(rows: list[list[str]]) -> list[list[str]]:
    width = len(rows[-1])
    first = next(number for number, row in enumerate(rows) if len(row) == width)
    return rows[first + 1 :]


def _common(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    """Of the product's table of figures the columns that stand in the summaries: unit, indicator, figure, reports, owed."""
    return [[row[0], row[1], row[3], row[5], row[8], row[9]] for row in rows]


def checksum(rows: Iterable[Sequence[str]]) -> str:
    """SHA-256 over every cell in order."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update("\x1f".join(row).encode())
        digest.update(b"\x1e")
    return digest.hexdigest()
