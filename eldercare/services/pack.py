"""Reading the files of elder care in a data pack: types, standards, kinds of counted cases, figures of the registry.

All four are optional; the pack of another initiative may hold them (Zhumadian's plan sets standards too). Every bad row is
refused with file and line, and then nothing of the pack is written.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, model_validator

from eldercare.models import CountKind, FacilityType, RegistryFigure, Standard
from programs.models import Indicator
from programs.modules import PackPart
from programs.services.packs.problems import PackRefused, Problem
from programs.services.packs.reading import Row, read_csv
from programs.services.packs.schema import Day, Many, PackRow, Slug, Text60, Text80, Text120, Text300, Text400

FILES = ("facility_types.csv", "facility_standards.csv", "count_kinds.csv", "registry_figures.csv")


class TypeRow(PackRow):
    code: Slug
    name_zh: Text60
    name_en: Text120
    clause: Text80
    subject: FacilityType.Subject


class StandardRow(PackRow):
    facility_type: Slug
    measure: Standard.Measure
    comparator: Standard.Comparator
    value: Annotated[Decimal, Field(max_digits=12, decimal_places=2, ge=0)]
    clause: Text80
    valid_from: Day = None
    valid_to: Day = None
    note_zh: Text300 = ""
    note_en: Text400 = ""

    @model_validator(mode="after")
    def order(self) -> StandardRow:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        return self


class KindRow(PackRow):
    subject: CountKind.Subject
    code: Slug
    name_zh: Text60
    name_en: Text120
    measure_zh: Annotated[str, Field(max_length=10)]
    measure_en: Annotated[str, Field(max_length=30)]
    clause: Text80


class FigureRow(PackRow):
    indicator: Slug
    source: RegistryFigure.Source
    detail: Many = ()


def load_pack(part: PackPart) -> None:
    """Read the files that are there and bring the tables in line. Raises PackRefused with every refused row."""
    problems: list[Problem] = []

    def rows(name: str, model: type) -> list[Row[Any]]:
        path = part.folder / name
        return read_csv(path, model, problems) if path.exists() else []

    types, standards = rows(FILES[0], TypeRow), rows(FILES[1], StandardRow)
    kinds, figures = rows(FILES[2], KindRow), rows(FILES[3], FigureRow)
    _check(part, types, standards, kinds, figures, problems)
    if problems:
        raise PackRefused(problems)
    stored = _write_types(part, types)
    _write_standards(part, standards, stored)
    _write_kinds(part, kinds)
    _write_figures(part, figures)


def _check(part: PackPart, types: list, standards: list, kinds: list, figures: list, problems: list[Problem]) -> None:
    """References are answered, keys stand once, validities of one measure do not overlap."""
    problems.extend(
        row.refuse(f"clause {row.data.clause} is not known")
        for row in [*types, *standards, *kinds]
        if row.data.clause not in part.clauses
    )
    type_codes, kind_codes = {row.data.code for row in types}, {row.data.code for row in kinds}
    problems.extend(
        row.refuse(f"facility type {row.data.facility_type} is not in facility_types.csv")
        for row in standards
        if row.data.facility_type not in type_codes
    )
    known = {RegistryFigure.Source.COUNTS: kind_codes}
    for row in figures:
        codes = known.get(row.data.source, type_codes)
        problems.extend(row.refuse(f"{code} is not known") for code in row.data.detail if code not in codes)
    _once(types, lambda data: data.code, problems)
    _once(kinds, lambda data: data.code, problems)
    _once(figures, lambda data: data.indicator, problems)
    _refuse_overlaps(standards, problems)
    _refuse_unknown_indicators(part, figures, problems)


def _once(rows: list[Row], key: Callable[[Any], str], problems: list[Problem]) -> None:
    seen: set[str] = set()
    for row in rows:
        if key(row.data) in seen:
            problems.append(row.refuse(f"{key(row.data)} stands more than once"))
        seen.add(key(row.data))


def _refuse_overlaps(standards: list[Row], problems: list[Problem]) -> None:
    """Two standards of one measure at one moment would leave it open which of them holds."""
    for number, row in enumerate(standards):
        for other in standards[:number]:
            same = (row.data.facility_type, row.data.measure) == (other.data.facility_type, other.data.measure)
            if same and _overlap(row.data, other.data):
                problems.append(
                    row.refuse(f"{row.data.measure} holds at the same time as the row in line {other.line}")
                )


def _overlap(one: StandardRow, other: StandardRow) -> bool:
    starts_before = one.valid_from is None or other.valid_to is None or one.valid_from <= other.valid_to
    ends_after = one.valid_to is None or other.valid_from is None or other.valid_from <= one.valid_to
    return starts_before and ends_after


def _refuse_unknown_indicators(part: PackPart, figures: list[Row], problems: list[Problem]) -> None:
    codes = set(Indicator.objects.filter(programme=part.programme).values_list("code", flat=True))
    problems.extend(
        row.refuse(f"indicator {row.data.indicator} is not in this pack")
        for row in figures
        if row.data.indicator not in codes
    )


def _write_types(part: PackPart, rows: list[Row[TypeRow]]) -> dict[str, FacilityType]:
    wanted = {
        row.data.code: row.data.model_dump(exclude={"clause"})
        | {"programme_id": part.programme.pk, "clause_id": part.clauses[row.data.clause].pk}
        | {"subject": row.data.subject.value, "position": number}
        for number, row in enumerate(rows)
    }
    existing = FacilityType.objects.filter(programme=part.programme)
    return part.writer.upsert(FacilityType, wanted, key=lambda one: one.code, existing=existing)


def _write_standards(part: PackPart, rows: list[Row[StandardRow]], types: dict[str, FacilityType]) -> None:
    wanted = {}
    for row in rows:
        data = row.data.model_dump(exclude={"clause", "facility_type"})
        data |= {"facility_type_id": types[row.data.facility_type].pk, "clause_id": part.clauses[row.data.clause].pk}
        data |= {"measure": row.data.measure.value, "comparator": row.data.comparator.value}
        wanted[data["facility_type_id"], data["measure"], data["valid_from"]] = data
    existing = Standard.objects.filter(facility_type__programme=part.programme)
    part.writer.upsert(
        Standard, wanted, key=lambda one: (one.facility_type_id, one.measure, one.valid_from), existing=existing
    )


def _write_kinds(part: PackPart, rows: list[Row[KindRow]]) -> None:
    wanted = {
        row.data.code: row.data.model_dump(exclude={"clause"})
        | {"programme_id": part.programme.pk, "clause_id": part.clauses[row.data.clause].pk}
        | {"subject": row.data.subject.value, "position": number}
        for number, row in enumerate(rows)
    }
    existing = CountKind.objects.filter(programme=part.programme)
    part.writer.upsert(CountKind, wanted, key=lambda one: one.code, existing=existing)


def _write_figures(part: PackPart, rows: list[Row[FigureRow]]) -> None:
    indicators = dict(Indicator.objects.filter(programme=part.programme).values_list("code", "pk"))
    wanted = {
        indicators[row.data.indicator]: {
            "indicator_id": indicators[row.data.indicator],
            "source": row.data.source.value,
            "detail": list(row.data.detail),
        }
        for row in rows
    }
    existing = RegistryFigure.objects.filter(indicator__programme=part.programme)
    part.writer.upsert(RegistryFigure, wanted, key=lambda one: one.indicator_id, existing=existing)
