"""The entry grid as an Excel file: written with protected headers, read back strictly. Reading imports nothing by itself."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.db import transaction
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_cell_to_rowcol, xl_range_abs, xl_rowcol_to_cell

from accounts.models import User
from programs.errors import RuleViolation
from programs.models import Period
from programs.numbers import NotANumber, read_number
from programs.queries.entry_grid import Cell, Grid
from programs.services.entry import Saved, Typed, save_drafts
from programs.services.exports.cells import safe_text
from programs.services.xlsx_guard import inspect

VERSION = "1"
SHEET, CODES = "grid", "_codes"
TOP = 3  # first row of units, counted from 0; headers stand above
LEFT = 2  # first indicator column; code and name stand before
WIDE = 3  # columns per indicator: last period, this period, target


@dataclass(frozen=True)
class Change:
    """One cell the file would change, with what stands there now."""

    cell: Cell
    text: str

    @property
    def before(self) -> str:
        return self.cell.text


def checksum(grid: Grid) -> str:
    """Ties a file to its programme, period, template version and columns."""
    parts = [VERSION, grid.period.programme.code, grid.period.code, *(column.code for column in grid.columns)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def write_grid(grid: Grid, title: str) -> bytes:
    """The grid as .xlsx. Only cells that may be typed into are unlocked."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(SHEET)
        bold, wrap = (
            book.add_format({"bold": True}),
            book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        )
        locked, number = (
            book.add_format({"font_color": "#646b70"}),
            book.add_format({"font_color": "#646b70", "num_format": "#,##0.####"}),
        )
        entry = book.add_format({"locked": False, "border": 1, "border_color": "#d2cec5"})
        sheet.protect("", {"select_locked_cells": True, "format_columns": True})
        sheet.write_string(0, 0, safe_text(title), bold)
        sheet.write_string(
            1,
            0,
            _("Fill in the framed cells only; leave a cell empty if it is not known. Do not move rows or columns."),
            locked,
        )
        for column, text in enumerate(headers(grid)):
            sheet.write_string(TOP - 1, column, safe_text(text), wrap)
        for index, row in enumerate([row for row in grid.rows if not row.away], TOP):
            sheet.write_string(index, 0, row.unit.code, locked)
            sheet.write_string(index, 1, safe_text(row.unit.label), locked)
            for position, cell in enumerate(row.cells):
                _write_cell(sheet, index, LEFT + position * WIDE, cell, number, entry, locked)
        last = max(TOP, TOP + sum(not row.away for row in grid.rows) - 1)
        for position, indicator in enumerate(grid.columns):
            place = LEFT + position * WIDE + 1
            about = f"{indicator.name} ({indicator.measure})"[:255]
            hint = {"validate": "any", "input_title": indicator.short[:32], "input_message": about}
            sheet.data_validation(TOP, place, last, place, hint)
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 18)
        sheet.set_column(LEFT, LEFT + len(grid.columns) * WIDE, 12)
        sheet.freeze_panes(TOP, LEFT)
        codes = book.add_worksheet(CODES)
        codes.very_hidden()
        for line, value in enumerate([VERSION, grid.period.programme.code, grid.period.code, checksum(grid)]):
            codes.write_string(line, 0, value)
    return out.getvalue()


def headers(grid: Grid) -> list[str]:
    """The header row: stable between download and upload, in the language of neither."""
    row = ["code", "unit"]
    for column in grid.columns:
        name = f"{column.name_zh} ({column.unit_zh})"
        row += [f"{column.code} ↤", name, f"{column.code} ◎"]
    return row


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, number: Any, entry: Any, locked: Any) -> None:
    for offset, value in ((0, cell.previous), (2, cell.target.value if cell.target else None)):
        if value is not None:
            sheet.write_number(row, column + offset, float(value), number)
    if not cell.owed:
        sheet.write_string(row, column + 1, "/", locked)
        return
    style = entry if cell.editable else locked
    if cell.value is not None:
        sheet.write_number(row, column + 1, float(cell.value), style)
    elif cell.text:
        sheet.write_string(row, column + 1, safe_text(cell.text), style)
    else:
        sheet.write_blank(row, column + 1, None, style)


def read_grid(file: IO[bytes], size: int, grid: Grid) -> list[Change]:
    """What the file would change. Raises RuleViolation whose ``errors`` name every bad cell; nothing is stored here."""
    facts = inspect(file, size)
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
        codes = [str(row[0]) for row in book.get_sheet_by_name(CODES).to_python(nrows=4)]
        lines = book.get_sheet_by_name(SHEET).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, KeyError, ValueError) as problem:
        raise _refused([], _("This file was not downloaded from an entry grid.")) from problem
    _check_codes(codes, grid)
    sheet = facts.get("xl/worksheets/sheet1.xml")
    problems = [_bad(ref, _("merged cells")) for ref in (sheet.merged if sheet else [])]
    wanted = headers(grid)
    found = [str(value) for value in (lines[TOP - 1] if len(lines) >= TOP else [])][: len(wanted)]
    problems += [
        _bad(
            xl_rowcol_to_cell(TOP - 1, i),
            _("the header was changed from “%(old)s” to “%(new)s”")
            % {"old": name, "new": found[i] if i < len(found) else ""},
        )
        for i, name in enumerate(wanted)
        if i >= len(found) or found[i] != safe_text(name)
    ]
    if problems:
        raise _refused(problems)
    return _read_rows(lines, grid, sheet.formulas if sheet else set())


