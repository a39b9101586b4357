"""How many townships, communities and villages are served, counted over the units in force; and what the plan's quotas can reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Q
from django.utils.functional import Promise

from accounts.models import User
from eldercare.formulas import Exact, Result, compare, share
from eldercare.models import FacilityType, Served, Standard
from programs.models import Indicator, Programme, Target, Unit

COUNTY_DEPTH, TOWNSHIP_DEPTH = 3, 4  # province, city, county, township
TOWNSHIPS = Q(level=Unit.Level.TOWNSHIP)
COMMUNITIES = Q(kind=Unit.Kind.RESIDENT_COMMITTEE)
VILLAGES = Q(kind=Unit.Kind.VILLAGE_COMMITTEE)
# What a coverage standard is counted over.
OVER = {
    Standard.Measure.TOWNSHIP_SHARE: TOWNSHIPS,
    Standard.Measure.COMMUNITY_SHARE: COMMUNITIES,
    Standard.Measure.VILLAGE_SHARE: VILLAGES,
    Standard.Measure.PER_TOWNSHIP: TOWNSHIPS,
    Standard.Measure.PER_STREET: Q(level=Unit.Level.TOWNSHIP, kind=Unit.Kind.STREET),
}
# Types the issue names that are shown per township (and village) also where the plan sets no coverage for them: as
# numerator and denominator, without judgement.
ALSO_SHOWN = (
    ("meal-site", Standard.Measure.TOWNSHIP_SHARE),
    ("village-station", Standard.Measure.TOWNSHIP_SHARE),
    ("village-station", Standard.Measure.VILLAGE_SHARE),
    ("regional-centre", Standard.Measure.TOWNSHIP_SHARE),
)
# Quotas of honours a year, the share they should lead to, and over which units: DI14 shows that they cannot.
QUOTAS = (
    ("eldercare-awarded-townships", "eldercare-model-township-share", TOWNSHIPS),
    ("eldercare-awarded-villages", "eldercare-model-village-share", COMMUNITIES | VILLAGES),
)


@dataclass(frozen=True)
class Cover:
    """Units served and units there are; ``percent`` is None where there are none."""

    served: int
    there: int
    standard: Standard | None = None  # judged by it; None: nobody set one, or the person sees a part only

    @property
    def result(self) -> Result | None:
        """Whether the standard is met; None where it is not judged. "At least one in each" wants all of them."""
        if self.standard is None:
            return None
        is_share = self.standard.measure.endswith("_share")
        return compare(self.percent, "gte", self.standard.value if is_share else 100)

    @property
    def percent(self) -> Fraction | None:
        return share(self.served, self.there)

    @property
    def ratio(self) -> float | None:
        """As the page's filter for shares wants it."""
        return self.served / self.there if self.there else None


@dataclass(frozen=True)
class Column:
    """One type of facility counted over one kind of unit, with the standard if the plan sets one."""

    type: FacilityType
    measure: str
    standard: Standard | None = None

    @property
    def words(self) -> str | Promise:
        return Standard.Measure(self.measure).label


@dataclass(frozen=True)
class CoverageRow:
    """One county (or, last, all that are shown) across the columns."""

    unit: Unit | None
    cells: list[Cover]


def coverage(user: User, programme: Programme, standards: Iterable[Standard]) -> tuple[list[Column], list[CoverageRow]]:
    """Counties the person sees, and a row of all when there are several. Four queries and two for each column."""
    columns = columns_of(programme, standards)
    below = Unit.objects.visible_to(user).filter(valid_to=None, path__startswith=programme.jurisdiction.path)
    counties = list(below.filter(level=Unit.Level.COUNTY).order_by("code"))
    there: list[dict[str, int]] = []
    served: list[dict[str, int]] = []
    for column in columns:
        over = below.filter(OVER[Standard.Measure(column.measure)])
        units = set(over.values_list("path", flat=True))
        there.append(_by_county(units))
        rows = Served.objects.filter(
            facility__facility_type=column.type, facility__opened_on__isnull=False, facility__closed_on=None
        ).order_by()
        if column.standard is None and column.measure == Standard.Measure.TOWNSHIP_SHARE:
            # one in a village of the township is one in the township
            paths = {_up_to(path, TOWNSHIP_DEPTH) for path in rows.values_list("unit__path", flat=True)} & units
        else:
            paths = set(rows.filter(unit__in=over).values_list("unit__path", flat=True))
        served.append(_by_county(paths))
    found = [
        CoverageRow(
            county,
            [
                Cover(served[n].get(county.path, 0), there[n].get(county.path, 0), column.standard)
                for n, column in enumerate(columns)
            ],
        )
        for county in counties
    ]
    if len(found) > 1:
        sees_all = Unit.objects.visible_to(user).filter(pk=programme.jurisdiction_id).exists()
        together = [
            Cover(sum(served[n].values()), sum(there[n].values()), column.standard if sees_all else None)
            for n, column in enumerate(columns)
        ]
        found.append(CoverageRow(None, together))
    return columns, found


def columns_of(programme: Programme, standards: Iterable[Standard]) -> list[Column]:
    """What the plan sets a coverage for, and beside it what is shown without one. One query."""
    found = [Column(one.facility_type, one.measure, one) for one in standards if one.measure in OVER]
    types = {one.code: one for one in FacilityType.objects.filter(programme=programme)}
    judged = {(column.type.code, column.measure) for column in found}
    found += [
        Column(types[code], measure) for code, measure in ALSO_SHOWN if code in types and (code, measure) not in judged
    ]
    return sorted(found, key=lambda column: column.type.position)


def _up_to(path: str, depth: int) -> str:
    return "/" + "/".join(path.strip("/").split("/")[:depth]) + "/"


def _by_county(paths: Iterable[str]) -> dict[str, int]:
    """How many paths lie in each county, by the county's path."""
    counts: dict[str, int] = {}
    for path in paths:
        county = _up_to(path, COUNTY_DEPTH)
        counts[county] = counts.get(county, 0) + 1
    return counts


@dataclass(frozen=True)
class QuotaCheck:
    """What a yearly quota adds up to by the last year, beside what the share asks for. Shown, never computed away."""

    quota: Target
    goal: Target
    years: int
    most: int
    there: int

    @property
    def wanted(self) -> Exact:
        """Units the share stands for, rounded up."""
        return -(-int(self.there) * int(self.goal.value or 0) // 100)

    @property
    def is_enough(self) -> bool:
        return self.most >= self.wanted

    @property
    def ratio(self) -> float | None:
        return self.most / self.there if self.there else None


def quota_checks(programme: Programme) -> list[QuotaCheck]:
    """The plan's honours: quota a year, years, and the units of the whole jurisdiction. Two queries and one for each quota."""
    codes = {code for quota, goal, _over in QUOTAS for code in (quota, goal)}
    targets = {
        target.indicator.code: target
        for target in Target.objects.filter(
            indicator__in=Indicator.objects.filter(programme=programme, code__in=codes), unit=programme.jurisdiction,
            replaced_at=None,
        ).select_related("indicator", "clause__document").prefetch_related("issues").order_by("due_on")
    }  # fmt: skip
    found = []
    for quota_code, goal_code, over in QUOTAS:
        quota, goal = targets.get(quota_code), targets.get(goal_code)
        if quota is None or goal is None or goal.due_on is None:
            continue
        years = goal.due_on.year - programme.starts_on.year + 1
        most = int(quota.value_to or quota.value or 0) * years
        there = Unit.objects.filter(over, valid_to=None, path__startswith=programme.jurisdiction.path).count()
        found.append(QuotaCheck(quota, goal, years, most, there))
    return found
