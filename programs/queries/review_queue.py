# LEAD: read /work/main/COORDINATION.md before editing this file (two engineers are here).
"""What waits for a reviewer or approver in one period: sorted into to look at, normal change, same, not reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from programs.access import Access
from programs.checks import Finding, finding_from_json
from programs.models import Period, ProgressReport, ProgressRevision, ReportState, Role, Unit
from programs.queries.duties import duties_in

LOOKUPS = {"unit_path": "unit__path", "programme": "indicator__programme_id"}
BACK = 11  # earlier periods beside this one in the sparkline


@dataclass
class Item:
    """One figure that waits. ``unreviewed``: an approver's turn comes only with a written reason; ``own``: submitted by the reader."""

    report: ProgressReport
    previous: Decimal | None
    unreviewed: bool
    own: bool
    series: list[Decimal | None] = field(default_factory=list)

    @property
    def token(self) -> str:
        """What a decision sends back: which report, and the revision that was looked at."""
        return f"{self.report.pk}:{self.report.revision}"

    @property
    def change(self) -> Decimal | None:
        return None if self.previous is None else self.report.value - self.previous

    @property
    def share(self) -> Decimal | None:
        return self.change / self.previous if self.change is not None and self.previous else None

    @cached_property
    def findings(self) -> list[Finding]:
        return [finding_from_json(flag) for flag in self.report.flags]

    @property
    def kind(self) -> str:
        if self.report.flags or self.unreviewed:
            return "look"
        return "same" if self.previous is not None and self.change == 0 else "normal"


@dataclass(frozen=True)
class Group:
    """Figures of one county in one tab, approved together. ``tokens`` name each with the revision that was looked at."""

    unit: Unit
    items: list[Item]

    @property
    def tokens(self) -> str:
        return ",".join(item.token for item in self.items if not item.own)

    @property
    def count(self) -> int:
        return sum(not item.own for item in self.items)


@dataclass(frozen=True)
class Queue:
    """Everything that waits for one person in one period."""

    period: Period
    items: list[Item]
    missing: list[tuple[Unit, int, int]]  # unit, figures not reported, of them returned

    def of(self, kind: str) -> list[Item]:
        return [item for item in self.items if item.kind == kind]

    def groups(self, kind: str) -> list[Group]:
        by_parent: dict[int, list[Item]] = defaultdict(list)
        parents: dict[int, Unit] = {}
        for item in self.of(kind):
            parent = item.report.unit.parent or item.report.unit
            parents[parent.pk] = parent
            by_parent[parent.pk].append(item)
        return sorted((Group(parents[pk], items) for pk, items in by_parent.items()), key=lambda group: group.unit.code)


def waiting(access: Access) -> QuerySet[ProgressReport]:
    """Reports that wait for this person: submitted ones for a reviewer, submitted and reviewed ones for an approver."""
    reviewer = access.within([Role.REVIEWER], **LOOKUPS)
    approver = access.within([Role.APPROVER], **LOOKUPS)
    return ProgressReport.objects.filter(Q(reviewer, state=ReportState.SUBMITTED) | Q(approver, state__in=[ReportState.SUBMITTED, ReportState.REVIEWED]))


@dataclass(frozen=True)
class Pile:
    """What waits in one period, for the list of queues."""

    period: Period
    first: int  # waits for review
    second: int  # reviewed, waits for approval
    flagged: int


def piles(access: Access) -> list[Pile]:
    """One pile per period with something waiting, the next due first; two queries."""
    rows = waiting(access).order_by().values("period_id").annotate(
        first=Count("pk", filter=Q(state=ReportState.SUBMITTED)), second=Count("pk", filter=Q(state=ReportState.REVIEWED)), flagged=Count("pk", filter=~Q(flags=[])),
    )  # fmt: skip
    counts = {row["period_id"]: row for row in rows}
    periods = Period.objects.filter(pk__in=counts).select_related("programme__basis__document").order_by("due_on", "programme__position")
    return [Pile(p, counts[p.pk]["first"], counts[p.pk]["second"], counts[p.pk]["flagged"]) for p in periods]


def read_queue(access: Access, user_id: int, period: Period) -> Queue:
    """The queue of one period; five queries, sparklines apart."""
    newest = ProgressRevision.objects.filter(report=OuterRef("pk"), number=OuterRef("revision"))
    reports = (
        waiting(access).filter(period=period).annotate(said=Subquery(newest.values("reason")[:1]))
        .select_related("indicator__clause", "indicator__programme", "unit__parent", "submitted_by").order_by("unit__code", "indicator__position")
    )  # fmt: skip
    before = Period.objects.filter(programme_id=period.programme_id, starts_on__lt=period.starts_on).order_by("-starts_on").first()
    previous = {}
    if before is not None:
        previous = {(i, u): v for i, u, v in ProgressReport.objects.filter(period=before, revision__gte=1).values_list("indicator_id", "unit_id", "value")}
    items = [
        Item(
            report, previous.get((report.indicator_id, report.unit_id)),
            report.state == ReportState.SUBMITTED and not access.can(Role.REVIEWER, unit=report.unit, programme=report.indicator.programme),
            report.submitted_by_id == user_id,
        )
        for report in reports
    ]  # fmt: skip
    return Queue(period, items, missing_in(access, period))


def add_series(items: Sequence[Item], period: Period) -> None:
    """Give each item its last twelve figures, None where none is known; two queries."""
    earlier = list(Period.objects.filter(programme_id=period.programme_id, starts_on__lt=period.starts_on).order_by("-starts_on").values_list("pk", flat=True)[:BACK])[::-1]
    rows = ProgressReport.objects.filter(
        period_id__in=earlier, revision__gte=1, unit_id__in={i.report.unit_id for i in items}, indicator_id__in={i.report.indicator_id for i in items}
    ).values_list("indicator_id", "unit_id", "period_id", "value")
    values = {(i, u, p): v for i, u, p, v in rows}
    for item in items:
        key = (item.report.indicator_id, item.report.unit_id)
        item.series = [*(values.get((*key, p)) for p in earlier), item.report.value]


def missing_in(access: Access, period: Period) -> list[tuple[Unit, int, int]]:
    mine = access.within([Role.REVIEWER, Role.APPROVER], **LOOKUPS)
    report = ProgressReport.objects.filter(period=period, unit=OuterRef("unit"), indicator=OuterRef("indicator"))
    rows = (
        duties_in(period).filter(mine).annotate(state=Subquery(report.values("state")[:1]))
        .filter(Q(state=None) | Q(state__in=[ReportState.DRAFT, ReportState.RETURNED])).order_by().values(unit_key=F("unit_id"))
        .annotate(n=Count("pk"), back=Count("pk", filter=Q(state=ReportState.RETURNED)))
    )  # fmt: skip
    counts = {row["unit_key"]: row for row in rows}
    units = Unit.objects.filter(pk__in=counts).select_related("parent").order_by("code")
    return [(unit, counts[unit.pk]["n"], counts[unit.pk]["back"]) for unit in units]
