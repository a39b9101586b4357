"""Figures for pages, API, bulletins and exports: current from the summaries, ``as_of`` a moment from the approved figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from programs.models import Indicator
from programs.queries.rollup_sql import FIGURES_UP_THE_TREE

# A plain statement: building model instances or even tuples through the ORM costs more than reading the rows.
CURRENT = """
SELECT indicator_id, period_id, unit_id, value, reports, expected FROM programs_summary
WHERE period_id = ANY(%(periods)s) AND indicator_id = ANY(%(indicators)s) AND unit_id = ANY(%(units)s)
"""


@dataclass(frozen=True)
class Figure:
    """One figure of one unit, everything below it included. ``value`` None: nothing approved. Ratios carry both parts."""

    value: Decimal | None = None
    reports: int = 0
    expected: int = 0
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @property
    def missing(self) -> int:
        return max(self.expected - self.reports, 0)

    @property
    def is_complete(self) -> bool:
        return self.expected > 0 and self.reports >= self.expected


NOTHING = Figure()


class Figures:
    """Figures of some indicators × periods × units at one moment. One query, whatever the size."""

    def __init__(
        self,
        indicators: Iterable[Indicator],
        periods: Iterable[int],
        units: Iterable[int],
        *,
        as_of: datetime | None = None,
    ) -> None:
        self._indicators = {indicator.pk: indicator for indicator in indicators}
        reported: set[int] = set()
        for indicator in self._indicators.values():
            parts = (
                (indicator.numerator_id, indicator.denominator_id)
                if indicator.counting == Indicator.Counting.RATIO
                else (indicator.pk,)
            )
            reported.update(parts)
        self._raw = read_sums(reported, list(periods), list(units), as_of=as_of)

    def get(self, indicator_id: int, period_id: int, unit_id: int) -> Figure:
        """The figure; ``Figure()`` when nothing is owed or approved. KeyError for an indicator that was not asked for."""
        indicator = self._indicators[indicator_id]
        if indicator.counting != Indicator.Counting.RATIO:
            return self._raw.get((indicator_id, period_id, unit_id), NOTHING)
        above = self._raw.get((indicator.numerator_id, period_id, unit_id), NOTHING)
        under = self._raw.get((indicator.denominator_id, period_id, unit_id), NOTHING)
        return Figure(
            value=divide(above.value, under.value, indicator.factor),
            numerator=above.value,
            denominator=under.value,
            reports=min(above.reports, under.reports),
            expected=max(above.expected, under.expected),
        )


def divide(numerator: Decimal | None, denominator: Decimal | None, factor: Decimal) -> Decimal | None:
    """numerator / denominator × factor, four decimals; None when either is unknown or the denominator is zero."""
    if numerator is None or not denominator:
        return None
    return round(numerator / denominator * factor, 4)


def read_sums(
    indicators: Iterable[int], periods: list[int], units: list[int], *, as_of: datetime | None = None
) -> dict[tuple[int, int, int], Figure]:
    """{(indicator, period, unit): Figure} of reported indicators. Without ``as_of`` from Summary, else recomputed."""
    indicators = list(indicators)
    if not (indicators and periods and units):
        return {}
    with connection.cursor() as cursor:
        if as_of is None:
            cursor.execute(CURRENT, {"indicators": indicators, "periods": periods, "units": units})
        else:
            pairs = [(i, p) for i in indicators for p in periods]
            keys = {"indicators": [i for i, _ in pairs], "periods": [p for _, p in pairs]}
            cursor.execute(FIGURES_UP_THE_TREE, keys | {"as_of": as_of, "units": units})
        rows = [row[:6] for row in cursor.fetchall()]
    return {(i, p, u): Figure(value, reports, expected) for i, p, u, value, reports, expected in rows}
