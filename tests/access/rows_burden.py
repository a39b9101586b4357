"""The burden report of a city."""

from __future__ import annotations

from typing import Any

from programs.models import BurdenReport
from programs.queries.burden import build
from tests.access.table import BUSINESS, PLAN, Row


def add(world: Any) -> None:
    world.burden = BurdenReport.objects.create(unit=world.parent, month="2026-10", data=build(world.parent, "2026-10"))


ROWS = [
    Row("burdens", BUSINESS),
    Row("burden", BUSINESS, PLAN, kwargs=lambda w: {"month": w.burden.month, "unit": w.parent.code}),
]
