"""What the dashboards show: figures of some units against their targets and against the time gone by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from accounts.models import User
from programs import charts
from programs.access import Access
from programs.as_of import NOW, Moment
from programs.models import Indicator, Period, Programme, Target, Unit
from programs.queries.derived import DERIVED
from programs.queries.figures import Figure, Figures
from programs.queries.targets import Light, TargetBook, completion, elapsed, light_of, threshold

LIGHT_WORDS: dict[str, str | Promise] = {
    "met": pgettext_lazy("light of a figure", "reached"),
    "on_track": pgettext_lazy("light of a figure", "on track"),
    "slightly_behind": pgettext_lazy("light of a figure", "slightly behind"),
    "behind": pgettext_lazy("light of a figure", "behind"),
    "missed": pgettext_lazy("light of a figure", "missed"),
    "not_met": pgettext_lazy("light of a figure", "not reached"),
    "no_figure": pgettext_lazy("light of a figure", "no figure yet"),
    "not_assigned": pgettext_lazy("light of a figure", "not assigned"),
    "not_applicable": pgettext_lazy("light of a figure", "not applicable"),
    "cannot_be_compared": pgettext_lazy("light of a figure", "not compared"),
}


@dataclass(frozen=True)
class Cell:
    """One figure of one unit. ``below``: sum of what was assigned right below, only where nothing was assigned here.

    ``share`` and ``time`` are ratios (1 is all); ``is_shared``: the target is one the unit above set for each unit.
    """

    indicator: Indicator
    unit: Unit
    period: Period
    figure: Figure
    target: Target | None
    is_shared: bool
    below: Decimal | None
    share: Decimal | None
    time: Decimal | None
    light: Light

    @property
    def value(self) -> Decimal | None:
        return self.figure.value

    @property
    def light_word(self) -> str | Promise:
        return LIGHT_WORDS[self.light.code]

    @property
    def scale(self) -> Decimal | None:
        """What the bar is drawn against: the target's number, or the sum below."""
        return self.target.value if self.target is not None and self.target.value is not None else self.below

    @property
    def chart(self) -> charts.Bullet:
        """Smaller-is-better figures are drawn by how much of the way is gone."""
        if self.indicator.direction == Indicator.Direction.LOWER:
            return charts.bullet(self.share, 1, elapsed=self.time)
        return charts.bullet(self.value, self.scale, elapsed=self.time)

    @property
    def gap(self) -> Decimal | None:
        """How much is missing to the target, None when it is reached or cannot be said."""
        if (
            self.target is None
            or self.target.value is None
            or self.value is None
            or self.share is None
            or self.share >= 1
        ):
            return None
        return abs(self.target.value - self.value)


class Numbers(NamedTuple):
    """What an export says of one cell; the fields are those of ``Cell``."""

    figure: Figure
    target: Target | None
    is_shared: bool
    share: Decimal | None


class Board:
    """Cells of indicators × units as known at one moment, each programme in one period. Three queries, whatever the size.

    ``parent``: the unit above; a target it set for each unit below applies to units without one of their own. Without
    ``below`` the sums of what was assigned right below are not read, and one query is saved.
    """

    def __init__(
        self,
        *,
        periods: Iterable[Period],
        indicators: Sequence[Indicator],
        units: Iterable[Unit],
        moment: Moment = NOW,
        parent: Unit | None = None,
        below: bool = True,
    ) -> None:
        self.moment, self.parent = moment, parent
        self._periods = {period.programme_id: period for period in periods}
        ids = {unit.pk for unit in units} | ({parent.pk} if parent else set())
        wanted = [i for i in indicators if i.programme_id in self._periods]
        self._figures = Figures(wanted, [p.pk for p in self._periods.values()], ids, as_of=moment.at)
        self._targets = TargetBook([i.pk for i in wanted], ids, as_of=moment.at, below=below)
        self._cells: dict[tuple[int, int], Cell] = {}

    def cell(self, indicator: Indicator, unit: Unit) -> Cell:
        """KeyError for an indicator whose programme has no period here."""
        key = indicator.pk, unit.pk
        if key not in self._cells:
            self._cells[key] = self._worked_out(indicator, unit)
        return self._cells[key]

    def numbers(self, indicator: Indicator, unit: Unit) -> Numbers:
        """The cell's figure, target and completion alone: all that an export of thousands of cells wants."""
        period = self._periods[indicator.programme_id]
        figure = self._figures.get(indicator.pk, period.pk, unit.pk)
        target, shared = self._target(indicator, unit, period)
        share = None
        if target is not None:
            share = completion(
                value=figure.value, target=threshold(target), direction=indicator.direction, baseline=indicator.baseline
            )
        return Numbers(figure, target, shared, share)

    def _worked_out(self, indicator: Indicator, unit: Unit) -> Cell:
        period = self._periods[indicator.programme_id]
        figure, target, shared, share = self.numbers(indicator, unit)
        on = min(period.ends_on, self.moment.day)
        time = elapsed(target, on, indicator.programme.starts_on) if target is not None else None
        below = None
        if (target is None or target.state == Target.State.NOT_ASSIGNED) and indicator.counting not in DERIVED:
            below = self._targets.assigned_below(indicator.pk, unit.pk, period.ends_on)  # ratios are never added
        light = light_of(target=target, value=figure.value, share=share, time=time, on=on, binding=indicator.binding)
        return Cell(indicator, unit, period, figure, target, shared, below, share, time, light)

    def _target(self, indicator: Indicator, unit: Unit, period: Period) -> tuple[Target | None, bool]:
        """The unit's own target, else the one the unit above set for each unit; and whether it is the latter."""
        target = self._targets.applying(indicator.pk, unit.pk, period.ends_on)
        if target is None and self.parent is not None and unit.pk != self.parent.pk:
            above = self._targets.applying(indicator.pk, self.parent.pk, period.ends_on)
            if above is not None and above.level == Target.Level.EACH_UNIT:
                return above, True
        return target, False

    def row(self, indicators: Iterable[Indicator], unit: Unit) -> list[Cell]:
        return [self.cell(indicator, unit) for indicator in indicators]


