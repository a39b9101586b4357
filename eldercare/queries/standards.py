"""Which standards hold where and when, and what facilities and estates show against them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q

from eldercare.formulas import Exact, Phase, Result, compare, handover_due, phase_of, required_area, share
from eldercare.models import Estate, Facility, Institution, Standard
from programs.models import Programme

Measure = Standard.Measure
NEAR_DAYS = 15  # a hand-over due within so many days shows amber; set by the city (the document names no warning)
NEAR_SHARE = 10  # percentage points before the phase limit; set by the city


YES_NO = {Measure.MEDICAL_CARE, Measure.TAKES_DISABLED, Measure.FILED, Measure.CAMERAS, Measure.CUSTODY}


def in_force(on: date) -> Q:
    """Condition on standards in force on a day."""
    return (Q(valid_from=None) | Q(valid_from__lte=on)) & (Q(valid_to=None) | Q(valid_to__gte=on))


def standards_by_type(programmes: Iterable[Programme | int], on: date) -> dict[int, list[Standard]]:
    """Standards in force on a day, by key of their facility type. One query."""
    found: dict[int, list[Standard]] = {}
    rows = Standard.objects.filter(in_force(on), facility_type__programme__in=programmes).select_related(
        "clause__document"
    )
    for standard in rows.order_by("facility_type", "id"):
        found.setdefault(standard.facility_type_id, []).append(standard)
    return found


def standards_of(programme: Programme | int, subject: str, on: date) -> dict[str, Standard]:
    """The plan's standards of estates, institutions or the plan as a whole, in force on a day, by measure. One query."""
    rows = Standard.objects.filter(in_force(on), facility_type__programme=programme, facility_type__subject=subject)
    return {standard.measure: standard for standard in rows.select_related("clause__document").order_by("id")}


