"""Reading a figure as officials type it: full-width digits, thousands separators, 万 and 亿, 亩 and 万亩."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from programs.errors import RuleViolation

LIMIT = Decimal(10) ** 15

# Measures of one family convert into each other; the number is the size in the family's base measure.
# 1 ha = 15 mu exactly (specification 10.5). Square metres are a family of their own: floor area is not land.
FAMILIES: dict[str, dict[str, Decimal]] = {
    "land": {
        "亩": Decimal(1),
        "万亩": Decimal(10_000),
        "公顷": Decimal(15),
        "ha": Decimal(15),
        "平方公里": Decimal(1500),
    },
    "floor": {"平方米": Decimal(1), "㎡": Decimal(1), "m2": Decimal(1), "万平方米": Decimal(10_000)},
    "money": {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)},
    "weight": {
        "公斤": Decimal(1),
        "kg": Decimal(1),
        "斤": Decimal("0.5"),
        "吨": Decimal(1000),
        "万公斤": Decimal(10_000),
        "万斤": Decimal(5000),
        "万吨": Decimal(10_000_000),
    },
    "length": {"米": Decimal(1), "公里": Decimal(1000), "km": Decimal(1000)},
}
PREFIXES = {"万": Decimal(10_000), "亿": Decimal(100_000_000)}
NUMBER = re.compile(r"([+-]?)(\d[\d,]*)(?:\.(\d+))?([^\d.,][^.,]*)?\Z")
GROUPED = re.compile(r"\d{1,3}(,\d{3})+\Z")


@dataclass(frozen=True)
class Reading:
    """A figure in the indicator's own measure. ``converted`` is true when digits, separators or the measure were changed."""

    value: Decimal
    converted: bool


class NotANumber(RuleViolation):
    """The text is no figure in this measure. ``code`` is empty, not_applicable, format, grouping, measure or size."""


def read_number(text: str, measure: str = "") -> Reading:
    """Parse ``text`` into the measure of the indicator (``Indicator.unit_zh``). Raises NotANumber."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if not plain:
        raise NotANumber(
            "empty",
            _("The cell is empty. Empty means not filled, not zero."),
            next_step=_("Enter a figure; enter 0 if it is zero."),
        )
    if plain in {"/", "-", "—", "–", "－"}:
        raise NotANumber(
            "not_applicable",
            _("“%(text)s” means not applicable, but this figure is asked of this unit.") % {"text": text.strip()},
            next_step=_("Enter a figure. If it should not be asked of this unit, tell the bureau that set the target."),
        )
    match = NUMBER.match(plain)
    if match is None:
        raise NotANumber(
            "format",
            _("“%(text)s” is not a number.") % {"text": text.strip()[:30]},
            next_step=_("Enter digits, for example 1234.5 or 8万."),
        )
    sign, whole, fraction, suffix = match.groups()
    if "," in whole and not GROUPED.match(whole):
        raise NotANumber(
            "grouping",
            _("“%(text)s”: the separators do not stand between groups of three digits.") % {"text": text.strip()},
            next_step=_("Enter the figure without separators."),
        )
    suffix = suffix or ""
    value = Decimal(f"{sign}{whole.replace(',', '')}.{fraction or '0'}") * _factor(suffix, measure, text)
    if abs(value) >= LIMIT:
        raise NotANumber(
            "size",
            _("“%(text)s” is larger than any figure this system keeps.") % {"text": text.strip()[:30]},
            next_step=_("Check the measure and the number of digits."),
        )
    value = value.normalize()
    if value == value.to_integral():
        value = value.quantize(Decimal(1))
    return Reading(value, converted=plain != text.strip() or bool(suffix) or "," in whole)


def _factor(suffix: str, measure: str, text: str) -> Decimal:
    """What to multiply a figure written with ``suffix`` by to get ``measure``."""
    measure = unicodedata.normalize("NFKC", measure)
    if suffix in ("", measure):
        return Decimal(1)
    for family in FAMILIES.values():
        if measure in family and suffix in family:
            return family[suffix] / family[measure]
    for prefix, factor in PREFIXES.items():
        if suffix == prefix or suffix == prefix + measure:
            return factor
    raise NotANumber(
        "measure",
        _("“%(text)s” is in “%(given)s”, but this figure is kept in “%(wanted)s”.")
        % {"text": text.strip()[:30], "given": suffix[:12], "wanted": measure},
        next_step=_("Enter the figure in “%(wanted)s”.") % {"wanted": measure},
    )
