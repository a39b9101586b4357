"""What the registry counts, beside what was reported. A hint for whoever enters or reviews; it overwrites nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from accounts.models import User
from eldercare.models import Facility, Institution, RegistryFigure, Served, YearCount
from programs.models import Period, Programme, ProgressReport, Unit

Source = RegistryFigure.Source


@dataclass(frozen=True)
class Hint:
    """One indicator at one county: reported (the newest revision, whatever its state) and counted."""

    figure: RegistryFigure
    reported: Decimal | None
    counted: int

    @property
    def differs(self) -> bool:
        return self.reported is not None and self.reported != self.counted


@dataclass(frozen=True)
class HintRow:
    """One county across the indicators."""

    unit: Unit
    cells: list[Hint]


def hints(
    user: User, programme: Programme, period: Period | None, year: int
) -> tuple[list[RegistryFigure], list[HintRow]]:
    """Counties the person sees. Three queries and one for each indicator."""
    figures = list(
        RegistryFigure.objects.filter(indicator__programme=programme)
        .select_related("indicator")
        .order_by("indicator__position")
    )
    counties = list(
        Unit.objects.visible_to(user)
        .filter(valid_to=None, level=Unit.Level.COUNTY, path__startswith=programme.jurisdiction.path)
        .order_by("code")
    )
    reported = {
        (report.unit_id, report.indicator_id): report.value
        for report in ProgressReport.objects.visible_to(user).filter(
            indicator__in=[one.indicator_id for one in figures], unit__in=counties, period=period
        )
    }
    counted = {figure.pk: count(figure, counties, year) for figure in figures}
    rows = [
        HintRow(
            county,
            [
                Hint(one, reported.get((county.pk, one.indicator_id)), counted[one.pk].get(county.path, 0))
                for one in figures
            ],
        )
        for county in counties
    ]
    return figures, rows


def count(figure: RegistryFigure, counties: Iterable[Unit], year: int) -> dict[str, int]:
    """What the registry counts for an indicator, by the county's path. One query."""
    totals: dict[str, int] = {}
    paths = [county.path for county in counties]
    for path, number in _by_unit(figure, year):
        for county in paths:
            if path.startswith(county):
                totals[county] = totals.get(county, 0) + number
    return totals


def _by_unit(figure: RegistryFigure, year: int) -> Iterable[tuple[str, int]]:
    """(path, number) of every unit that has something to count."""
    programme = figure.indicator.programme_id
    if figure.source == Source.COUNTS:
        cases = YearCount.objects.filter(kind__programme=programme, kind__code__in=figure.detail, year=year)
        return cases.values_list("unit__path").annotate(n=Sum("count")).order_by()
    if figure.source == Source.FACILITIES:
        facilities = Facility.objects.filter(
            programme=programme, facility_type__code__in=figure.detail, opened_on__isnull=False, closed_on=None
        )
        return facilities.values_list("unit__path").annotate(n=Count("pk")).order_by()
    if figure.source == Source.TOWNSHIPS:
        served = Served.objects.filter(
            facility__programme=programme, facility__facility_type__code__in=figure.detail,
            facility__opened_on__isnull=False, facility__closed_on=None, unit__level=Unit.Level.TOWNSHIP,
        )  # fmt: skip
        return served.values_list("unit__path").annotate(n=Count("unit", distinct=True)).order_by()
    wanted = {Source.INSTITUTIONS: Q(), Source.FILED: ~Q(filing_no=""), Source.CAMERAS: Q(cameras=True)}
    institutions = Institution.objects.filter(wanted[Source(figure.source)], programme=programme, closed_on=None)
    return institutions.values_list("unit__path").annotate(n=Count("pk")).order_by()
