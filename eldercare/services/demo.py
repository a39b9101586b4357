"""An invented registry for the demonstration: near what the demonstration's reports say, with a few counties that differ."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from audit.services import record
from eldercare.models import (
    CountKind,
    Drill,
    Estate,
    Facility,
    FacilityType,
    Institution,
    RegistryFigure,
    RiskDecision,
    Served,
    YearCount,
)
from programs.models import Programme, ProgressReport, Role, Unit
from programs.services.demo.series import read_yaml
from programs.services.demo.story import People

Source = RegistryFigure.Source
MOST = 120  # facilities of one type in one county
BATCH = 1000


def load_demo(*, today: date, say: Callable[[str], None]) -> None:
    """Invent facilities, institutions, estates, drills and counted cases of every elder-care plan. Does nothing the second time."""
    if Facility.objects.exists() or Institution.objects.exists():
        say("The elder-care registry is there already; nothing was changed.")
        return
    words = read_yaml("eldercare.yaml")
    for programme in Programme.objects.filter(module="eldercare").select_related("jurisdiction").order_by("position"):
        story = Registry(programme, today, words)
        story.write()
        counts = story.counts()
        record("demo.load", obj=programme, unit_path=programme.jurisdiction.path, after={"registry": counts})
        say(f"  {programme.code} registry: {counts}")


class Registry:
    """One plan's registry. The same day and the same units give the same rows."""

    def __init__(self, programme: Programme, today: date, words: dict) -> None:
        self.programme, self.words = programme, words
        self.today = min(today, programme.ends_on or today)
        self.year = self.today.year
        self.people = People(programme)
        self.types = {one.code: one for one in FacilityType.objects.filter(programme=programme)}
        self.kinds = {one.code: one for one in CountKind.objects.filter(programme=programme)}
        units = Unit.objects.filter(valid_to=None, path__startswith=programme.jurisdiction.path).order_by("code")
        self.counties = [unit for unit in units if unit.level == Unit.Level.COUNTY]
        self.below: dict[str, list[Unit]] = {county.path: [] for county in self.counties}
        for unit in units:
            county = "/" + "/".join(unit.path.strip("/").split("/")[:3]) + "/"
            if county in self.below and unit.level in (Unit.Level.TOWNSHIP, Unit.Level.VILLAGE):
                self.below[county].append(unit)
        self.reported = self._reported()
        self.facilities: list[Facility] = []
        self.institutions: list[Institution] = []
        self.estates: list[Estate] = []
        self.cases: list[YearCount] = []

    def _reported(self) -> dict[tuple[str, int], int]:
        """Newest reported figure of the year, by indicator code and county."""
        rows = ProgressReport.objects.filter(
            indicator__registry_figure__isnull=False, indicator__programme=self.programme, unit__in=self.counties,
            period__starts_on__year=self.year, value__isnull=False,
        ).order_by("period__starts_on")  # fmt: skip
        figures = rows.values_list("indicator__code", "unit_id", "value")
        return {(code, unit): int(value) for code, unit, value in figures if value is not None}

    def write(self) -> None:
        figures = list(RegistryFigure.objects.filter(indicator__programme=self.programme).select_related("indicator"))
        for county in self.counties:
            rng = random.Random(f"{self.programme.code}:{county.code}:registry")
            for figure in figures:
                if figure.source in (Source.FACILITIES, Source.TOWNSHIPS):
                    self._facilities(county, figure.detail[0], self._wanted(figure, county, rng), rng)
                elif figure.source == Source.COUNTS:
                    self._cases(county, figure.detail, self._wanted(figure, county, rng), rng)
            self._beside(county, rng)
            self._institutions(county, figures, rng)
            self._estates(county, rng)
        self._store()

    def _wanted(self, figure: RegistryFigure, county: Unit, rng: random.Random) -> int:
        """The reported figure; in one county of six the registry lags behind it."""
        told = self.reported.get((figure.indicator.code, county.pk), 0)
        return max(0, told - rng.randint(1, 3)) if rng.random() < 0.17 else told

    def _facilities(self, county: Unit, code: str, wanted: int, rng: random.Random) -> None:
        at_villages = code in ("meal-site", "village-station", "community-facility")
        kinds = [Unit.Kind.RESIDENT_COMMITTEE] if code == "community-facility" else []
        places = [
            unit for unit in self.below[county.path]
            if (unit.level == Unit.Level.VILLAGE) == at_villages and (not kinds or unit.kind in kinds)
        ] or [unit for unit in self.below[county.path] if unit.level == Unit.Level.TOWNSHIP] or [county]  # fmt: skip
        if code == "village-station":
            places = [unit for unit in places if unit.kind == Unit.Kind.VILLAGE_COMMITTEE] or places
        for unit in rng.sample(places, min(wanted, len(places), MOST)):
            self.facilities.append(self._facility(code, unit, rng))

    def _facility(self, code: str, unit: Unit, rng: random.Random, name: str = "") -> Facility:
        place = unit.name
        for ending in self.words["endings"]:
            place = place.removesuffix(ending)
        low = rng.random() < 0.12  # a few lie below their standard
        facility = Facility(
            programme=self.programme, facility_type=self.types[code], unit=unit,
            name_zh=name or self.words["facility_names"][code].format(place=place or unit.name),
            opened_on=self._day(rng, 40, 900), updated_at=timezone.now(),
        )  # fmt: skip
        if code == "county-home":
            facility.beds = 72 if low else rng.randrange(80, 200, 4)
            facility.nursing_beds = facility.beds * (52 if rng.random() < 0.2 else rng.randint(55, 75)) // 100 + (
                not low
            )
            facility.medical_care, facility.takes_disabled = True, True if rng.random() < 0.8 else None
            facility.area = Decimal(rng.randrange(2600, 6800, 50))
        elif code == "regional-centre":
            facility.area = Decimal("1860.50") if low else Decimal(rng.randrange(2000, 3600, 20))
            facility.beds = None if rng.random() < 0.1 else rng.randrange(60, 120, 2)
        elif code in ("community-facility", "canteen"):
            facility.area = Decimal(rng.randrange(120, 900, 10))
        return facility

    def _day(self, rng: random.Random, least: int, most: int) -> date:
        return self.today - timedelta(days=rng.randint(least, most))

    def _beside(self, county: Unit, rng: random.Random) -> None:
        """What no reported figure counts: the county's home, and canteens in most townships."""
        if "county-home" in self.types:
            self.facilities.append(self._facility("county-home", county, rng))
        if "canteen" in self.types:
            townships = [unit for unit in self.below[county.path] if unit.level == Unit.Level.TOWNSHIP]
            self.facilities += [self._facility("canteen", unit, rng) for unit in townships if rng.random() < 0.8]

    def _cases(self, county: Unit, codes: list[str], wanted: int, rng: random.Random) -> None:
        """Split a figure over its kinds; the last takes the rest."""
        rest = wanted
        for code in codes:
            part = rest if code == codes[-1] else rest * rng.randint(45, 75) // 100
            rest -= part
            self._case(county, code, part)

    def _case(self, county: Unit, code: str, count: int) -> None:
        reporter = self.people.of(Role.REPORTER, county)
        self.cases.append(
            YearCount(kind=self.kinds[code], unit=county, year=self.year, count=count, updated_by=reporter)
        )

    def _institutions(self, county: Unit, figures: list[RegistryFigure], rng: random.Random) -> None:
        told = {
            figure.source: self.reported[figure.indicator.code, county.pk]
            for figure in figures
            if (figure.indicator.code, county.pk) in self.reported
        }
        number = min(told.get(Source.INSTITUTIONS, rng.randint(5, 9)), 60)
        filed, filmed = told.get(Source.FILED, number), told.get(Source.CAMERAS, number - rng.randint(0, 1))
        places = [unit for unit in self.below[county.path] if unit.level == Unit.Level.TOWNSHIP] or [county]
        stems, kinds = self.words["institution_stems"], self.words["institution_kinds"]
        names = rng.sample([f"{stem}{kind}" for stem in stems for kind in kinds], number)
        for index, name in enumerate(names):
            beds = rng.randrange(30, 180, 5)
            prepaid = rng.random() < 0.4
            self.institutions.append(
                Institution(
                    programme=self.programme, unit=rng.choice(places), name_zh=name, operator=rng.choice(self.words["operators"]),
                    nature=rng.choice(Institution.Nature.values), beds=beds, nursing_beds=beds * rng.randint(30, 80) // 100,
                    filing_no=self.words["filing"].format(year=self.year, number=len(self.institutions) + 1) if index < filed else "",
                    fire_accepted=None if rng.random() < 0.1 else True, cameras=index < filmed,
                    medical=rng.choice(Institution.Medical.values), takes_prepaid=prepaid,
                    custody_account=(rng.random() < 0.85) if prepaid else None,
                    opened_on=self._day(rng, 300, 3000), updated_by=self.people.of(Role.REPORTER, county),
                )
            )  # fmt: skip

    def _estates(self, county: Unit, rng: random.Random) -> None:
        places = [unit for unit in self.below[county.path] if unit.kind in (Unit.Kind.STREET, Unit.Kind.TOWN)] or [
            county
        ]
        for index, stem in enumerate(rng.sample(self.words["estate_stems"], 4)):
            households = rng.randint(180, 2400)
            is_new = index < 3
            owed = -(-households * (30 if is_new else 20) // 100)
            estate = Estate(
                programme=self.programme, unit=rng.choice(places), name_zh=stem, kind="new" if is_new else "existing",
                households=households, facility_area=Decimal(owed + rng.randint(-4, 40)) if index != 1 else None,
                updated_by=self.people.of(Role.REPORTER, county),
            )  # fmt: skip
            if index == 0:  # accepted; handed over in time, late, or not yet
                estate.accepted_on = self._day(rng, 60, 200)
                estate.is_phased, estate.is_free, estate.is_nonprofit_use = False, True, True
                if rng.random() < 0.6:
                    estate.handed_over_on = min(
                        self.today, estate.accepted_on + timedelta(days=rng.choice([40, 75, 88, 101]))
                    )
                    estate.files_handed_over = True
            elif index == 1:  # in phases, being built
                estate.is_phased, estate.planned_area = True, Decimal(rng.randrange(60_000, 180_000, 1000))
                percent = rng.choice([18, 32, 44, 49, 57])
                estate.built_area = estate.planned_area * percent / 100
                if percent >= 50 and "estate-facility" in self.types:
                    estate.limit_reached_on = self._day(rng, 10, 60)
            self.estates.append(estate)

    def _store(self) -> None:
        stored = Facility.objects.bulk_create(self._named_once(self.facilities), batch_size=BATCH)
        Served.objects.bulk_create([Served(facility=one, unit=one.unit) for one in stored], batch_size=BATCH)
        institutions = Institution.objects.bulk_create(self._named_once(self.institutions), batch_size=BATCH)
        Estate.objects.bulk_create(self._named_once(self.estates), batch_size=BATCH)
        YearCount.objects.bulk_create(self.cases, batch_size=BATCH)
        self._drills(institutions)
        self._risks(institutions)

    @staticmethod
    def _named_once(rows: list) -> list:
        """Names are unique at a unit; a draw that repeats one is dropped."""
        found = {(row.unit_id, getattr(row, "facility_type_id", None), row.name_zh): row for row in rows}
        return list(found.values())

    def _drills(self, institutions: list[Institution]) -> None:
        """Most held what the year asks for so far; one in five misses something."""
        drills = []
        for one in institutions:
            rng = random.Random(f"{one.name_zh}:{one.unit_id}:drills")
            for kind, month in ((Drill.Kind.ON_SITE, 3), (Drill.Kind.COMPREHENSIVE, 6), (Drill.Kind.ON_SITE, 9)):
                held = date(self.year, month, rng.randint(1, 28))
                if held <= self.today and rng.random() < 0.92:
                    note = self.words["notes"][kind.value]
                    drills.append(
                        Drill(
                            institution=one,
                            kind=kind,
                            held_on=held,
                            participants=rng.randint(12, 90),
                            note=note,
                            recorded_by=one.updated_by,
                        )
                    )
        Drill.objects.bulk_create(drills, batch_size=BATCH)

    def _risks(self, institutions: list[Institution]) -> None:
        """The reviewer of the county has decided on about half of them."""
        decisions = []
        for one in institutions:
            rng = random.Random(f"{one.name_zh}:{one.unit_id}:risk")
            reviewer = self.people.of(Role.REVIEWER, one.unit)
            if reviewer is None or rng.random() < 0.5:
                continue
            one.risk_level = rng.choices(["low", "medium", "high"], [7, 2, 1])[0]
            at = timezone.make_aware(datetime.combine(self._day(rng, 5, 120), datetime.min.time())) + timedelta(
                hours=10
            )
            reason = self.words["risk_reasons"][one.risk_level]
            decisions.append(
                RiskDecision(institution=one, level=one.risk_level, reason=reason, decided_by=reviewer, decided_at=at)
            )
        RiskDecision.objects.bulk_create(decisions, batch_size=BATCH)
        Institution.objects.bulk_update(
            [one for one in institutions if one.risk_level], ["risk_level"], batch_size=BATCH
        )

    def counts(self) -> dict[str, int]:
        """How many rows were invented."""
        return {
            "facilities": len(self.facilities),
            "institutions": len(self.institutions),
            "estates": len(self.estates),
            "counts": len(self.cases),
        }
