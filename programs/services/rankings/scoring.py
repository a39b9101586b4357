"""Scores of a paper: results only, every part with its inputs, and what would move a unit up one place.

A part earns weight × share of the way to the target (completion) or weight × value / full (value), between 0 and the
weight. Unknown is not zero: a part without data is left out and the rest counts for 100, unless the rule says zero. A part
for which the plan sets this unit no target is no missing result: it is left out under either rule. A score that rests on
less than the rule's minimum share of the weights takes no place.
Scores are rounded to one decimal, half up; equal scores share a place, the next place is skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from programs.models import Indicator, Unit
from programs.queries.dashboard import Board, Cell
from programs.queries.ranking import group_code, not_comparable, why_not
from programs.queries.targets import threshold
from programs.services.rankings.rules import FULL, VALUE, ZERO, RulePart

TENTH, HALF = Decimal("0.1"), Decimal("0.05")
ONE, NOTHING = Decimal(1), Decimal(0)


@dataclass(frozen=True)
class Scored:
    """One part of one unit's score. ``points`` None: left out, and ``why_not`` says why."""

    part: RulePart
    cell: Cell
    points: Decimal | None

    @property
    def why_not(self) -> str:
        """``no_data``, ``no_target`` … as in queries.ranking; "" where points were earned."""
        if self.points is not None:
            return ""
        return "no_data" if self.part.measure == VALUE else why_not(self.cell)


def points_of(part: RulePart, cell: Cell, missing: str) -> Decimal | None:
    """Points of one part, 0 to its weight; None when it is left out."""
    if part.measure == VALUE:
        share = None if cell.value is None or part.full is None else cell.value / part.full
    else:
        share = cell.share
    if share is None:
        is_asked = part.measure == VALUE or why_not(cell) not in ("no_target", "not_applicable")
        return NOTHING if missing == ZERO and is_asked else None
    return part.weight * min(max(share, NOTHING), ONE)


def printed(reached: Decimal, counted: Decimal) -> Decimal:
    """The score out of 100, one decimal."""
    return (reached / counted * FULL).quantize(TENTH, rounding=ROUND_HALF_UP)


def rank(
    *,
    board: Board,
    indicators: dict[str, Indicator],
    units: Sequence[Unit],
    parts: Sequence[RulePart],
    missing: str,
    minimum: int,
) -> dict[str, Any]:
    """``{"groups": [{"code", "places": […]}], "unranked": [[unit code, reason code]]}`` as plain JSON. No query.

    ``minimum``: points of weight, of 100, a score must rest on.
    """
    groups: dict[str, list[tuple[Unit, list[Scored]]]] = {}
    unranked: list[list[str]] = []
    for unit in units:
        if why := not_comparable(unit):
            unranked.append([unit.code, why])
            continue
        scored = [
            Scored(part, cell, points_of(part, cell, missing))
            for part in parts
            for cell in [board.cell(indicators[part.indicator], unit)]
        ]
        if why := unplaced(scored, minimum):
            unranked.append([unit.code, why])
            continue
        groups.setdefault(group_code(unit), []).append((unit, scored))
    return {
        "groups": [{"code": code, "places": _places(rows)} for code, rows in sorted(groups.items())],
        "unranked": unranked,
    }


def unplaced(scored: Sequence[Scored], minimum: int) -> str:
    """Why these parts make no place: ``no_target``, ``no_data``, ``too_little``; "" when they do."""
    if scored and all(one.why_not == "no_target" for one in scored):
        return "no_target"
    if all(one.points is None for one in scored) or all(one.cell.value is None for one in scored):
        return "no_data"
    counted = sum((one.part.weight for one in scored if one.points is not None), NOTHING)
    total = sum((one.part.weight for one in scored), NOTHING)
    return "too_little" if counted * FULL < total * minimum else ""


def _places(rows: list[tuple[Unit, list[Scored]]]) -> list[dict[str, Any]]:
    sums = [
        (
            unit,
            scored,
            sum((one.points for one in scored if one.points is not None), NOTHING),
            sum((one.part.weight for one in scored if one.points is not None), NOTHING),
        )
        for unit, scored in rows
    ]
    scores = [printed(reached, counted) for _unit, _scored, reached, counted in sums]
    found = []
    for (unit, scored, reached, counted), score in zip(sums, scores, strict=True):
        better = [other for other in scores if other > score]
        found.append(
            {
                "unit": unit.code,
                "score": str(score),
                "position": 1 + len(better),
                "counted": str(counted),
                "parts": [_part(one) for one in scored],
                "moves": moves(scored, reached, counted, min(better)) if better else [],
            }
        )
    return sorted(found, key=lambda row: (row["position"], row["unit"]))


def _part(one: Scored) -> dict[str, Any]:
    cell = one.cell
    goal = threshold(cell.target) if cell.target is not None else None
    return {
        "indicator": one.part.indicator,
        "weight": _text(one.part.weight),
        "measure": one.part.measure,
        "value": _text(cell.value),
        "target": _text(goal),
        "target_id": cell.target.pk if cell.target is not None else None,
        "share": _text(cell.share),
        "points": _text(one.points),
        "why_not": one.why_not,
        "reports": cell.figure.reports,
        "expected": cell.figure.expected,
        "clause": cell.indicator.clause.path if cell.indicator.clause_id and cell.indicator.clause else "",
    }


def moves(scored: Sequence[Scored], reached: Decimal, counted: Decimal, above: Decimal) -> list[dict[str, str]]:
    """Figures each of which alone would lift the unit to the score ``above``, least effort first; [] if none can."""
    needed = (above - HALF) * counted / FULL - reached
    found = []
    for one in scored:
        if one.points is None or one.cell.value is None or one.part.weight - one.points < needed:
            continue
        figure = _figure_for(one, (one.points + needed) / one.part.weight)
        if figure is not None:
            found.append(
                {
                    "indicator": one.part.indicator,
                    "from": _text(one.cell.value) or "",
                    "to": _text(figure) or "",
                    "score": str(above),
                    "share": str(needed / one.part.weight),
                }
            )
    return [{name: row[name] for name in ("indicator", "from", "to", "score")} for row in sorted(found, key=lambda row: Decimal(row["share"]))]  # fmt: skip


def _figure_for(one: Scored, share: Decimal) -> Decimal | None:
    """The figure at which a part's share is ``share``, rounded to the safe side by the indicator's decimals."""
    indicator = one.cell.indicator
    step = ONE.scaleb(-indicator.decimals)
    if one.part.measure == VALUE:
        return None if one.part.full is None else _rounded(share * one.part.full, step, ROUND_CEILING)
    goal = threshold(one.cell.target) if one.cell.target is not None else None
    if goal is None:
        return None
    if indicator.direction == Indicator.Direction.LOWER:
        if indicator.baseline is None or indicator.baseline <= goal:
            return None
        return _rounded(indicator.baseline - share * (indicator.baseline - goal), step, ROUND_FLOOR)
    return _rounded(share * goal, step, ROUND_CEILING)


def _rounded(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    return value.quantize(step, rounding=rounding)


def _text(value: Decimal | None) -> str | None:
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
