"""Answers about model villages: what a revision keeps, what stands against a place, how a year stands against its quotas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from policies.models import DocumentIssue
from programs.models import Declaration, Programme, Project, Unit
from programs.warnings import PlaceWarning
from villages.clauses import clause
from villages.guards_honours import honoured_before
from villages.models import Candidate, Pot, Quota, Sanction
from villages.workflow import APPLICATIONS

# Columns of the year's table, and the stages that stand under each.
COLUMNS = (
    ("draft", _("In preparation"), ("draft", "returned")),
    ("applied", _("Applied"), ("recommended", "county_selected", "city_submitted")),
    ("building", _("Being built"), ("city_approved", "county_approved", "building", "failed")),
    ("prelim", _("Preliminary acceptance passed"), ("prelim_pass",)),
    ("accepted", _("Accepted"), ("city_accepted", "county_accepted")),
    ("honoured", _("Honoured"), ("honoured",)),
)
COLUMN_OF = {stage: code for code, _label, stages in COLUMNS for stage in stages}


def snapshot(project: Project) -> dict[str, Any]:
    """What a revision keeps of a candidate: hamlets, preferences and the project list as they were handed in.

    Choices are kept in the words of the paper, in Chinese: a revision stays readable when a code is given up.
    """
    candidate = Candidate.objects.filter(project=project).select_related("belt__project").first()
    if candidate is None:
        return {}
    with translation.override("zh-hans"):
        return {
            "style": candidate.get_style_display(),
            "belt": candidate.belt.project.name if candidate.belt else None,
            "hamlets": candidate.hamlets,
            "hamlets_are_all": candidate.hamlets_are_all,
            "preferences": [word for word, is_true in candidate.flags if is_true],
            "works": [
                {name: getattr(row, name) for name in WORKS} | {"sources": row.source_words}
                for row in candidate.works.all()
            ],
        }


WORKS = ("builder", "place", "content", "investment", "finish_by", "is_tendered")


def sanctions_in_force(day=None) -> QuerySet[Sanction]:
    """Consequences that hold on ``day`` (today when None)."""
    day = day or timezone.localdate()
    return Sanction.objects.filter(Q(until=None) | Q(until__gte=day), lifted_on=None, since__lte=day)


def sanctions_on(unit: Unit) -> list[Sanction]:
    """What stands against the place today, with the paper that decided it."""
    return list(sanctions_in_force().filter(unit=unit).select_related("decision", "honour__project"))


def place_warnings(units: Iterable[Unit]) -> list[PlaceWarning]:
    """For ``programs.warnings``: the consequences in force at the units, and at villages and towns right below them."""
    asked = {unit.pk: unit for unit in units}
    rows = (
        sanctions_in_force()
        .filter(Q(unit__in=asked) | Q(unit__parent__in=asked, unit__level=Unit.Level.VILLAGE))
        .select_related("unit", "decision")
    )
    found = []
    for row in rows:
        own = row.unit_id in asked
        found.append(
            PlaceWarning(
                code=f"village_{row.kind}",
                unit_id=row.unit_id if own else cast("int", row.unit.parent_id),  # else the filter found its parent
                message=_("%(place)s lost the honour of a model place (%(paper)s): %(what)s.")
                % {"place": row.unit.label, "paper": row.decision.number or "—", "what": row.get_kind_display()},
                clause=clause("recheck"),
                next_step=_("The plan names no end; the city can lift it with a reason."),
                since=row.since,
                until=row.until,
                url=reverse("declaration", args=[row.decision.declaration_id]),
                stops_projects=own and row.kind == Sanction.Kind.NO_PROJECTS,
            )
        )
    return found


def candidates(programme: Programme | None = None) -> QuerySet[Candidate]:
    """Candidates with ``stage``, ``cycle_year`` and ``declaration_id`` of their newest application."""
    newest = Declaration.objects.filter(project=OuterRef("project"), workflow__in=APPLICATIONS).order_by("-cycle__year")
    rows = Candidate.objects.annotate(
        stage=Subquery(newest.values("stage")[:1]),
        cycle_year=Subquery(newest.values("cycle__year")[:1]),
        declaration_pk=Subquery(newest.values("pk")[:1]),
    )
    return rows if programme is None else rows.filter(project__programme=programme)


@dataclass
class Line:
    """One unit's task of one kind and level, and where its places stand. ``minimum`` None: the plan names no number."""

    quota: Quota
    counts: Counter = field(default_factory=Counter)

    @property
    def minimum(self) -> int | None:
        return self.quota.minimum

    @property
    def cells(self) -> list[tuple[str | Promise, int]]:
        """Each column of the year's table with its label."""
        return [(label, self.counts[code]) for code, label, _stages in COLUMNS]

    @property
    def put_forward(self) -> int:
        """Places that count for the task: applied and not returned, withdrawn or disqualified."""
        return sum(self.counts[code] for code, _label, _stages in COLUMNS if code != "draft")

    @property
    def short(self) -> int | None:
        """How many are still missing; None when there is no number."""
        return None if self.minimum is None else max(self.minimum - self.put_forward, 0)

    @property
    def again(self) -> int:
        """Applications of places that held the honour before: part of no column and of no task."""
        return self.counts["again"]

    @property
    def done(self) -> int:
        return self.counts["accepted"] + self.counts["honoured"]


