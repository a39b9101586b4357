"""A small city with an elder-care plan: types, standards, kinds of counted cases, and its people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from eldercare.models import CountKind, Facility, FacilityType, Standard
from programs.models import Role
from tests.factories import SmallCity, make_grant, make_unit, make_user, small_city

STANDARDS = {
    "home": [("beds", "gte", 80), ("nursing_share", "gte", 55), ("medical_care", "eq", 1)],
    "centre": [("area", "gte", 2000), ("beds", "gte", 60), ("township_share", "gte", 60)],
    "meals": [("village_share", "gte", 10)],
    "estate": [("new_area", "gte", 30), ("existing_area", "gte", 20), ("built_share", "lt", 50), ("handover_days", "lte", 90)],
    "institution": [("cameras", "eq", 1), ("filed", "eq", 1), ("custody", "eq", 1), ("drills_year", "gte", 1), ("drills_half", "gte", 1)],
    "station": [],
}  # fmt: skip


@dataclass
class Place:
    """``city`` is a SmallCity whose programme belongs to elder care; ``types`` by code; ``villages`` of the first township."""

    city: SmallCity
    types: dict[str, FacilityType]
    villages: list[Any]
    kinds: list[CountKind]
    county_approver: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["city"], name)


def make_types(programme) -> dict[str, FacilityType]:
    """Types with the standards above, standing on the programme's basis."""
    types = {}
    for code, standards in STANDARDS.items():
        subject = code if code in {"estate", "institution"} else "facility"
        types[code] = FacilityType.objects.create(
            programme=programme, code=code, name_zh=f"类型{code}", name_en=code, subject=subject, clause=programme.basis
        )
        for measure, comparator, value in standards:
            Standard.objects.create(
                facility_type=types[code], measure=measure, comparator=comparator, value=value, clause=programme.basis
            )
    return types


def make_facility(facility_type, unit, name="示例中心", **fields) -> Facility:
    return Facility.objects.create(
        programme=facility_type.programme, facility_type=facility_type, unit=unit, name_zh=name, **fields
    )


@pytest.fixture
def place(db) -> Place:
    city = small_city()
    city.programme.module = "eldercare"
    city.programme.save()
    kinds = [
        CountKind.objects.create(
            programme=city.programme, subject=subject, code=code, name_zh=code, name_en=code, measure_zh="户",
            measure_en="homes", position=n,
        )
        for n, (subject, code) in enumerate([("adaptation", "retrofit"), ("training", "carers")])
    ]  # fmt: skip
    approver = make_user()
    make_grant(approver, Role.APPROVER, city.counties[0])
    villages = [make_unit("village", city.townships[0]) for _ in range(3)]
    return Place(city, make_types(city.programme), villages, kinds, approver)


@pytest.fixture
def facts():
    """Fields of a county home that meets every standard."""
    return {
        "name_zh": "示例供养中心", "beds": 80, "nursing_beds": 44, "area": Decimal("2000"), "medical_care": True,
        "opened_on": date(2026, 1, 5),
    }  # fmt: skip
