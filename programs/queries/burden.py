"""What one month asked of the grassroots: forms, cells, an estimate of hours, questions asked twice. Never who, never when.

Specification 12: a burden report each month. Hours are an estimate with its assumption stated, not a measurement.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import Any

from programs.models import Indicator, Period, Programme, Unit
from programs.queries.burden_lines import lines
from programs.queries.duties import duties_in

MINUTES_A_CELL = 2  # our assumption: look the figure up, type it, check it
ALIKE = 0.72  # share of matching characters from which two questions are shown as possibly the same
NOISE = re.compile(r"[\W_]+")


def build(city: Unit, month: str) -> dict[str, Any]:
    """The report of ``month`` (``2026-10``): periods whose figures fell due in it.

    Shape: {"month", "minutes_a_cell", "programmes": [{code, name_zh, name_en, period, basis, forms, cells, minutes,
    levels: {level: cells}}], "others": [{kind, programme, forms, cells, minutes}] (``burden_lines``), "forms", "cells", "minutes", "alike": [{a, b, share, shared, same_measure}]}.
    """
    first = date.fromisoformat(f"{month}-01")
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    periods = (
        Period.objects.filter(programme__jurisdiction=city, due_on__range=(first, last))
        .select_related("programme__basis")
        .order_by("programme__position", "starts_on")
    )
    rows = [_programme(period) for period in periods]
    indicators = list(
        Indicator.objects.filter(
            programme__jurisdiction=city, is_reported=True, duties__isnull=False, duties__valid_to=None
        )
        .select_related("programme")
        .distinct()
        .order_by("programme__position", "position")
    )
    return {
        "month": month,
        "minutes_a_cell": MINUTES_A_CELL,
        "programmes": rows,
        "others": lines(city, first, last, MINUTES_A_CELL),
        "forms": sum(row["forms"] for row in rows),
        "cells": sum(row["cells"] for row in rows),
        "minutes": sum(row["minutes"] for row in rows),
        "alike": alike(indicators),
    }


def _programme(period: Period) -> dict[str, Any]:
    programme: Programme = period.programme
    duties = duties_in(period).values_list("unit_id", "unit__level")
    levels = Counter(level for _unit, level in duties)
    forms = len({unit for unit, _level in duties})
    cells = sum(levels.values())
    return {
        "code": programme.code,
        "name_zh": programme.short_zh or programme.name_zh,
        "name_en": programme.short_en or programme.name_en,
        "period": period.code,
        "basis": programme.basis.path if programme.basis else "",
        "forms": forms,
        "cells": cells,
        "minutes": cells * MINUTES_A_CELL,
        "levels": dict(levels),
    }


def alike(indicators: list[Indicator]) -> list[dict[str, Any]]:
    """Pairs of indicators of different programmes whose names or definitions read alike, most alike first."""
    found = []
    for one, other in itertools.combinations(indicators, 2):
        if one.programme_id == other.programme_id:
            continue
        share, shared = likeness(_plain(one.name_zh), _plain(other.name_zh))
        if one.definition_zh and other.definition_zh:
            by_words, words = likeness(_plain(one.definition_zh), _plain(other.definition_zh))
            if by_words > share:
                share, shared = by_words, words
        if share >= ALIKE:
            found.append(
                {
                    "a": _question(one),
                    "b": _question(other),
                    "share": round(share, 2),
                    "shared": shared,
                    "same_measure": one.unit_zh == other.unit_zh,
                }
            )
    return sorted(found, key=lambda row: (-row["share"], row["a"]["code"], row["b"]["code"]))


def likeness(one: str, other: str) -> tuple[float, str]:
    """Share of characters in common blocks (0 to 1), and the longest such block: why the two are shown."""
    if not one or not other:
        return 0.0, ""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    block = matcher.find_longest_match()
    return matcher.ratio(), one[block.a : block.a + block.size]


def _plain(text: str) -> str:
    return NOISE.sub("", text)


def _question(indicator: Indicator) -> dict[str, str]:
    return {
        "code": indicator.code,
        "name_zh": indicator.name_zh,
        "name_en": indicator.name_en,
        "measure_zh": indicator.unit_zh,
        "programme_zh": indicator.programme.short_zh or indicator.programme.name_zh,
        "programme_en": indicator.programme.short_en or indicator.programme.name_en,
    }
