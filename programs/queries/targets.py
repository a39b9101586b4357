"""Which target applies to a unit at a date, and how far it is reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple, Protocol, TypeVar

from django.db.models import Q

from programs.models import Indicator, ReferenceSeries, Target, Unit

SOFT = {
    Target.Hardness.GENERAL,
    Target.Hardness.IN_PRINCIPLE,
    Target.Hardness.STRIVE,
    Target.Hardness.BASICALLY,
    Target.Hardness.ABOUT,
}


class Timed(Protocol):
    """What the choice of a target looks at; rows read as plain tuples have it as well as models."""

    @property
    def year(self) -> int | None: ...

    @property
    def due_on(self) -> date | None: ...


T = TypeVar("T", bound=Timed)


class Part(NamedTuple):
    """A target of a unit right below, as far as a sum needs it: there are thousands on a city's page."""

    indicator_id: int
    parent_id: int
    unit_id: int
    year: int | None
    due_on: date | None
    value: Decimal | None


class TargetBook:
    """The targets of some indicators and units, as recorded at one moment: two queries (targets and their known defects),
    one more where a target follows a reference series.

    With ``below`` also the values of the units right below, in one more query.
    """

    def __init__(
        self, indicators: Iterable[int], units: Iterable[int], *, as_of: datetime | None = None, below: bool = False
    ) -> None:
        units, indicators = list(units), list(indicators)
        known = Q(replaced_at=None)
        if as_of is not None:
            known = Q(recorded_at__lte=as_of) & (Q(replaced_at=None) | Q(replaced_at__gt=as_of))
        recorded = Target.objects.filter(known, indicator_id__in=indicators).order_by("due_on", "year", "pk")
        self._own: dict[tuple[int, int], list[Target]] = defaultdict(list)
        self._below: dict[tuple[int, int], list[Part]] = defaultdict(list)
        own = recorded.filter(unit_id__in=units).select_related("clause__document", "unit").prefetch_related("issues")
        for target in own:
            self._own[target.indicator_id, target.unit_id].append(target)
        self._read_references()
        if below:
            columns = ("indicator_id", "unit__parent_id", "unit_id", "year", "due_on", "value")
            for row in recorded.filter(unit__parent_id__in=units).values_list(*columns):
                part = Part(*row)
                self._below[part.indicator_id, part.parent_id].append(part)

    def _read_references(self) -> None:
        """Give every target that follows a series the value it is compared with: of the year before (专栏1·1)."""
        moving = [
            (target, target.year)
            for targets in self._own.values()
            for target in targets
            if target.comparator == Target.Comparator.GTE_SERIES and target.year
        ]
        if not moving:
            return
        rows = ReferenceSeries.objects.filter(code__in={one.series_code for one, _year in moving}, value__isnull=False)
        known = {(row.code, row.unit_id, row.year): row.value for row in rows}
        for target, year in moving:
            target.reference = known.get((target.series_code, target.unit_id, year - 1))  # type: ignore[attr-defined]

    def all(self, indicator_id: int, unit_id: int) -> list[Target]:
        return self._own.get((indicator_id, unit_id), [])

    def applying(self, indicator_id: int, unit_id: int, on: date) -> Target | None:
        """The target in force on ``on``: of its year, else the next deadline, else the last one that has passed; None: none."""
        return applying(self.all(indicator_id, unit_id), on)

    def assigned_below(self, indicator_id: int, unit_id: int, on: date) -> Decimal | None:
        """Sum of what the units right below were assigned; None when none has a number. A sum, not a target."""
        by_unit: dict[int, list[Part]] = defaultdict(list)
        for target in self._below.get((indicator_id, unit_id), []):
            by_unit[target.unit_id].append(target)
        chosen = [applying(targets, on) for targets in by_unit.values()]
        values = [target.value for target in chosen if target is not None and target.value is not None]
        return sum(values, Decimal(0)) if values else None


def applying(targets: list[T], on: date) -> T | None:
    """See ``TargetBook.applying``."""
    yearly = [t for t in targets if t.due_on is None and (t.year in (None, on.year))]
    if yearly:
        return max(yearly, key=lambda t: t.year or 0)
    dated = sorted(((t.due_on, t) for t in targets if t.due_on is not None), key=itemgetter(0))
    ahead = [t for due_on, t in dated if due_on >= on]
    if ahead:
        return ahead[0]
    if dated:
        return dated[-1][1]
    past = [t for t in targets if t.year is not None and t.year < on.year]
    return max(past, key=lambda t: t.year or 0) if past else None


