"""Figures that nobody reports: ratios and formulas, worked out from reported ones of the same unit and period."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from programs.formulas import Formula, parse
from programs.models import Indicator

Counting = Indicator.Counting
DERIVED = (Counting.RATIO, Counting.FORMULA)
COLUMNS = ("id", "code", "counting", "numerator_id", "denominator_id", "factor", "formula", "programme_id")


class Derivations:
    """What some indicators are made of. One query when a formula is among them, none otherwise.

    ``reported``: the keys of the indicators that are read. Formulas refer to indicators of their own programme only.
    """

    def __init__(self, indicators: Iterable[Indicator]) -> None:
        wanted = list(indicators)
        self._known: dict[int, Indicator] = {one.pk: one for one in wanted}
        self._codes: dict[tuple[int, str], Indicator] = {}
        self._formulas: dict[int, Formula] = {}
        if any(one.counting == Counting.FORMULA for one in wanted):
            programmes = {one.programme_id for one in wanted if one.counting == Counting.FORMULA}
            for one in Indicator.objects.filter(programme_id__in=programmes).only(
                *COLUMNS, "name_zh", "name_en", "short_zh", "short_en", "unit_zh", "unit_en", "decimals"
            ):
                self._codes[one.programme_id, one.code] = one
                self._known.setdefault(one.pk, one)
        self.reported: set[int] = set()
        for one in wanted:
            self._collect(one, ())

    def inputs(self, indicator: Indicator) -> list[Indicator]:
        """The indicators a formula names, in its order; [] for what is no formula."""
        if indicator.counting != Counting.FORMULA:
            return []
        return [self._codes[indicator.programme_id, code] for code in self._formula(indicator).codes]

    def value(self, indicator: Indicator, read: Callable[[int], Decimal | None]) -> Decimal | None:
        """The figure, from ``read(key of a reported indicator)``."""
        if indicator.counting == Counting.RATIO:
            numerator, denominator = parts_of(indicator)
            return divide(read(numerator), read(denominator), indicator.factor)
        if indicator.counting != Counting.FORMULA:
            return read(indicator.pk)
        found = {one.code: self.value(one, read) for one in self.inputs(indicator)}
        return self._formula(indicator).evaluate(found)

    def leaves(self, indicator: Indicator) -> list[int]:
        """Keys of the reported indicators it is made of."""
        if indicator.counting == Counting.RATIO:
            return [*parts_of(indicator)]
        if indicator.counting != Counting.FORMULA:
            return [indicator.pk]
        return list(dict.fromkeys(key for one in self.inputs(indicator) for key in self.leaves(one)))

    def _formula(self, indicator: Indicator) -> Formula:
        if indicator.pk not in self._formulas:
            self._formulas[indicator.pk] = parse(indicator.formula)
        return self._formulas[indicator.pk]

    def _collect(self, indicator: Indicator, above: tuple[int, ...]) -> None:
        if indicator.pk in above:  # services.derived refuses circles; a row written behind it must not hang a page
            raise RecursionError(f"{indicator.code} refers to itself")
        if indicator.counting == Counting.FORMULA:
            for one in self.inputs(indicator):
                self._collect(one, (*above, indicator.pk))
        else:
            self.reported.update(self.leaves(indicator))


def parts_of(ratio: Indicator) -> tuple[int, int]:
    """Keys of a ratio's numerator and denominator."""
    assert ratio.numerator_id is not None  # the constraint indicator_ratio_has_both_parts
    assert ratio.denominator_id is not None
    return ratio.numerator_id, ratio.denominator_id


def divide(numerator: Decimal | None, denominator: Decimal | None, factor: Decimal) -> Decimal | None:
    """numerator / denominator × factor, four decimals; None when either is unknown or the denominator is zero."""
    if numerator is None or not denominator:
        return None
    return round(numerator / denominator * factor, 4)
