"""Ranking of results within comparable groups. Results only: never logins, forms, photos or time (specification 12).

A part is weight × share of the way to the target, at most the weight. A part without data, or without a target of the
unit, is left out (which of the two is kept apart) and the rest counts for 100. A score that rests on less than the rule's
minimum share of the weights takes no position. Equal scores (as printed, one decimal) share a position. Weights and the
minimum share are set by the city, not by the documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs import charts
from programs.models import Indicator, Programme, RankingRule, Target, Unit
from programs.queries.dashboard import Board, Cell

FULL = Decimal(100)
TENTH = Decimal("0.1")

WHY_NOT = {
    "ambiguous": _("the document does not settle whether it counts as a county or a district"),
    "zone": _("functional zones differ too much from counties to be compared"),
    "no_data": _("no figure with a target to judge it by"),
    "no_target": _("the plan sets no target for it"),
    "too_little": _("judged on too small a share of the weights"),
}
UNSET = (Target.State.NOT_ASSIGNED, Target.State.LOST)


@dataclass(frozen=True)
class ScorePart:
    """One input of a score. ``points`` None: left out, and ``why_not`` says why (see its function); "" otherwise."""

    cell: Cell
    weight: Decimal
    points: Decimal | None
    why_not: str = ""

    @property
    def lost(self) -> Decimal:
        return Decimal(0) if self.points is None else self.weight - self.points


@dataclass(frozen=True)
class Advice:
    """Reaching the target of one part: what is missing, the score then, the position then."""

    part: ScorePart
    score: Decimal
    position: int


@dataclass(frozen=True)
class Place:
    """One unit's place in its group. ``score`` is out of 100; ``counted`` the points that could be reached, of ``total``.

    ``position`` 0: none, the score rests on too small a share of the weights.
    """

    unit: Unit
    parts: tuple[ScorePart, ...]
    score: Decimal
    counted: Decimal
    position: int = 0
    advice: Advice | None = None

    @property
    def total(self) -> Decimal:
        return sum((part.weight for part in self.parts), Decimal(0))

    def rests_on(self, minimum: int) -> bool:
        """Whether at least ``minimum`` of 100 points of weight were counted."""
        return self.counted * FULL >= self.total * minimum

    @property
    def is_rescaled(self) -> bool:
        return any(part.points is None for part in self.parts)

    @property
    def chart(self) -> list[charts.Part]:
        return charts.parts([(part.points, part.weight) for part in self.parts])


@dataclass(frozen=True)
class Group:
    """Units that may be compared with each other, best first; ``unplaced``: scored on too little for a position."""

    code: str
    label: str | Promise
    places: tuple[Place, ...]
    unplaced: tuple[Place, ...] = ()

    @property
    def rows(self) -> tuple[Place, ...]:
        return self.places + self.unplaced

    def of(self, unit_id: int) -> Place | None:
        return next((place for place in self.rows if place.unit.pk == unit_id), None)


@dataclass(frozen=True)
class Ranking:
    """``weighted``: the indicators that count, with their weights; ``unranked``: (unit, why not), without a score.

    ``minimum``: points of weight, of 100, that must be counted before a score takes a position.
    """

    weighted: tuple[Indicator, ...]
    groups: tuple[Group, ...]
    unranked: tuple[tuple[Unit, str | Promise], ...]
    minimum: int = RankingRule.MINIMUM_SHARE

    @property
    def total(self) -> Decimal:
        return sum((indicator.weight for indicator in self.weighted), Decimal(0))


def minimum_share(programme: Programme) -> int:
    """The minimum of the programme's rule in force, else the one rules begin with. One query."""
    found = programme.ranking_rules.filter(replaced_at=None).values_list("minimum_share", flat=True).first()
    return RankingRule.MINIMUM_SHARE if found is None else found


def with_minimum_share(programmes: QuerySet[Programme]) -> QuerySet[Programme]:
    """The same as ``minimum`` of each programme, read with it."""
    rule = RankingRule.objects.filter(programme=OuterRef("pk"), replaced_at=None).values("minimum_share")[:1]
    return programmes.annotate(minimum=Coalesce(Subquery(rule), RankingRule.MINIMUM_SHARE))