def hundredths(figure: Exact) -> Decimal:
    """At most two decimals, rounded down: a share just short of its limit never reads as met."""
    scaled = Fraction(figure) * 100
    return Decimal(scaled.numerator // scaled.denominator) / 100


@dataclass(frozen=True)
class Check:
    """One figure of a thing beside the figure its jurisdiction asks for."""

    standard: Standard
    wanted: Exact
    actual: Exact | None
    result: Result

    @property
    def is_yes_no(self) -> bool:
        """Whether the standard asks for a yes, not for a number."""
        return self.standard.measure in YES_NO

    @property
    def light(self) -> str:
        return {Result.MET: "done", Result.FAIL: "late", Result.UNKNOWN: "todo"}[self.result]

    @property
    def shown(self) -> Decimal | None:
        return None if self.actual is None else hundredths(self.actual)


def facility_figure(facility: Facility, measure: str) -> Exact | None:
    """What a facility shows for a measure; None when it is unknown, or the measure is none of a single facility."""
    if measure == Measure.NURSING_SHARE:
        return share(facility.nursing_beds, facility.beds)
    known = {
        Measure.BEDS: facility.beds,
        Measure.AREA: facility.area,
        Measure.AREA_TO: facility.area,
        Measure.EMBEDDED_BEDS: facility.embedded_beds,
        Measure.MEDICAL_CARE: None if facility.medical_care is None else int(facility.medical_care),
        Measure.TAKES_DISABLED: None if facility.takes_disabled is None else int(facility.takes_disabled),
    }
    return known.get(Measure(measure))


OF_ONE_FACILITY = {
    Measure.BEDS,
    Measure.NURSING_SHARE,
    Measure.AREA,
    Measure.AREA_TO,
    Measure.EMBEDDED_BEDS,
    Measure.MEDICAL_CARE,
    Measure.TAKES_DISABLED,
}


def facility_checks(facility: Facility, standards: Sequence[Standard]) -> list[Check]:
    """Every standard of a single facility with what it shows. No query."""
    checks = []
    for standard in standards:
        if standard.measure in OF_ONE_FACILITY:
            actual = facility_figure(facility, standard.measure)
            checks.append(Check(standard, standard.value, actual, compare(actual, standard.comparator, standard.value)))
    return checks


def institution_checks(institution: Institution, standards: Mapping[str, Standard]) -> list[Check]:
    """Every standard of a single institution with what it shows. Custody is asked only of who takes prepaid fees. No query."""
    facts = {
        Measure.FILED: int(bool(institution.filing_no)),
        Measure.CAMERAS: None if institution.cameras is None else int(institution.cameras),
        Measure.CUSTODY: None if institution.custody_account is None else int(institution.custody_account),
    }
    if institution.takes_prepaid is False:
        del facts[Measure.CUSTODY]
    return [
        Check(standard, standard.value, facts[measure], compare(facts[measure], standard.comparator, standard.value))
        for measure, standard in ((Measure(name), one) for name, one in standards.items())
        if measure in facts
    ]


def worst(checks: Iterable[Check]) -> Result | None:
    """FAIL before UNKNOWN before MET; None: the jurisdiction sets no standard for a single facility of this type."""
    found = {check.result for check in checks}
    return next((result for result in (Result.FAIL, Result.UNKNOWN, Result.MET) if result in found), None)


@dataclass(frozen=True)
class EstateState:
    """What an estate owes and where it stands on a day."""

    estate: Estate
    area: Check | None
    built_share: Fraction | None
    phase: Phase | None  # None: not phased, or no rule
    limit: Standard | None
    handover: Standard | None
    handover_due: date | None
    today: date

    @property
    def required(self) -> int | None:
        return None if self.area is None or self.area.wanted is None else int(self.area.wanted)

    @property
    def built_percent(self) -> Decimal | None:
        """The share of planned construction as shown."""
        return None if self.built_share is None else hundredths(self.built_share)

    @property
    def is_handover_late(self) -> bool:
        """Due and not done, or done after its day."""
        if self.handover_due is None:
            return False
        return (self.estate.handed_over_on or self.today) > self.handover_due

    @property
    def handover_light(self) -> str:
        if self.handover_due is None:
            return "none"
        if self.estate.handed_over_on is not None:
            return "late" if self.is_handover_late else "done"
        if self.is_handover_late:
            return "late"
        return "near" if (self.handover_due - self.today).days <= NEAR_DAYS else "ok"

    @property
    def phase_light(self) -> str:
        if self.phase is None:
            return "none"
        if self.phase == Phase.BEFORE and self.limit is not None and self.built_share is not None:
            return "near" if self.built_share >= self.limit.value - NEAR_SHARE else "ok"
        return {Phase.UNKNOWN: "todo", Phase.OVERDUE: "late", Phase.IN_TIME: "done", Phase.LATE: "late"}[self.phase]

    @property
    def area_light(self) -> str:
        return self.area.light if self.area is not None else "none"


def estate_state(estate: Estate, standards: Mapping[str, Standard], today: date) -> EstateState:
    """Area owed, phase trigger and hand-over of one estate. No query."""
    per_hundred = standards.get(Measure.NEW_AREA if estate.kind == Estate.Kind.NEW else Measure.EXISTING_AREA)
    limit, handover = standards.get(Measure.BUILT_SHARE), standards.get(Measure.HANDOVER_DAYS)
    built = share(estate.built_area, estate.planned_area)
    phase = None
    if estate.is_phased and limit is not None and estate.kind == Estate.Kind.NEW:
        phase = phase_of(
            built, limit.value, finished_on=estate.facility_finished_on, limit_reached_on=estate.limit_reached_on
        )
    due = None
    if handover is not None and estate.kind == Estate.Kind.NEW:
        due = handover_due(estate.accepted_on, int(handover.value))
    return EstateState(estate, _area_check(estate, per_hundred), built, phase, limit, handover, due, today)


def _area_check(estate: Estate, standard: Standard | None) -> Check | None:
    if standard is None:
        return None
    required = required_area(estate.households, standard.value)
    if required is None:
        return Check(standard, None, estate.facility_area, Result.UNKNOWN)  # type: ignore[arg-type]  # what it owes is unknown too
    return Check(standard, required, estate.facility_area, compare(estate.facility_area, "gte", required))