def _check_codes(codes: Sequence[str], grid: Grid) -> None:
    expected = [VERSION, grid.period.programme.code, grid.period.code, checksum(grid)]
    names = [_("template version"), _("programme"), _("period"), _("checksum")]
    for name, given, wanted in zip(names, [*codes, "", "", "", ""], expected, strict=False):
        if given != wanted:
            raise _refused(
                [],
                _("The file belongs to another %(name)s: “%(given)s” instead of “%(wanted)s”.")
                % {"name": name, "given": given[:60], "wanted": wanted[:60]},
            )


def _read_rows(lines: Sequence[Sequence[Any]], grid: Grid, formulas: set[str]) -> list[Change]:
    rows = {row.unit.code: row for row in grid.rows if not row.away}
    changes, problems, seen = [], [], set()
    for number, line in enumerate(lines[TOP:], TOP):
        code = _text(line[0]) if line else ""
        if not code and not any(_text(value) for value in line):
            continue
        row = rows.get(code or "")
        if row is None or code in seen:
            problems.append(
                _bad(
                    xl_rowcol_to_cell(number, 0),
                    _("“%(code)s” is no unit of this grid, or stands here twice") % {"code": (code or "")[:20]},
                )
            )
            continue
        seen.add(code)
        for position, cell in enumerate(row.cells):
            column = LEFT + position * WIDE + 1
            place = xl_rowcol_to_cell(number, column)
            value = line[column] if column < len(line) else ""
            reason, text = (_("a formula; enter the figure itself"), "") if place in formulas else _judge(cell, value)
            if reason:
                problems.append(_bad(place, f"{cell.unit.label} {cell.indicator.short}: {reason}"))
            elif text is not None:
                changes.append(Change(cell, text))
    if problems:
        raise _refused(problems)
    return changes


def _judge(cell: Cell, value: Any) -> tuple[str, str | None]:
    """(what is wrong, text to store): text None when the cell stays as it is."""
    text = _text(value)
    if text is None:
        return _("a date or a logical value, not a figure"), None
    if not text or (not cell.owed and text == "/"):
        return "", None
    if not cell.owed:
        return _("this figure is not asked of the unit"), None
    try:
        figure = read_number(text, cell.indicator.unit_zh).value
    except NotANumber as problem:
        return str(problem.message), None
    if figure == cell.value:
        return "", None
    if not cell.editable:
        return _("the cell is sent or locked and cannot be changed"), None
    return "", text[:60]


def _text(value: Any) -> str | None:
    """A spreadsheet value as it would be typed; None for dates, times and logical values."""
    if isinstance(value, bool | date | datetime) or (value is not None and not isinstance(value, str | int | float)):
        return None
    if isinstance(value, float):
        exact = Decimal(repr(value)) if abs(value) < 1e16 else Decimal(value)
        return f"{exact.normalize():f}"
    return "" if value is None else str(value).strip().removeprefix("'")


@transaction.atomic
def import_changes(*, actor: User, period: Period, cells: Sequence[Typed]) -> list[Saved]:
    """Store what the preview showed as drafts: all or nothing."""
    saved = save_drafts(actor=actor, period=period, cells=cells)
    refused = [answer.refusal for answer in saved if answer.refusal]
    if refused:
        raise RuleViolation(
            "import_refused",
            _("%(n)s cells changed meanwhile; nothing was imported.") % {"n": len(refused)},
            next_step=_("Upload the file again and look at the preview."),
            errors=refused,
        )
    return saved


def _bad(place: str, reason: str) -> RuleViolation:
    first = place.split(":")[0]
    if ":" in place:
        (r1, c1), (r2, c2) = xl_cell_to_rowcol(first), xl_cell_to_rowcol(place.split(":")[1])
        place = xl_range_abs(r1, c1, r2, c2).replace("$", "")
    return RuleViolation("bad_cell", f"{place}: {reason}", field="file")


def _refused(problems: Sequence[RuleViolation], message: str = "") -> RuleViolation:
    return RuleViolation(
        "file_refused", message or _("%(n)s places in the file cannot be read; nothing was imported.") % {"n": len(problems)}, field="file",
        next_step=_("Correct them, or download the file again and copy your figures into the framed cells."), errors=problems,
    )  # fmt: skip
