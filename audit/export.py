"""The log as a table for Excel: every cell text that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

import xlsxwriter
from django.utils import timezone

from audit.models import AuditEntry
from audit.reading import is_open
from audit.verbs import label_of

LIMIT = 50_000  # rows of one export
COLUMNS = (
    "id",
    "at",
    "account",
    "address",
    "via",
    "verb",
    "act",
    "object",
    "object_id",
    "before",
    "after",
    "reason",
    "request_id",
)
CELL = 32_000  # Excel takes 32,767 characters


def neutral(text: object) -> str:
    """``text`` as a cell that is never run as a formula: a leading = + - @ tab or line break gets an apostrophe before it."""
    written = "" if text is None else str(text)[:CELL]
    return (
        "'" + written if written.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")) else written
    )


def rows(entries: Iterable[AuditEntry], *, with_values: bool) -> Iterator[list[str]]:
    """One list of neutral cells an entry, in the order of ``COLUMNS``."""
    for entry in entries:
        shown = with_values or is_open(entry)
        values = (
            entry.pk, timezone.localtime(entry.at).isoformat(sep=" ", timespec="milliseconds"), entry.actor_name, entry.address, entry.via,
            entry.verb, label_of(entry.verb), entry.object_type, entry.object_id, _cell(entry.before, shown), _cell(entry.after, shown),
            entry.reason if shown else "", entry.request_id,
        )  # fmt: skip
        yield [neutral(value) for value in values]


def _cell(data: dict | None, shown: bool) -> str:
    if not data:
        return ""
    return json.dumps(data, ensure_ascii=False, sort_keys=True) if shown else ", ".join(sorted(data))


def as_csv(table: Iterable[list[str]]) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads Chinese."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(table)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(table: Iterable[list[str]]) -> bytes:
    """A workbook of strings only."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("audit")
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, name)
    for number, row in enumerate(table, start=1):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()
