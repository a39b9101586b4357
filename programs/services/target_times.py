"""For when a target is: its time as it stands in addresses, and the times a new one may have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.dateparse import parse_date

from programs.models import Programme, Target


@dataclass(frozen=True)
class PeriodKey:
    """The time of a target, as it stands in addresses: ``annual..``, ``in_year.2024.2024-12-31``."""

    kind: str
    year: int | None = None
    due_on: date | None = None

    def __str__(self) -> str:
        return f"{self.kind}.{self.year or ''}.{self.due_on or ''}"

    @classmethod
    def of(cls, target: Target) -> PeriodKey:
        return cls(target.period_kind, target.year, target.due_on)

    @classmethod
    def read(cls, text: str) -> PeriodKey | None:
        """None when the text is no key."""
        kind, _dot, rest = text.partition(".")
        year, _dot, due = rest.partition(".")
        try:
            due_on = parse_date(due) if due else None
        except ValueError:
            return None
        if kind not in Target.PeriodKind.values or (year and not year.isdecimal()) or (due and due_on is None):
            return None
        return cls(kind, int(year) if year else None, due_on)

    @property
    def lookup(self) -> dict:
        return {"period_kind": self.kind, "year": self.year, "due_on": self.due_on}


def times_of(programme: Programme) -> list[PeriodKey]:
    """The times that targets of ``programme`` have, each year, this one and the next: what a new target may be for."""
    kinds, year = Target.PeriodKind, timezone.localdate().year
    rows = Target.objects.filter(indicator__programme=programme, replaced_at=None).order_by()
    keys = {PeriodKey(*row) for row in rows.values_list("period_kind", "year", "due_on").distinct()}
    keys |= {PeriodKey(kinds.ANNUAL), PeriodKey(kinds.IN_YEAR, year), PeriodKey(kinds.IN_YEAR, year + 1)}
    return sorted(keys, key=lambda key: (key.kind, key.year or 0, str(key.due_on or "")))
