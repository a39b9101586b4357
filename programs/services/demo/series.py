"""Invented but believable series: reproducible for a given unit and indicator, whatever the day they are made."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import yaml
from django.conf import settings
from django.db.models import Count, Q

from programs.models import Indicator, Period, Unit
from programs.queries.targets import TargetBook

LATE = {10: 0.6, 11: 0.85, 12: 1.0}  # share of the year reached: acceptance begins in the fourth quarter


def read_yaml(name: str) -> dict:
    """A file of ``programs/demo``."""
    return yaml.safe_load((Path(settings.BASE_DIR) / "programs" / "demo" / name).read_text(encoding="utf-8"))


@dataclass
class Series:
    """Series of every indicator and reporting unit of one programme over its demo periods, oldest first."""

    indicators: dict[str, Indicator]
    units: dict[int, Unit]
    periods: Sequence[Period]
    profiles: dict[str, dict]

    def __post_init__(self) -> None:
        self._made: dict[tuple[str, int], list[Decimal]] = {}

    def of(self, code: str, unit_id: int) -> list[Decimal]:
        """One value per period, rounded to the indicator's decimals."""
        key = (code, unit_id)
        if key not in self._made:
            indicator, unit = self.indicators[code], self.units[unit_id]
            rng = random.Random(f"{code}:{unit.code}")
            raw = self._raw(indicator, unit, self.profiles.get(code, {"target": [0.8, 1.05]}), rng)
            places = Decimal(1).scaleb(-indicator.decimals)
            self._made[key] = [max(Decimal(0), Decimal(str(value)).quantize(places)) for value in raw]
        return self._made[key]

    def _raw(self, indicator: Indicator, unit: Unit, profile: dict, rng: random.Random) -> list[float]:
        count = len(self.periods)
        if "rest" in profile:
            whole, part = self.of(profile["rest"], unit.pk), self.of(profile["less"], unit.pk)
            return [float(a - b) for a, b in zip(whole, part, strict=True)]
        if "of" in profile:
            return self._share_of(indicator, unit, profile, rng)
        if "falling" in profile:
            top, end = rng.uniform(*profile["falling"]), rng.uniform(*profile["to"])
            return [top + (end - top) * i / max(count - 1, 1) + rng.uniform(-1.5, 1.5) for i in range(count)]
        if profile.get("children"):
            return [float(self._children.get(unit.pk, 0) or 1)] * count
        if "size" in profile:
            size = _draw(profile["size"], rng)
            return [size * (1 + profile.get("drift", 0)) ** i for i in range(count)]
        total = self._yearly_total(indicator, unit, profile, rng)
        return self._reached(indicator, total, profile, rng)

    def _share_of(self, indicator: Indicator, unit: Unit, profile: dict, rng: random.Random) -> list[float]:
        whole = self.of(profile["of"], unit.pk)
        first, last = rng.uniform(*profile["from"]), rng.uniform(*profile["to"])
        steps = [first + (last - first) * i / max(len(whole) - 1, 1) for i in range(len(whole))]
        values = [float(part) * share for part, share in zip(whole, steps, strict=True)]
        if indicator.counting == Indicator.Counting.CUMULATIVE:
            for i in range(1, len(values)):
                values[i] = max(values[i], values[i - 1])
        digits = indicator.decimals
        return [
            min(round(v, digits), float(w)) if indicator.maximum else round(v, digits)
            for v, w in zip(values, whole, strict=True)
        ]

    def _yearly_total(self, indicator: Indicator, unit: Unit, profile: dict, rng: random.Random) -> float:
        if profile.get("quota"):
            return float(self._quota_shares(indicator).get(unit.pk, 0))
        if "year" in profile:
            total = _draw(profile["year"], rng)
            if not profile.get("villages"):
                return total
            return int(rng.uniform(*profile["year"]) * self._villages.get(unit.pk, 0))
        spread = rng.uniform(*(profile.get("target") or profile["share"]))
        if "share" in profile:
            return self._city_target(indicator) / max(len(self.units), 1) * spread
        target = self._book.applying(indicator.pk, unit.pk, self.periods[-1].ends_on)
        return float(target.value) * spread if target and target.value is not None else 0.0

    def _reached(self, indicator: Indicator, total: float, profile: dict, rng: random.Random) -> list[float]:
        count, values, shape = len(self.periods), [], profile.get("shape", "even")
        yearly = indicator.counting == Indicator.Counting.CUMULATIVE_YEAR
        speed = rng.uniform(0.5, 1.35) if shape == "late" else rng.uniform(0.92, 1.08)
        for i, period in enumerate(self.periods):
            month = period.ends_on.month
            if shape == "start":
                part = (i + 1) / count
            elif not yearly:
                part = 0.9 + 0.1 * (i + 1) / count if total > 12 else 1.0
            elif shape == "late":
                part = LATE.get(month, 0.0)
            elif shape == "front":
                part = min(1.0, month / 9)
            else:
                part = month / 12
            values.append(total * min(1.0, part * (speed if yearly else 1)))
        return values

    def _quota_shares(self, indicator: Indicator) -> dict[int, int]:
        """Spread each county's quota over some of its townships, so that most counties come close to it."""
        if indicator.pk not in self._quotas:
            shares: dict[int, int] = {}
            by_county: dict[int, list[Unit]] = {}
            for unit in self.units.values():
                if unit.parent_id is not None:
                    by_county.setdefault(unit.parent_id, []).append(unit)
            for county_id, townships in sorted(by_county.items()):
                target = self._book.applying(indicator.pk, county_id, self.periods[-1].ends_on)
                rng = random.Random(f"{indicator.code}:{county_id}")
                left = round(float(target.value) * rng.uniform(0.6, 1.15)) if target and target.value else 0
                for township in rng.choices(sorted(townships, key=lambda u: u.code), k=left):
                    limit = 1 if indicator.maximum == Indicator.Maximum.NUMBER else 9
                    shares[township.pk] = min(limit, shares.get(township.pk, 0) + 1)
            self._quotas[indicator.pk] = shares
        return self._quotas[indicator.pk]

    def _city_target(self, indicator: Indicator) -> float:
        target = self._book.applying(indicator.pk, indicator.programme.jurisdiction_id, self.periods[-1].ends_on)
        return float(target.value) if target and target.value is not None else 0.0

    @cached_property
    def _quotas(self) -> dict[int, dict[int, int]]:
        return {}

    @cached_property
    def _book(self) -> TargetBook:
        counties = {unit.parent_id for unit in self.units.values() if unit.parent_id}
        jurisdiction = {i.programme.jurisdiction_id for i in self.indicators.values()}
        return TargetBook([i.pk for i in self.indicators.values()], {*self.units, *counties, *jurisdiction})

    @cached_property
    def _villages(self) -> dict[int, int]:
        return dict(
            Unit.objects.filter(parent_id__in=self.units, level=Unit.Level.VILLAGE)
            .values_list("parent_id")
            .annotate(Count("pk"))
        )

    @cached_property
    def _children(self) -> dict[int, int]:
        return dict(
            Unit.objects.filter(Q(parent_id__in=self.units), level=Unit.Level.TOWNSHIP)
            .values_list("parent_id")
            .annotate(Count("pk"))
        )


def _draw(bounds: Sequence[float], rng: random.Random) -> float:
    low, high = bounds
    return rng.randint(low, high) if isinstance(low, int) and isinstance(high, int) else rng.uniform(low, high)


def window(today: date, months: int = 13) -> date:
    """First day of the demonstration's year of reports: ``months`` - 1 whole months before the current one."""
    index = today.year * 12 + today.month - 1 - (months - 1)
    return date(index // 12, index % 12 + 1, 1)
