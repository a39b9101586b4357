"""Floor and product in turn, and what came of it."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

ROUNDS = 5


@dataclass(frozen=True)
class Samples:
    """What was measured in each round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)

    def as_json(self) -> dict[str, Any]:
        return {"median": self.median, "min": self.low, "max": self.high, "values": list(self.values)}


@dataclass(frozen=True)
class Line:
    """One comparison. ``at_most``: product ÷ floor may not exceed ``limit``; else it must reach it.

    Without a ``floor`` the product's own median is held against ``limit``. ``exact`` says whether what had to be equal
    (counts, checksums, cells) was; a line that is not exact has failed whatever its times.
    """

    bar: str
    what: str
    unit: str  # ms, s, requests/s, rows/s, queries
    product: Samples
    limit: float
    floor: Samples | None = None
    at_most: bool = True
    exact: bool = True
    note: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Product ÷ floor of the medians; the product's median where there is no floor."""
        return self.product.median if self.floor is None else self.product.median / self.floor.median

    @property
    def passes(self) -> bool:
        within = self.ratio <= self.limit if self.at_most else self.ratio >= self.limit
        return within and self.exact

    def as_json(self) -> dict[str, Any]:
        return {
            "bar": self.bar, "what": self.what, "unit": self.unit, "ratio": self.ratio, "limit": self.limit, "at_most": self.at_most,
            "passes": self.passes, "exact": self.exact, "note": self.note, "product": self.product.as_json(),
            "floor": None if self.floor is None else self.floor.as_json(), **self.extra,
        }  # fmt: skip


def seconds(act: Callable[[], Any]) -> float:
    """How long ``act`` takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def in_turn(floor: Callable[[], float], product: Callable[[], float], *, rounds: int) -> tuple[Samples, Samples]:
    """Measure both once to warm up, then ``rounds`` times in turn; each function returns its own measurement."""
    floor()
    product()
    pairs = [(floor(), product()) for _round in range(rounds)]
    return Samples(tuple(a for a, _b in pairs)), Samples(tuple(b for _a, b in pairs))


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least ``share`` of the values do not exceed. ValueError for no values."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]