def indicators_of(programme: Programme, on: date) -> list[Indicator]:
    """The programme's indicators in force on ``on``, in the plan's order. One query."""
    return list(
        programme.indicators.filter(
            Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on)
        ).select_related("clause__document", "programme", "numerator", "denominator")
    )


def choose_period(periods: Sequence[Period], code: str, today: date) -> Period | None:
    """The period with ``code``; without a code the newest one that has ended, else the newest. None: unknown, or no period."""
    if code:
        return next((period for period in periods if period.code == code), None)
    return next((period for period in periods if period.ends_on < today), periods[0] if periods else None)


def shown_roots(access: Access, programmes: Iterable[Programme]) -> dict[int, Unit]:
    """Per programme the topmost unit of its jurisdiction that the person may see in it. At most one query."""
    roots: dict[int, Unit] = {}
    inside: dict[int, str] = {}
    for programme in programmes:
        paths = [grant.path for grant in access.business if grant.programme_id in (None, programme.pk)]
        top = programme.jurisdiction
        if any(top.path.startswith(path) for path in paths):
            roots[programme.pk] = top
        elif below := sorted((path for path in paths if path.startswith(top.path)), key=lambda path: (len(path), path)):
            inside[programme.pk] = below[0]
    if inside:
        units = {unit.path: unit for unit in Unit.objects.select_related("parent").filter(path__in=inside.values())}
        roots |= {pk: units[path] for pk, path in inside.items() if path in units}
    return roots


def periods_of(programmes: Iterable[Programme]) -> dict[int, list[Period]]:
    """Every period of each programme, newest first. One query."""
    by_programme: dict[int, list[Period]] = {programme.pk: [] for programme in programmes}
    for period in Period.objects.filter(programme_id__in=by_programme).order_by("-starts_on"):
        by_programme[period.programme_id].append(period)
    return by_programme


def children_of(unit: Unit, on: date) -> QuerySet[Unit]:
    """Units right below that existed on ``on``, in code order."""
    return (
        unit.children.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on))
        .select_related("parent")
        .order_by("code")
    )


def visible_programmes(user: User) -> QuerySet[Programme]:
    """Programmes the person may see, with what a list shows of them."""
    return (
        Programme.objects.visible_to(user)
        .select_related("jurisdiction", "document", "lead")
        .order_by("jurisdiction__code", "position", "code")
    )


@dataclass(frozen=True)
class Trend:
    """Values by period of this year and the last one, and an even pace to the target; None where unknown."""

    labels: list[str]
    now: list[Decimal | None]
    past: list[Decimal | None]
    plan: list[Decimal | None]


def trend(*, cell: Cell, periods: Sequence[Period], moment: Moment) -> Trend:
    """The figure of ``cell`` through its year. One query. ``periods``: all periods of the programme, newest first.

    The plan is a straight line through the target's time, a display aid set by the city (specification 8).
    """
    year = cell.period.starts_on.year
    wanted = sorted((p for p in periods if p.starts_on.year in (year - 1, year)), key=lambda p: p.starts_on)
    figures = Figures([cell.indicator], [p.pk for p in wanted], [cell.unit.pk], as_of=moment.at)
    by_key = {(p.starts_on.year, p.starts_on.month): p for p in wanted}
    months = sorted({p.starts_on.month for p in wanted} | set(_months(cell.indicator.programme.cadence)))
    plan_at = _pace(cell)

    def value(of_year: int, month: int) -> Decimal | None:
        period = by_key.get((of_year, month))
        if period is None or period.starts_on > cell.period.starts_on:
            return None
        return figures.get(cell.indicator.pk, period.pk, cell.unit.pk).value

    return Trend(
        labels=[_label(cell.indicator.programme.cadence, month) for month in months], now=[value(year, m) for m in months],
        past=[value(year - 1, m) for m in months], plan=[plan_at(year, m) for m in months] if plan_at else [],
    )  # fmt: skip


def _months(cadence: str) -> range:
    step = {
        Programme.Cadence.MONTH: 1,
        Programme.Cadence.QUARTER: 3,
        Programme.Cadence.HALF: 6,
        Programme.Cadence.YEAR: 12,
    }[Programme.Cadence(cadence)]
    return range(1, 13, step)


def _label(cadence: str, month: int) -> str:
    match cadence:
        case Programme.Cadence.QUARTER:
            return f"Q{(month + 2) // 3}"
        case Programme.Cadence.HALF:
            return f"H{(month + 5) // 6}"
    return str(month)


def _pace(cell: Cell):
    """A function (year, month) → planned value at the end of that month; None without a number to reach or a span."""
    target, lower = cell.target, cell.indicator.direction == Indicator.Direction.LOWER
    if (
        target is None
        or target.value is None
        or lower
        or cell.indicator.counting not in (Indicator.Counting.CUMULATIVE, Indicator.Counting.CUMULATIVE_YEAR)
    ):
        return None
    goal, starts = target.value, cell.indicator.programme.starts_on

    def at(year: int, month: int) -> Decimal | None:
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        gone = elapsed(target, last, starts)
        return None if gone is None else round(goal * gone, 4)

    return at