def rank(
    board: Board, indicators: Sequence[Indicator], units: Sequence[Unit], *, minimum: int = RankingRule.MINIMUM_SHARE
) -> Ranking:
    """Rank ``units`` by the weighted indicators among ``indicators``. No query."""
    weighted = tuple(indicator for indicator in indicators if indicator.weight > 0)
    groups: dict[str, list[Place]] = {}
    unranked: list[tuple[Unit, str | Promise]] = []
    for unit in units:
        if why := not_comparable(unit):
            unranked.append((unit, WHY_NOT[why]))
            continue
        cells = [board.cell(indicator, unit) for indicator in weighted]
        place = score(unit, cells)
        if place is None:
            nothing_set = bool(cells) and all(why_not(cell) == "no_target" for cell in cells)
            unranked.append((unit, WHY_NOT["no_target" if nothing_set else "no_data"]))
        else:
            groups.setdefault(group_code(unit), []).append(place)
    return Ranking(
        weighted,
        tuple(_group(code, places, minimum) for code, places in sorted(groups.items())),
        tuple(unranked),
        minimum,
    )


def _group(code: str, scored: Sequence[Place], minimum: int) -> Group:
    placed = [place for place in scored if place.rests_on(minimum)]
    rest = sorted((place for place in scored if not place.rests_on(minimum)), key=lambda place: place.unit.code)
    return Group(code, group_label(code), in_order(placed), tuple(rest))


def not_comparable(unit: Unit) -> str:
    """Why a unit is not ranked at all; empty when it may be."""
    if unit.quota_class == Unit.QuotaClass.AMBIGUOUS:
        return "ambiguous"
    return "zone" if unit.kind == Unit.Kind.FUNCTIONAL_ZONE else ""


def group_code(unit: Unit) -> str:
    return unit.quota_class or unit.level


def group_label(code: str) -> str | Promise:
    labels: dict[str, str | Promise] = {
        Unit.QuotaClass.COUNTY_CITY: _("Counties and county-level cities"), Unit.QuotaClass.DISTRICT: _("Districts"),
        Unit.Level.COUNTY: _("Counties, county-level cities and districts"), Unit.Level.TOWNSHIP: _("Townships, towns and streets"),
        Unit.Level.VILLAGE: _("Villages and communities"), Unit.Level.CITY: _("Cities"),
    }  # fmt: skip
    return labels[code]


def score(unit: Unit, cells: Sequence[Cell]) -> Place | None:
    """The unit's score from its weighted cells; None when no part has data."""
    parts = tuple(ScorePart(cell, cell.indicator.weight, points(cell), why_not(cell)) for cell in cells)
    counted = sum((part.weight for part in parts if part.points is not None), Decimal(0))
    if not counted:
        return None
    reached = sum((part.points for part in parts if part.points is not None), Decimal(0))
    return Place(unit, parts, _printed(reached / counted * FULL), counted)


def points(cell: Cell) -> Decimal | None:
    """Weight × share, between 0 and the weight; None without a share."""
    if cell.share is None:
        return None
    return cell.indicator.weight * min(max(cell.share, Decimal(0)), Decimal(1))


def why_not(cell: Cell) -> str:
    """Why a part has no points: ``no_target``, ``not_applicable``, ``no_data``, ``not_compared``; "" when it has."""
    if cell.share is not None:
        return ""
    if cell.target is None or cell.target.state in UNSET:
        return "no_target"
    if cell.target.state == Target.State.NOT_APPLICABLE:
        return "not_applicable"
    return "no_data" if cell.value is None else "not_compared"


def in_order(places: Sequence[Place]) -> tuple[Place, ...]:
    """Best first with positions 1, 2, 2, 4; each with what would move it up most."""
    ordered = sorted(places, key=lambda place: (-place.score, place.unit.code))
    scores = [place.score for place in ordered]
    placed = [replace(place, position=1 + sum(other > place.score for other in scores)) for place in ordered]
    return tuple(replace(place, advice=advice(place, scores)) for place in placed)


def advice(place: Place, scores: Sequence[Decimal]) -> Advice | None:
    """The part with most points still to win, and the position if its target were reached; None when nothing is lost."""
    part = max(place.parts, key=lambda one: one.lost)
    if part.lost <= 0:
        return None
    reached = sum((one.points for one in place.parts if one.points is not None), Decimal(0)) + part.lost
    then = _printed(reached / place.counted * FULL)
    others = list(scores)
    others.remove(place.score)
    return Advice(part, then, 1 + sum(other > then for other in others))


def _printed(value: Decimal) -> Decimal:
    return value.quantize(TENTH, rounding=ROUND_HALF_UP)
