"""The columns of every file of a data pack. docs/packs.md explains them for somebody writing a pack."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from policies.models import Document
from programs.models import Indicator, Organization, Programme, Target, Unit


def _flag(value: object) -> object:
    if value in ("yes", "no"):
        return value == "yes"
    if isinstance(value, bool):
        return value
    raise ValueError("write yes or no")


def _list(value: object) -> object:
    return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value


def _day(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValueError("a date is written 2023-12-31") from error
    return value


Flag = Annotated[bool, BeforeValidator(_flag)]
Many = Annotated[tuple[str, ...], BeforeValidator(_list)]
Day = Annotated[date | None, BeforeValidator(_day)]
Code12 = Annotated[str, Field(pattern=r"^\d{12}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Number = Annotated[Decimal, Field(max_digits=20, decimal_places=4)]
Year = Annotated[int, Field(ge=2000, le=2100)]
Text8 = Annotated[str, Field(max_length=8)]
Text20 = Annotated[str, Field(max_length=20)]
Text24 = Annotated[str, Field(max_length=24)]
Text30 = Annotated[str, Field(max_length=30)]
Text60 = Annotated[str, Field(max_length=60)]
Text80 = Annotated[str, Field(max_length=80)]
Text120 = Annotated[str, Field(max_length=120)]
Text160 = Annotated[str, Field(max_length=160)]
Text200 = Annotated[str, Field(max_length=200)]
Text300 = Annotated[str, Field(max_length=300)]
Text400 = Annotated[str, Field(max_length=400)]
Text500 = Annotated[str, Field(max_length=500)]


class PackRow(BaseModel):
    """A row of a file: unknown columns are refused, rows are compared by value."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DocumentRow(PackRow):
    code: Slug
    source_no: Text8 = ""
    title_zh: Text200
    title_en: Text300
    number: Text60 = ""
    issuer: Text120 = ""
    jurisdiction_code: Code12
    signed_on: Day = None
    posted_on: Day = None
    effective_on: Day = None
    authority: Document.Authority
    provenance_zh: str
    provenance_en: str


class ClauseRow(PackRow):
    document: Slug
    position: int
    path: Text80
    title_zh: Text120
    title_en: Text200
    summary_zh: str
    summary_en: str


class IssueRow(PackRow):
    """A known defect of a document, in both languages; ``clauses``: paths, separated by semicolons."""

    code: Annotated[str, Field(pattern=r"^DI\d{2,}$")]
    document: Slug
    place: Text200
    kind: Text24
    clauses: Many = ()
    issue_zh: str
    issue_en: str
    handling_zh: str
    handling_en: str


class OrganizationRow(PackRow):
    code: Slug
    name: Text80
    name_en: Text160
    kind: Organization.Kind
    unit: Code12
    valid_from: Day = None
    valid_to: Day = None
    successor: Slug | None = None
    note_zh: Text300 = ""
    note_en: Text400 = ""


class ProgrammeRow(PackRow):
    code: Slug
    module: Slug
    name_zh: Text120
    name_en: Text200
    short_zh: Text30
    short_en: Text60
    jurisdiction: Code12
    document: Slug
    basis: str
    lead: Slug
    reporting_level: Unit.Level
    cadence: Programme.Cadence
    due_workdays: Annotated[int, Field(ge=1, le=60)]
    lock_days: Annotated[int, Field(ge=1, le=366)]
    starts_on: Day
    ends_on: Day = None
    position: int = 0


class IndicatorRow(PackRow):
    code: Slug
    source_key: Text20 = ""
    name_zh: Text120
    name_en: Text200
    short_zh: Text30
    short_en: Text60
    unit_zh: Text20
    unit_en: Text30
    decimals: Annotated[int, Field(ge=0, le=4)]
    in_ten_thousands: Flag = False
    counting: Indicator.Counting
    direction: Indicator.Direction = Indicator.Direction.HIGHER
    binding: Indicator.Binding = Indicator.Binding.NOT_STATED
    numerator: Slug | None = None
    denominator: Slug | None = None
    factor: Number = Decimal(1)
    formula: Annotated[str, Field(max_length=500)] = ""
    maximum: Indicator.Maximum = Indicator.Maximum.NONE
    maximum_value: Number | None = None
    maximum_indicator: Slug | None = None
    jump_factor: Annotated[Decimal, Field(gt=1, max_digits=8, decimal_places=2)] = Decimal(3)
    reported: Flag
    headline: Flag = False
    weight: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(0)
    baseline: Number | None = None
    baseline_on: Day = None
    clause: str
    definition_zh: str
    definition_en: str

    @model_validator(mode="after")
    def _parts_fit(self) -> IndicatorRow:
        ratio = self.counting == Indicator.Counting.RATIO
        if ratio != bool(self.numerator and self.denominator):
            raise ValueError("a ratio, and only a ratio, names numerator and denominator")
        if (self.counting == Indicator.Counting.FORMULA) != bool(self.formula):
            raise ValueError("counting = formula goes with a formula")
        if (self.counting in (Indicator.Counting.RATIO, Indicator.Counting.FORMULA)) == self.reported:
            raise ValueError("ratios and formulas are worked out, never reported; everything else is reported")
        if (self.maximum == Indicator.Maximum.NUMBER) != (self.maximum_value is not None):
            raise ValueError("maximum_value goes with maximum = number")
        if (self.maximum == Indicator.Maximum.INDICATOR) != (self.maximum_indicator is not None):
            raise ValueError("maximum_indicator goes with maximum = indicator")
        return self


