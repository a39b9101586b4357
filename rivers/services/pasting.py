"""Reading classes as they are copied from a table: the number of the water, then January to December."""

from __future__ import annotations

import re
from datetime import date

from django.utils.translation import gettext as _

from programs.errors import RuleViolation
from rivers.services.quality import read_grade


def read_lines(text: str, year: int) -> dict[tuple[int, date], int]:
    """Classes by (number of the water, first day of the month). Empty cells and a heading line are passed over.

    Raises RuleViolation ``bad_lines`` whose ``errors`` name line, cell and what stood there.
    """
    found: dict[tuple[int, date], int] = {}
    errors: list[RuleViolation] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in re.split(r"\t|,|;|\uff0c|\u3000", line)]
        if len(cells) == 1:
            cells = line.split()
        if not cells[0].isascii() or not cells[0].isdigit():
            if number > 1:
                errors.append(_problem(number, _("it does not begin with the number of a water")))
            continue
        if len(cells) > 13:
            errors.append(_problem(number, _("more than twelve months")))
            continue
        for month, cell in enumerate(cells[1:], start=1):
            key = (int(cells[0]), date(year, month, 1))
            try:
                grade = read_grade(cell)
            except ValueError:
                errors.append(
                    _problem(number, _("month %(month)s: “%(cell)s” is no class") % {"month": month, "cell": cell[:20]})
                )
                continue
            if grade is not None and found.setdefault(key, grade) != grade:
                errors.append(_problem(number, _("the water stands twice with different classes")))
    if not found and not errors:
        errors.append(_problem(1, _("no class was found")))
    if errors:
        raise RuleViolation(
            "bad_lines",
            _("%(count)s places cannot be read; nothing was stored.") % {"count": len(errors)},
            field="lines",
            errors=errors,
        )
    return found


def _problem(line: int, what: str) -> RuleViolation:
    return RuleViolation(
        "line",
        _("Line %(line)s: %(what)s.") % {"line": line, "what": what},
        field="lines",
        next_step=_("Write 1 to 6 or the Roman numerals; leave a month empty that has no result."),
    )