def threshold(target: Target) -> Decimal | None:
    """The number to be compared with: the target's own, or for a moving reference that of the year before, if known."""
    if target.comparator == Target.Comparator.GTE_SERIES:
        return getattr(target, "reference", None)
    return target.value


def is_met(target: Target, value: Decimal | None) -> bool | None:
    """Whether ``value`` fulfils ``target``; None when either is unknown or the target is no single number."""
    if target.comparator == Target.Comparator.GTE_SERIES:
        reference = threshold(target)
        return None if reference is None or value is None else value >= reference
    if target.value is None or value is None:
        return None
    match target.comparator:
        case Target.Comparator.GTE | Target.Comparator.ABOUT | Target.Comparator.GTE_RATIO:
            return value >= target.value
        case Target.Comparator.GT:
            return value > target.value
        case Target.Comparator.LTE:
            return value <= target.value
        case Target.Comparator.LT:
            return value < target.value
        case Target.Comparator.EQ:
            return value == target.value
        case Target.Comparator.RANGE:
            return target.value <= value <= (target.value if target.value_to is None else target.value_to)
    return None


def completion(
    *, value: Decimal | None, target: Decimal | None, direction: str, baseline: Decimal | None = None
) -> Decimal | None:
    """Share of the way to the target, 0 to 1 and beyond, four decimals; None when it cannot be said.

    Larger is better: value / target. Smaller is better: the way from the baseline; without a baseline only
    "reached" (1) can be said.
    """
    if value is None or target is None:
        return None
    if direction == Indicator.Direction.LOWER:
        if value <= target:
            return Decimal(1)
        if baseline is None or baseline <= target:
            return None
        return round(max(Decimal(0), (baseline - value) / (baseline - target)), 4)
    if target == 0:
        return Decimal(1) if value >= 0 else None
    return round(value / target, 4)


def elapsed(target: Target, on: date, starts_on: date) -> Decimal | None:
    """Share of the target's time that has passed on ``on``, 0 to 1; None when the target has no dated span.

    ``starts_on``: first day of the programme. A display aid, never a verdict (specification 8).
    """
    if target.due_on is None:
        year = target.year or on.year
        first, last = date(year, 1, 1), date(year, 12, 31)
        if target.period_kind not in (Target.PeriodKind.ANNUAL, Target.PeriodKind.IN_YEAR):
            return None
    else:
        first, last = starts_on, target.due_on
        if target.period_kind == Target.PeriodKind.IN_YEAR:
            first = date(target.due_on.year, 1, 1)
    if last <= first:
        return Decimal(1)
    return round(min(max(Decimal((on - first).days) / Decimal((last - first).days), Decimal(0)), Decimal(1)), 4)


@dataclass(frozen=True)
class Light:
    """``kind`` is one of the eight lights (done, ok, near, late, back, wait, todo, none); ``code`` says which sentence goes with it."""

    kind: str
    code: str


def light_of(
    *,
    target: Target | None,
    value: Decimal | None,
    share: Decimal | None,
    time: Decimal | None,
    on: date,
    binding: str = "",
) -> Light:
    """The light of a figure. Soft targets (specification 1.3) never turn red, nor do expected ones (预期性, specification
    8); binding ones (约束性), and those of plans that do not say, do when time is up.
    """
    if target is None or target.state in (Target.State.NOT_ASSIGNED, Target.State.LOST):
        return Light("none", "not_assigned")
    if target.state == Target.State.NOT_APPLICABLE:
        return Light("none", "not_applicable")
    if value is None:
        return Light("todo", "no_figure")
    met = is_met(target, value)
    if met:
        return Light("done", "met")
    if met is None or share is None:
        return Light("todo", "cannot_be_compared") if met is None else Light("near", "not_met")
    soft = target.hardness in SOFT or binding == Indicator.Binding.EXPECTED
    over = (target.due_on is not None and on > target.due_on) or (time is not None and time >= 1)
    if over:
        return Light("near" if soft else "late", "missed")
    if time is None or share >= time:
        return Light("ok", "on_track")
    if share >= time * Decimal("0.8"):
        return Light("near", "slightly_behind")
    return Light("near" if soft else "late", "behind")


def root_units(paths: Iterable[str]) -> list[Unit]:
    """The topmost units among the given paths, in code order (a grant inside another one is dropped)."""
    kept: list[str] = []
    for path in sorted(set(paths), key=len):
        if not any(path.startswith(other) for other in kept):
            kept.append(path)
    return list(Unit.objects.filter(path__in=kept).order_by("code"))
