"""Entering counted cases: one grid of units and kinds for one year, saved as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from audit.services.record import record_many
from eldercare.models import CountKind, YearCount
from eldercare.services.writing import ENTERS
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import Programme, Unit
from programs.numbers import NotANumber, read_number

MOST = 1_000_000  # more cases than any county has people of that age

Cell = tuple[int, int]  # kind, unit


def read_count(text: str, measure: str) -> int | None:
    """A whole number as typed; empty is None, not entered. Raises RuleViolation."""
    if not text.strip():
        return None
    try:
        value = read_number(text, measure).value
    except NotANumber as refusal:
        raise RuleViolation(refusal.code, refusal.message, next_step=refusal.next_step) from refusal
    if value != value.to_integral_value() or not 0 <= value <= MOST:
        raise RuleViolation(
            "count",
            _("“%(text)s” is not a count.") % {"text": text[:20]},
            rule=_("Cases are whole numbers from 0."),
            next_step=_("Enter a whole number, or leave the cell empty when nothing is known."),
        )
    return int(value)


@transaction.atomic
def save_counts(
    *, actor: User, programme: Programme, year: int, typed: Mapping[Cell, str], seen: Mapping[Cell, str]
) -> int:
    """Store the cells that changed; returns how many. ``typed``: text per (kind, unit); ``seen``: the figure it was typed over.

    Needs the reporter's role over every unit that changes. Raises RuleViolation carrying one violation for each bad cell
    (field ``c-<kind>-<unit>``), or Conflict when a cell was changed by somebody else. Nothing is stored then.
    """
    kinds = CountKind.objects.filter(programme=programme).in_bulk({kind for kind, _unit in typed})
    units = Unit.objects.filter(path__startswith=programme.jurisdiction.path).in_bulk({unit for _kind, unit in typed})
    rows = {
        (row.kind_id, row.unit_id): row
        for row in YearCount.objects.select_for_update().filter(kind__in=kinds, unit__in=units, year=year)
    }
    wanted, errors = _read(typed, kinds, units)
    changed = {cell: value for cell, value in wanted.items() if value != (rows[cell].count if cell in rows else None)}
    for unit_id in {unit for _kind, unit in changed}:
        require(actor, ENTERS, unit=units[unit_id], programme=programme)
    errors += _emptied(changed, rows)
    if errors:
        message = ngettext("%(n)s cell must be changed.", "%(n)s cells must be changed.", len(errors)) % {
            "n": len(errors)
        }
        raise RuleViolation("cells", message, errors=errors)
    _refuse_stale(changed, rows, seen)
    # an emptied cell was refused above, one that stays empty did not change
    figures = {cell: value for cell, value in changed.items() if value is not None}
    _store(actor, year, figures, rows, units)
    return len(changed)


def _read(
    typed: Mapping[Cell, str], kinds: Mapping, units: Mapping
) -> tuple[dict[Cell, int | None], list[RuleViolation]]:
    """The figures of the cells that name a kind and a unit of the plan, and what is wrong with the others."""
    wanted: dict[Cell, int | None] = {}
    errors = []
    for (kind, unit), text in typed.items():
        if kind not in kinds or unit not in units:
            continue
        try:
            wanted[kind, unit] = read_count(text, kinds[kind].measure_zh)
        except RuleViolation as refusal:
            refusal.field = f"c-{kind}-{unit}"
            errors.append(refusal)
    return wanted, errors


def _emptied(changed: Mapping[Cell, int | None], rows: Mapping[Cell, YearCount]) -> list[RuleViolation]:
    """A figure that was entered is corrected, not emptied: its history would end without a number."""
    return [
        RuleViolation(
            "count_emptied",
            _("%(n)s was entered before; the cell is empty now.") % {"n": rows[cell].count},
            next_step=_("Enter the right figure; 0 if there was none."),
            field=f"c-{cell[0]}-{cell[1]}",
        )
        for cell, value in changed.items()
        if value is None and cell in rows
    ]


def _refuse_stale(changed: Mapping[Cell, int | None], rows: Mapping[Cell, YearCount], seen: Mapping[Cell, str]) -> None:
    errors = [
        Conflict(
            "changed_meanwhile",
            _("Somebody else entered %(n)s meanwhile.") % {"n": rows[cell].count if cell in rows else "—"},
            next_step=_("Compare, then save again."),
            field=f"c-{cell[0]}-{cell[1]}",
        )
        for cell in changed
        if cell in seen and seen[cell] != (str(rows[cell].count) if cell in rows else "")
    ]
    if errors:
        raise Conflict("changed_meanwhile", _("Somebody else changed figures of this grid meanwhile."), errors=errors)


def _store(
    actor: User,
    year: int,
    changed: Mapping[Cell, int],
    rows: Mapping[Cell, YearCount],
    units: Mapping[int, Unit],
) -> None:
    now, new, old, entries = timezone.now(), [], [], []
    for (kind, unit), value in changed.items():
        row = rows.get((kind, unit))
        entries.append(
            {
                "object_type": "eldercare.yearcount",
                "object_id": f"{kind}/{unit}/{year}",
                "unit_path": units[unit].path,
                "before": {"count": row.count} if row else None,
                "after": {"count": value},
            }
        )
        if row is None:
            new.append(YearCount(kind_id=kind, unit_id=unit, year=year, count=value, updated_by=actor, updated_at=now))
        else:
            row.count, row.version, row.updated_by, row.updated_at = value, row.version + 1, actor, now
            old.append(row)
    YearCount.objects.bulk_create(new)
    YearCount.objects.bulk_update(old, ["count", "version", "updated_by", "updated_at"])
    record_many("eldercare.count", entries, actor=actor)
