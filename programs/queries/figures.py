"""Figures for pages, API, bulletins and exports: current from the summaries, ``as_of`` a moment from the approved figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from programs.models import Indicator
from programs.queries.derived import DERIVED, Derivations
from programs.queries.rollup_sql import FIGURES_UP_THE_TREE

# A plain statement: building model instances or even tuples through the ORM costs more than reading the rows.
CURRENT = """
SELECT indicator_id, period_id, unit_id, value, reports, expected FROM programs_summary
WHERE period_id = ANY(%(periods)s) AND indicator_id = ANY(%(indicators)s) AND unit_id = ANY(%(units)s)
"""


class Figure(NamedTuple):
    """One figure of one unit, everything below it included. ``value`` None: nothing approved.

    Ratios carry both parts, formulas their ``inputs`` [(indicator, value)].
    """

    value: Decimal | None = None
    reports: int = 0
    expected: int = 0
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    inputs: tuple[tuple[Indicator, Decimal | None], ...] = ()

    @property
    def missing(self) -> int:
        return max(self.expected - self.reports, 0)

    @property
    def is_complete(self) -> bool:
        return self.expected > 0 and self.reports >= self.expected


NOTHING = Figure()


class Figures:
    """Figures of some indicators × periods × units at one moment. One query, one more when formulas are among them."""

    def __init__(
        self,
        indicators: Iterable[Indicator],
        periods: Iterable[int],
        units: Iterable[int],
        *,
        as_of: datetime | None = None,
    ) -> None:
        self._indicators = {indicator.pk: indicator for indicator in indicators}
        self._made_of = Derivations(self._indicators.values())
        self._raw = read_sums(self._made_of.reported, list(periods), list(units), as_of=as_of)

    def get(self, indicator_id: int, period_id: int, unit_id: int) -> Figure:
        """The figure; ``Figure()`` when nothing is owed or approved. KeyError for an indicator that was not asked for."""
        indicator = self._indicators[indicator_id]
        if indicator.counting not in DERIVED:
            return self._raw.get((indicator_id, period_id, unit_id), NOTHING)

        def read(key: int) -> Decimal | None:
            return self._raw.get((key, period_id, unit_id), NOTHING).value

        parts = [self._raw.get((key, period_id, unit_id), NOTHING) for key in self._made_of.leaves(indicator)]
        is_ratio = indicator.counting == Indicator.Counting.RATIO
        return Figure(
            value=self._made_of.value(indicator, read),
            numerator=parts[0].value if is_ratio else None,
            denominator=parts[1].value if is_ratio else None,
            reports=min((part.reports for part in parts), default=0),
            expected=max((part.expected for part in parts), default=0),
            inputs=tuple((one, self._made_of.value(one, read)) for one in self._made_of.inputs(indicator)),
        )


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
