"""Tables out: CSV by PostgreSQL's COPY or from rows, .xlsx by xlsxwriter. Memory does not grow with the rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import xlsxwriter
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.services.exports.cells import safe, safe_text

BOM = "\ufeff"  # Excel takes a CSV without it for GBK
SHEET_ROWS = 1_048_575  # rows below the header that one sheet holds


def export_csv(sql: str, params: dict[str, Any] | Sequence[Any], out: BinaryIO, *, preface: Sequence[str] = ()) -> int:
    """Stream the result of ``sql`` (columns named as headers, texts already passed through ``sql_text``) by COPY.

    ``preface`` are lines before the header, one cell each. Returns the number of rows.
    """
    out.write(BOM.encode())
    out.write("".join(_line([safe_text(line)]) for line in preface).encode())
    with connection.cursor() as cursor:
        raw = cursor.cursor
        with raw.copy(f"COPY ({sql}) TO STDOUT WITH (FORMAT csv, HEADER true)", params) as copy:
            for block in copy:
                out.write(block)
        return raw.rowcount


def rows_to_csv(
    header: Sequence[str], rows: Iterable[Sequence[Any]], out: TextIO, *, preface: Sequence[str] = ()
) -> int:
    """CSV from rows in Python (figures with ratios, which SQL does not divide). Returns the number of rows."""
    out.write(BOM)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([safe_text(line)] for line in preface)
    writer.writerow([safe_text(name) for name in header])
    count = 0
    for row in rows:
        writer.writerow([_plain(value) for value in row])
        count += 1
    return count


def export_xlsx(
    path: Path,
    *,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    title: str,
    notes: Sequence[tuple[str, str]],
    widths: Sequence[int] = (),
) -> int:
    """A workbook with the table and a sheet of notes (who exported what, when). Text is never a formula, a link or a number.

    Numbers are written as numbers. Raises ValueError beyond the rows of one sheet. Returns the number of rows.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(title[:31])
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(header):
            sheet.write_string(0, column, safe_text(name), bold)
        count = 0
        for count, row in enumerate(rows, start=1):
            if count > SHEET_ROWS:
                raise ValueError(f"More than {SHEET_ROWS} rows do not fit into one sheet; export CSV")
            for column, value in enumerate(row):
                _write(sheet, count, column, value)
        _write_notes(book, notes, bold)
    return count


def _write(sheet, row: int, column: int, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(row, column, safe_text(value))
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float, Decimal)):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(
            row, column, timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
        )
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day))  # noqa: DTZ001  a date has no zone
    else:
        raise TypeError(f"A cell cannot hold {type(value).__name__}")


def _write_notes(book: xlsxwriter.Workbook, notes: Sequence[tuple[str, str]], bold) -> None:
    sheet = book.add_worksheet(_("Notes"))
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 80)
    for row, (name, text) in enumerate(notes):
        sheet.write_string(row, 0, safe_text(name), bold)
        sheet.write_string(row, 1, safe_text(text))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    return safe(value)


def _line(cells: Sequence[str]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\r\n"
