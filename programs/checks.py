"""What is odd or impossible about one figure. Pure: everything it needs is handed in.

Level ``error`` blocks the submission, ``reason`` wants a written reason, ``note`` is shown to the reviewer only.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.models.plans import Indicator

ABSURD = Decimal(10) ** 12
STALE_PERIODS = 6

MESSAGES: dict[str, tuple[str | Promise, str | Promise, str | Promise]] = {
    # code: (what is wrong, rule, next step)
    "negative": (
        _("%(value)s %(measure)s is negative."),
        _("A count or amount cannot be below zero."),
        _("Correct the figure."),
    ),
    "decimals": (
        _("%(value)s has more than %(decimals)s decimal places."),
        _("%(name)s is kept with %(decimals)s decimal places."),
        _("Round it, or check the measure (%(measure)s)."),
    ),
    "absurd": (
        _("%(value)s %(measure)s is larger than any real figure."),
        _("Figures of more than a million million are refused."),
        _("Check the measure (%(measure)s) and the number of digits."),
    ),
    "above_maximum": (
        _("%(value)s %(measure)s is more than %(limit)s %(measure)s (%(limit_name)s)."),
        _("A part cannot be larger than the whole."),
        _("Correct this figure or the whole."),
    ),
    "drop": (
        _("%(value)s %(measure)s is less than %(previous)s %(measure)s last period."),
        _("A cumulative figure only grows."),
        _("Correct it; if it was really reduced, write why and submit."),
    ),
    "jump": (
        _("%(value)s %(measure)s is %(times)s times last period (%(previous)s)."),
        _("A change by more than %(factor)s times wants a reason (set by the city)."),
        _("Check the decimal point and the measure, or write the reason."),
    ),
    "fall": (
        _("%(value)s %(measure)s is less than 1/%(factor)s of last period (%(previous)s)."),
        _("A change by more than %(factor)s times wants a reason (set by the city)."),
        _("Check the decimal point and the measure, or write the reason."),
    ),
    "maybe_ten_thousand": (
        _(
            "%(value)s %(measure)s against %(previous)s last period looks like a figure in another measure (ten thousand)."
        ),
        _("A change by more than %(factor)s times wants a reason (set by the city)."),
        _("If it is meant in ten thousands, enter it with 万; otherwise write the reason."),
    ),
    "spike": (
        _("The change %(change)s is %(times)s times the usual monthly change."),
        _("For the reviewer: far outside the last months."),
        _("Ask the reporter if in doubt."),
    ),
    "stale": (
        _("Unchanged for %(periods)s periods, still short of the target by %(gap)s %(measure)s."),
        _("For the reviewer: a figure that should move."),
        _("Ask the reporter if in doubt."),
    ),
}


@dataclass(frozen=True)
class Finding:
    """One oddity. ``params`` are strings, so that a finding is stored as JSON and worded in the reader's language."""

    code: str
    level: str
    params: dict[str, str] = field(default_factory=dict)
    clause: str = ""

    def as_json(self) -> dict:
        return {"code": self.code, "level": self.level, "params": self.params, "clause": self.clause}

    @property
    def message(self) -> str:
        return str(MESSAGES[self.code][0]) % self.params

    @property
    def rule(self) -> str:
        return str(MESSAGES[self.code][1]) % self.params

    @property
    def next_step(self) -> str:
        return str(MESSAGES[self.code][2]) % self.params


def finding_from_json(data: dict) -> Finding:
    return Finding(data["code"], data["level"], data.get("params", {}), data.get("clause", ""))


@dataclass(frozen=True)
class CellContext:
    """What a figure is judged against. All values in the indicator's measure; None means unknown.

    ``previous``: figure of the period before; ``restarts``: a new year began, so a yearly cumulative figure starts again;
    ``maximum``: resolved limit with ``maximum_name``; ``history``: earlier figures, oldest first; ``target``: value in force.
    """

    previous: Decimal | None = None
    restarts: bool = False
    maximum: Decimal | None = None
    maximum_name: str = ""
    history: Sequence[Decimal] = ()
    target: Decimal | None = None


def number(value: Decimal | None) -> str:
    """``1234.50`` → ``1,234.5``; None → empty."""
    if value is None:
        return ""
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return text if text not in {"-0", ""} else "0"


def check_cell(indicator: Indicator, value: Decimal, context: CellContext) -> list[Finding]:
    """Every finding about ``value``, errors first."""
    base = {
        "value": number(value),
        "measure": indicator.unit_zh,
        "name": indicator.name_zh,
        "decimals": str(indicator.decimals),
    }
    clause = indicator.clause.path if indicator.clause else ""

    def finding(code: str, level: str, **params: str) -> Finding:
        return Finding(code, level, base | params, clause)

    if value < 0:
        return [finding("negative", "error")]
    found = []
    if value >= ABSURD:
        found.append(finding("absurd", "error"))
    if -int(value.as_tuple().exponent) > indicator.decimals and value != round(value, indicator.decimals):
        found.append(finding("decimals", "error"))
    if context.maximum is not None and value > context.maximum:
        found.append(finding("above_maximum", "error", limit=number(context.maximum), limit_name=context.maximum_name))
    if context.previous is not None and not (
        context.restarts and indicator.counting == Indicator.Counting.CUMULATIVE_YEAR
    ):
        found += _against_previous(indicator, value, context.previous, context, finding)
    return found


def _against_previous(
    indicator: Indicator, value: Decimal, previous: Decimal, context: CellContext, finding
) -> list[Finding]:
    factor = indicator.jump_factor
    told = {"previous": number(previous), "factor": number(factor)}
    cumulative = indicator.counting in (Indicator.Counting.CUMULATIVE, Indicator.Counting.CUMULATIVE_YEAR)
    if cumulative and value < previous:
        return [finding("drop", "reason", **told)]
    small = max(Decimal(10), 10 * Decimal(10) ** -indicator.decimals)
    if previous > 0 and value > previous * factor and value - previous > small:
        ratio = value / previous
        code = "maybe_ten_thousand" if 8_000 <= ratio <= 12_500 else "jump"
        return [finding(code, "reason", times=number(round(ratio, 1)), **told)]
    if previous > small and 0 < value * factor < previous:
        code = "maybe_ten_thousand" if 8_000 <= previous / value <= 12_500 else "fall"
        return [finding(code, "reason", **told)]
    return _for_the_reviewer(indicator, value, context, finding)


def _for_the_reviewer(indicator: Indicator, value: Decimal, context: CellContext, finding) -> list[Finding]:
    series = [*context.history, value]
    steps = [abs(b - a) for a, b in itertools.pairwise(series)]
    found = []
    if len(steps) >= 5:
        usual = sum(steps[:-1], Decimal(0)) / len(steps[:-1])
        if usual > 0 and steps[-1] > 4 * usual and steps[-1] > 3:
            found.append(
                finding("spike", "note", change=number(value - series[-2]), times=number(round(steps[-1] / usual, 1)))
            )
    if context.target is None or indicator.direction != Indicator.Direction.HIGHER or value >= context.target:
        return found
    tail = series[-STALE_PERIODS:]
    if len(tail) == STALE_PERIODS and len(set(tail)) == 1:
        found.append(finding("stale", "note", periods=str(STALE_PERIODS), gap=number(context.target - value)))
    return found
