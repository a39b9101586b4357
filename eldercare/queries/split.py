"""The table of a plan's yearly quotas: units down, indicators across; "/" apart from 0, and units without a row shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q

from accounts.models import User
from policies.models import DocumentIssue
from programs.models import Indicator, Programme, Target, Unit


@dataclass
class SplitRow:
    """One unit across the indicators; None: the document says nothing about it."""

    unit: Unit
    cells: list[Target | None]

    @property
    def is_empty(self) -> bool:
        """Whether the document gives the unit no row: nothing is assigned to it."""
        return all(cell is None or cell.state == Target.State.NOT_ASSIGNED for cell in self.cells)


@dataclass(frozen=True)
class Total:
    """What the document claims for the whole, and what the visible rows add up to; None where not all rows are visible."""

    claimed: Target | None
    added: Decimal | None

    @property
    def matches(self) -> bool | None:
        if self.claimed is None or self.claimed.value is None or self.added is None:
            return None
        return self.claimed.value == self.added


@dataclass
class Split:
    """See the module."""

    indicators: list[Indicator]
    rows: list[SplitRow]
    totals: list[Total]
    issues: list[DocumentIssue]
    without_row: list[Unit] = field(default_factory=list)


def split_of(user: User, programme: Programme) -> Split:
    """Targets of the counties the person sees. Five queries."""
    top = programme.jurisdiction
    counties = list(
        Unit.objects.visible_to(user).filter(valid_to=None, parent=top, level=Unit.Level.COUNTY).order_by("code")
    )
    targets = list(
        Target.objects.visible_to(user)
        .filter(Q(unit=top) | Q(unit__parent=top), indicator__programme=programme, replaced_at=None)
        .select_related("indicator", "clause__document")
        .order_by("indicator__position", "indicator__code")
    )
    split_ids = {target.indicator_id for target in targets if target.unit_id != top.pk}
    indicators = list(dict.fromkeys(target.indicator for target in targets if target.indicator_id in split_ids))
    by_cell = {(target.unit_id, target.indicator_id): target for target in targets}
    rows = [SplitRow(unit, [by_cell.get((unit.pk, one.pk)) for one in indicators]) for unit in counties]
    sees_all = len(counties) == Unit.objects.filter(valid_to=None, parent=top, level=Unit.Level.COUNTY).count()
    totals = [
        _total(by_cell.get((top.pk, one.pk)), [row.cells[n] for row in rows], sees_all)
        for n, one in enumerate(indicators)
    ]
    clauses = {target.clause_id for target in targets if target.indicator_id in split_ids}
    issues = list(
        DocumentIssue.objects.filter(Q(clauses__in=clauses) | Q(targets__in=targets)).distinct().order_by("code")
    )
    return Split(indicators, rows, totals, issues, [row.unit for row in rows if row.is_empty])


def _total(claimed: Target | None, cells: list[Target | None], sees_all: bool) -> Total:
    values = [cell.value for cell in cells if cell is not None and cell.value is not None]
    return Total(claimed, sum(values, Decimal(0)) if sees_all and values else None)
