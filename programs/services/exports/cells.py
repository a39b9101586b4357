"""What may stand in a cell of an exported table: no text that a spreadsheet would run as a formula, numbers stay numbers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

DANGEROUS = (
    "=+-@\t\r\n＝＋－＠"  # what Excel, WPS and LibreOffice take for the start of a formula, full-width forms included
)

# The same rule inside PostgreSQL, for COPY: an apostrophe in front makes the cell text.
SQL_SAFE = r"CASE WHEN {0} ~ '^[[:space:]]*[=+@＝＋－＠\t\r\n-]' THEN '''' || {0} ELSE {0} END"


@lru_cache(maxsize=8192)  # the names of a table's units and columns come back in every row
def safe_text(text: str) -> str:
    """``=1+1`` → ``'=1+1``. Also with white space in front of the sign."""
    if text and (text[0] in DANGEROUS or (text.lstrip()[:1] in DANGEROUS and text.lstrip())):
        return f"'{text}"
    return text


def safe(value: Any) -> Any:
    """Text neutralised, everything else as it is: a negative number stays a number, None an empty cell."""
    return safe_text(value) if isinstance(value, str) else value


def sql_text(expression: str) -> str:
    """The SQL expression of a text column, neutralised."""
    return SQL_SAFE.format(f"({expression})")
