"""What "no change" would send: last period's figures for the cells nobody has filled."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from programs.access import Access
from programs.models import Indicator, Period, ProgressReport, ReportState, Role, Unit
from programs.queries.duties import duties_in

NEVER_CARRIED = (Indicator.Counting.FLOW,)  # a figure of the period itself is entered anew


@dataclass(frozen=True)
class Carried:
    """One figure of the period before."""

    indicator: Indicator
    unit: Unit
    value: Decimal


@dataclass(frozen=True)
class CarryOver:
    """``cells`` would be sent; ``left_out`` cells stay empty: without an earlier figure, or to be entered anew."""

    period: Period
    cells: tuple[Carried, ...]
    left_out: int

    @property
    def digest(self) -> str:
        """Names exactly these figures, so that nobody sends others than those shown."""
        lines = sorted(f"{cell.indicator.pk}/{cell.unit.pk}={cell.value:f}" for cell in self.cells)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def carry_over(access: Access, period: Period) -> CarryOver:
    """The empty cells of ``period`` this person reports, with the figures of the period before. Four queries.

    A yearly total starts again in January and is not carried; cells that were returned are corrected one by one.
    """
    lookups = {"unit_path": "unit__path", "programme": "indicator__programme_id"}
    mine = access.within({Role.REPORTER}, **lookups)
    before = (
        Period.objects.filter(programme_id=period.programme_id, starts_on__lt=period.starts_on)
        .order_by("-starts_on")
        .first()
    )
    duties = (
        duties_in(period).filter(mine).select_related("indicator", "unit").order_by("unit__code", "indicator__position")
    )
    reports = ProgressReport.objects.filter(mine, period=period).values_list(
        "indicator_id", "unit_id", "state", "draft__pk"
    )
    taken = {
        (indicator, unit)
        for indicator, unit, state, draft in reports
        if state != ReportState.DRAFT or draft is not None
    }
    rows = (
        ProgressReport.objects.filter(mine, period=before, revision__gte=1).values_list(
            "indicator_id", "unit_id", "value"
        )
        if before
        else []
    )
    earlier = {(indicator, unit): value for indicator, unit, value in rows if value is not None}
    cells, left_out = [], 0
    for duty in duties:
        cell = duty.indicator_id, duty.unit_id
        if cell in taken:
            continue
        if (
            cell in earlier
            and before is not None
            and not starts_again(duty.indicator, before.starts_on.year != period.starts_on.year)
        ):
            cells.append(Carried(duty.indicator, duty.unit, earlier[cell]))
        else:
            left_out += 1
    return CarryOver(period, tuple(cells), left_out)


def starts_again(indicator: Indicator, new_year: bool) -> bool:
    """Whether the figure begins anew in this period, so that last period's says nothing about it."""
    return indicator.counting in NEVER_CARRIED or (
        indicator.counting == Indicator.Counting.CUMULATIVE_YEAR and new_year
    )
