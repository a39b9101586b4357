"""Formulas of a programme and its reference series."""

from __future__ import annotations

from typing import Any

from programs.models import Indicator, ReferenceSeries, Role
from tests.access.table import BUSINESS, CITY, PLAN, Row

LEADS = (Role.APPROVER,)


def add(world: Any) -> None:
    world.derived = Indicator.objects.create(
        programme=world.programme, code="sample-twice", name_zh="两倍", name_en="Twice", unit_zh="公里", counting="formula",
        formula="[sample-roads] * 2", is_reported=False,
    )  # fmt: skip
    world.series = ReferenceSeries.objects.create(
        code="sample-series", name_zh="序列", name_en="Series", unit=world.parent, year=2025
    )


def _plan(w: Any) -> dict:
    return {"code": w.programme.code}


def _formula(w: Any) -> dict:
    return {"indicator": w.derived.code, "code": w.programme.code}


def _value(w: Any) -> dict:
    return {"pk": w.series.pk, "code": w.programme.code}


ROWS = [
    Row("programme-formulas", BUSINESS, PLAN, kwargs=_plan),
    Row("programme-formula-new", LEADS, CITY, kwargs=_plan),
    Row("programme-formula-new", LEADS, CITY, method="post", kwargs=_plan, ok=422),
    Row("programme-formula", LEADS, CITY, kwargs=_formula),
    Row("programme-formula", LEADS, CITY, method="post", kwargs=_formula, ok=422),
    Row("programme-formula-retire", LEADS, CITY, kwargs=_formula),
    Row("programme-formula-retire", LEADS, CITY, method="post", kwargs=_formula, ok=422),
    Row("programme-series", BUSINESS, PLAN, kwargs=_plan),
    Row("programme-series-value", LEADS, CITY, method="post", kwargs=_value, ok=302),
    Row("api-indicator-values", BUSINESS, PLAN, kwargs=lambda w: {"code": w.indicator.code}, ok=(200, 400)),
]