class TargetRow(PackRow):
    """What one unit was assigned. ``unit``: a code, or ``@townships-with-villages:<code>`` for each of them."""

    indicator: Slug
    unit: Annotated[str, Field(pattern=r"^(\d{12}|@townships-with-villages:\d{12})$")]
    period_kind: Target.PeriodKind
    year: Year | None = None
    due_on: Day = None
    state: Target.State = Target.State.NUMBER
    comparator: Target.Comparator = Target.Comparator.GTE
    value: Number | None = None
    value_to: Number | None = None
    text_zh: Text300 = ""
    text_en: Text400 = ""
    series_code: Text60 = ""
    hardness: Target.Hardness = Target.Hardness.FIRM
    level: Target.Level = Target.Level.WHOLE
    clause: str
    issues: Many = ()
    inferred: Flag = False
    note_zh: Text400 = ""
    note_en: Text500 = ""

    @model_validator(mode="after")
    def _value_fits(self) -> TargetRow:
        numberless = {Target.Comparator.GTE_SERIES, Target.Comparator.TEXT}
        if self.state != Target.State.NUMBER and self.value is not None:
            raise ValueError(f"state {self.state.value} has no value: empty is not 0")
        if self.state == Target.State.NUMBER and self.value is None and self.comparator not in numberless:
            raise ValueError("value is empty: write a number, or state = not_assigned, not_applicable or lost")
        if self.comparator == Target.Comparator.RANGE and (
            self.value_to is None or self.value is None or self.value_to < self.value
        ):
            raise ValueError("a range has value and value_to, the smaller first")
        if self.comparator == Target.Comparator.TEXT and not (self.text_zh and self.text_en):
            raise ValueError("a target in words has text_zh and text_en")
        if self.comparator in (Target.Comparator.GTE_SERIES, Target.Comparator.GTE_RATIO) and not self.series_code:
            raise ValueError(f"{self.comparator.value} names a series_code")
        return self


class DutyRow(PackRow):
    """Every unit of the row owes every indicator of the row."""

    indicators: Many
    units: Many


class TaskRow(PackRow):
    """``metrics``, ``comparators``, ``values`` and ``measure_units`` run in parallel, separated by semicolons."""

    number: Annotated[int, Field(ge=1)]
    section_no: Text20
    section_zh: Text60
    section_en: Text120
    summary_zh: str
    summary_en: str
    lead: Slug
    responsible: Many
    counties_implicitly_responsible: Flag
    metrics: Many = ()
    comparators: Many = ()
    values: Many = ()
    measure_units: Many = ()
    year: Year | None = None
    clause: str
    note_zh: str = ""
    note_en: str = ""

    @model_validator(mode="after")
    def _parallel(self) -> TaskRow:
        if len({len(self.metrics), len(self.comparators), len(self.values), len(self.measure_units)}) != 1:
            raise ValueError("metrics, comparators, values and measure_units have different lengths")
        if self.lead not in self.responsible:
            raise ValueError("the lead is one of the responsible bodies")
        return self

    @property
    def measures(self) -> list[dict[str, str]]:
        parts = zip(self.metrics, self.comparators, self.values, self.measure_units, strict=True)
        return [{"metric": m, "comparator": c, "target": v, "unit": u} for m, c, v, u in parts]


class SeriesRow(PackRow):
    """One year of a reference series; an empty value is unknown, never guessed."""

    code: Slug
    name_zh: Text120
    name_en: Text200
    unit: Code12
    group: Text20 = ""
    year: Year
    value: Number | None = None
    source: Text200