@dataclass(frozen=True)
class Cost:
    """What the settled minimum costs a year against the pool, and what the document leaves open. Yuan."""

    minimum: Decimal
    with_zones: Decimal
    villages: int
    towns: int
    pot: Pot | None
    issue: DocumentIssue | None


@dataclass(frozen=True)
class Year:
    """One year of one programme: lines of settled units by (kind, level), and those the document leaves open."""

    lines: dict[tuple[str, str], list[Line]]
    open_ones: list[Line]
    totals: dict[tuple[str, str], Line]


def year_of(programme: Programme, year: int, *, path: str = "") -> Year:
    """How ``year`` stands, below ``path``. Three queries. A unit that is not settled is never added to a total."""
    quotas = list(
        Quota.objects.filter(programme=programme, unit__path__startswith=path or programme.jurisdiction.path)
        .exclude(kind=Quota.Kind.BELT)
        .select_related("unit", "clause__document")
        .order_by("kind", "-level", "unit__code")
    )
    by_place = {(row.unit.path, row.kind, row.level): Line(row) for row in quotas}
    rows = Declaration.objects.filter(
        project__programme=programme, cycle__year=year, workflow__in=APPLICATIONS, project__unit__path__startswith=path
    ).values_list("project__unit__path", "project__kind", "project__decider_level", "stage", honoured_before())
    for place, kind, level, stage, was_honoured in rows:
        line = by_place.get(("/".join(place.split("/")[:4]) + "/", kind, level))
        if line is not None:
            line.counts["again" if was_honoured else COLUMN_OF.get(stage, stage)] += 1
    lines: dict[tuple[str, str], list[Line]] = {}
    for line in by_place.values():
        if line.quota.is_settled:
            lines.setdefault((line.quota.kind, line.quota.level), []).append(line)
    open_ones = [line for line in by_place.values() if not line.quota.is_settled]
    return Year(lines, open_ones, {key: _total(group) for key, group in lines.items()})


def _total(group: list[Line]) -> Line:
    first = group[0].quota
    known = [line.minimum for line in group if line.minimum is not None]
    counts: Counter = Counter()
    for line in group:
        counts += line.counts
    return Line(Quota(kind=first.kind, level=first.level, minimum=sum(known) if known else None), counts)


def yearly_cost(programme: Programme) -> Cost:
    """The awards that the settled city-level minimum costs a year, against the pool. Three queries."""
    quotas = Quota.objects.filter(programme=programme, level="city", award__isnull=False).select_related("unit")
    rows = [(row, row.award) for row in quotas if row.award is not None]
    settled = [(row, row.minimum, award) for row, award in rows if row.is_settled and row.minimum is not None]
    of_district = {row.kind: n for row, n, _award in settled if row.unit.quota_class == Unit.QuotaClass.DISTRICT}
    minimum = sum((n * award for _row, n, award in settled), Decimal(0))
    extra = sum((of_district.get(row.kind, 0) * award for row, award in rows if not row.is_settled), Decimal(0))
    return Cost(
        minimum=minimum,
        with_zones=minimum + extra,
        villages=sum(n for row, n, _award in settled if row.kind == Quota.Kind.VILLAGE),
        towns=sum(n for row, n, _award in settled if row.kind == Quota.Kind.TOWN),
        pot=Pot.objects.filter(programme=programme, is_for_awards=True).select_related("clause__document").first(),
        issue=DocumentIssue.objects.filter(code="DI07").first(),
    )


def rechecks_of(programme: Programme, year: int) -> Counter:
    """Rechecks of ``year`` by stage."""
    rows = Declaration.objects.filter(
        project__programme=programme, cycle__year=year, workflow__startswith="villages-recheck"
    ).values_list("stage", flat=True)
    return Counter(rows)


def with_places(rows: QuerySet[Candidate]) -> QuerySet[Candidate]:
    """Candidates with what a table shows of them, in one query."""
    return rows.select_related("project__unit__parent__parent", "project__programme", "belt__project").annotate(
        unit_code=F("project__unit__code")
    )


# Places of which a county has said the last word: accepted, or honoured already.
DECIDED_BY_COUNTY = Q(workflow="villages-county", stage__in=("county_accepted", "honoured"))


@dataclass(frozen=True)
class Counties:
    """Units at county level of one jurisdiction, by path."""

    by_path: dict[str, Unit]
    home: Unit

    def of(self, unit: Unit) -> Unit:
        """The county that ``unit`` lies in; the jurisdiction itself for what lies in none."""
        steps = unit.path.strip("/").split("/")
        ways = ("/" + "/".join(steps[:depth]) + "/" for depth in range(len(steps), 0, -1))
        return next((self.by_path[way] for way in ways if way in self.by_path), self.home)


def counties_of(programme: Programme) -> Counties:
    """One query."""
    home = programme.jurisdiction
    rows = Unit.objects.filter(path__startswith=home.path, level=Unit.Level.COUNTY).order_by("code")
    return Counties({one.path: one for one in rows}, home)
