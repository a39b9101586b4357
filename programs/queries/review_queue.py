"""What a reviewer or approver looks at in one period: odd figures first, then changed ones, then unchanged ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from accounts.models import User
from programs.access import Access
from programs.as_of import NOW
from programs.checks import Finding, finding_from_json
from programs.models import Indicator, Period, ProgressReport, ProgressRevision, ReportState, Role, Unit
from programs.queries.dashboard import children_of, shown_roots
from programs.queries.missing import NOT_SENT, RETURNED, Missing, owed_in

HISTORY = 11  # periods before this one in a sparkline
LOOK, NORMAL, SAME, UNREVIEWED, MISSING = "look", "normal", "same", "unreviewed", "missing"
LOOKUPS = {"unit_path": "unit__path", "programme": "indicator__programme_id"}
FLAG_WORDS: dict[str, str | Promise] = {
    "drop": pgettext_lazy("odd figure", "went down"),
    "jump": pgettext_lazy("odd figure", "jumped up"),
    "fall": pgettext_lazy("odd figure", "fell sharply"),
    "maybe_ten_thousand": pgettext_lazy("odd figure", "another measure?"),
    "spike": pgettext_lazy("odd figure", "unusual change"),
    "stale": pgettext_lazy("odd figure", "long unchanged"),
}
ODD = pgettext_lazy("odd figure", "odd")


@dataclass
class QueueRow:
    """One submitted figure. ``kind``: look, normal or same; ``is_own``: submitted by the reader, who cannot decide it."""

    report: ProgressReport
    indicator: Indicator
    group: Unit
    previous: Decimal | None
    is_own: bool
    findings: list[Finding]
    reason: str = ""
    series: list[Decimal | None] = field(default_factory=list)

    @property
    def token(self) -> str:
        """Names the figure and the revision that was looked at: ``123-2``."""
        return f"{self.report.pk}-{self.report.revision}"

    @property
    def kind(self) -> str:
        if self.findings:
            return LOOK
        return SAME if self.previous is not None and self.previous == self.report.value else NORMAL

    @property
    def words(self) -> list[tuple[str | Promise, Finding]]:
        """A short word for each finding, and the finding."""
        return [(FLAG_WORDS.get(finding.code, ODD), finding) for finding in self.findings]

    @property
    def change(self) -> Decimal | None:
        return None if self.previous is None or self.report.value is None else self.report.value - self.previous

    @property
    def share(self) -> Decimal | None:
        return None if self.change is None or not self.previous else self.change / self.previous

    @property
    def percent(self) -> int | None:
        """The change in per cent of the period before, whole."""
        return None if self.share is None else round(self.share * 100)


@dataclass
class GroupLine:
    """What the units of one group sent: counts by kind, what is missing, and the tokens that can be taken in bulk."""

    unit: Unit
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    tokens: list[str] = field(default_factory=list)
    missing: int = 0

    @property
    def normal(self) -> int:
        return self.counts[NORMAL]

    @property
    def same(self) -> int:
        return self.counts[SAME]

    @property
    def look(self) -> int:
        return self.counts[LOOK]

    @property
    def cells(self) -> str:
        return " ".join(self.tokens)


class Queue:
    """Everything of one period that waits for one person. A fixed number of queries, whatever the size.

    ``rows`` wait for this person; ``unreviewed`` were not seen by a reviewer yet (an approver may take them with a
    reason). ``within`` (code of a unit right below) and ``indicator`` (code) narrow both.
    """

    def __init__(self, *, user: User, access: Access, period: Period, within: str = "", indicator: str = "") -> None:
        self.period, programme = period, period.programme
        self.root = shown_roots(access, [programme]).get(programme.pk, programme.jurisdiction)
        self.groups = list(children_of(self.root, period.ends_on))
        self.indicators = list(programme.indicators.filter(is_reported=True).select_related("clause__document"))
        self.within = next((unit for unit in self.groups if unit.code == within), None)
        self.indicator = next((one for one in self.indicators if one.code == indicator), None)
        self._by_path = {unit.path: unit for unit in [self.root, *self.groups]}
        self.rows: list[QueueRow] = []
        self.unreviewed: list[QueueRow] = []
        self._read(user, access)
        owed = owed_in(programme=programme, period=period, root=self.root, groups=self.groups, moment=NOW)
        self.missing: list[Missing] = [
            row
            for row in owed.rows
            if row.kind in (NOT_SENT, RETURNED) and (self.within is None or row.unit.pk == self.within.pk)
        ]

    def of_kind(self, kind: str) -> list[QueueRow]:
        """The rows of one tab."""
        return self.unreviewed if kind == UNREVIEWED else [row for row in self.rows if row.kind == kind]

    @property
    def counts(self) -> dict[str, int]:
        """Figures per tab."""
        found = {kind: len(self.of_kind(kind)) for kind in (LOOK, NORMAL, SAME, UNREVIEWED)}
        return found | {MISSING: sum(row.figures for row in self.missing)}

    def lines(self) -> list[GroupLine]:
        """One line per group with anything in it, in code order."""
        lines = {unit.pk: GroupLine(unit) for unit in [self.root, *self.groups]}
        for row in self.rows:
            line = lines[row.group.pk]
            line.counts[row.kind] += 1
            if row.kind != LOOK and not row.is_own:
                line.tokens.append(row.token)
        for gap in self.missing:
            lines[gap.unit.pk].missing += gap.figures
        return [line for line in lines.values() if line.counts or line.missing]

    def detail(self, rows: Sequence[QueueRow]) -> None:
        """Add the written reasons and the last twelve periods to the rows of one page. Three queries."""
        before = Period.objects.filter(programme_id=self.period.programme_id, starts_on__lt=self.period.starts_on)
        earlier = list(before.order_by("-starts_on").values_list("pk", flat=True)[:HISTORY])
        cells = ProgressReport.objects.filter(
            period_id__in=earlier,
            unit_id__in={row.report.unit_id for row in rows},
            indicator_id__in={row.indicator.pk for row in rows},
            revision__gte=1,
        )
        past = {
            (i, u, p): value for i, u, p, value in cells.values_list("indicator_id", "unit_id", "period_id", "value")
        }
        revisions = ProgressRevision.objects.filter(report_id__in=[row.report.pk for row in rows])
        reasons = {
            (report, number): reason
            for report, number, reason in revisions.values_list("report_id", "number", "reason")
        }
        for row in rows:
            row.reason = reasons.get((row.report.pk, row.report.revision), "")
            row.series = [past.get((row.indicator.pk, row.report.unit_id, period)) for period in reversed(earlier)] + [
                row.report.value
            ]

    def _read(self, user: User, access: Access) -> None:
        mine = access.within({Role.REVIEWER, Role.APPROVER}, **LOOKUPS)
        found = ProgressReport.objects.filter(
            mine, period=self.period, state__in=[ReportState.SUBMITTED, ReportState.REVIEWED]
        )
        if self.within is not None:
            found = found.filter(unit__path__startswith=self.within.path)
        if self.indicator is not None:
            found = found.filter(indicator=self.indicator)
        indicators, previous, programme = (
            {one.pk: one for one in self.indicators},
            self._previous(),
            self.period.programme,
        )
        for report in found.select_related("unit__parent", "submitted_by").order_by(
            "unit__code", "indicator__position"
        ):
            row = QueueRow(
                report, indicators[report.indicator_id], self._group(report.unit.path), previous.get((report.indicator_id, report.unit_id)),
                report.submitted_by_id == user.pk, [finding_from_json(flag) for flag in report.flags],
            )  # fmt: skip
            role = Role.REVIEWER if report.state == ReportState.SUBMITTED else Role.APPROVER
            if access.can(role, unit=report.unit, programme=programme):
                self.rows.append(row)
            elif report.state == ReportState.SUBMITTED:
                self.unreviewed.append(row)
        self.rows.sort(key=_by_oddness)

    def _previous(self) -> dict[tuple[int, int], Decimal]:
        before = (
            Period.objects.filter(programme_id=self.period.programme_id, starts_on__lt=self.period.starts_on)
            .order_by("-starts_on")
            .first()
        )
        if before is None:
            return {}
        rows = ProgressReport.objects.filter(period=before, unit__path__startswith=self.root.path, revision__gte=1)
        figures = rows.values_list("indicator_id", "unit_id", "value")
        return {(i, u): value for i, u, value in figures if value is not None}

    def _group(self, path: str) -> Unit:
        below = self.root.path + path[len(self.root.path) :].split("/")[0] + "/"
        return self._by_path.get(below, self.root)


def _by_oddness(row: QueueRow) -> tuple:
    """What wants a reason before what is only noted, larger relative changes first; figures without a mark by unit."""
    if not row.findings:
        return 2, 0, row.report.unit.code, row.indicator.position
    noted = all(finding.level == "note" for finding in row.findings)
    return int(noted), -abs(row.share or Decimal(0)), row.report.unit.code, row.indicator.position


@dataclass(frozen=True)
class Pile:
    """One period with figures of this person's units. ``first`` wait for their review, ``second`` for their approval (not
    counting their own); ``flagged`` of both are odd; ``unreviewed``: still with another reviewer."""

    period: Period
    first: int = 0
    second: int = 0
    flagged: int = 0
    unreviewed: int = 0
    approved: int = 0

    @property
    def waiting(self) -> int:
        return self.first + self.second


def open_piles(access: Access, user: User | None = None) -> list[Pile]:
    """The open periods this person reviews or approves, those with something waiting first. Two queries."""
    reviewer, approver = access.within({Role.REVIEWER}, **LOOKUPS), access.within({Role.APPROVER}, **LOOKUPS)
    own = Q(submitted_by=user) if user is not None else Q(pk__in=[])
    first, second = reviewer & Q(state=ReportState.SUBMITTED) & ~own, approver & Q(state=ReportState.REVIEWED) & ~own
    rows: Any = (  # dicts
        ProgressReport.objects.filter(reviewer | approver, period__locked_at=None).order_by().values("period_id")
        .annotate(
            first=Count("pk", filter=first), second=Count("pk", filter=second), flagged=Count("pk", filter=(first | second) & ~Q(flags=[])),
            unreviewed=Count("pk", filter=Q(state=ReportState.SUBMITTED) & ~reviewer), approved=Count("pk", filter=Q(state=ReportState.APPROVED)),
        )
    )  # fmt: skip
    counts = {row.pop("period_id"): row for row in rows}
    periods = Period.objects.filter(pk__in=counts).select_related(
        "programme__jurisdiction", "programme__basis__document"
    )
    found = [Pile(period, **counts[period.pk]) for period in periods]
    return sorted(found, key=lambda pile: (not pile.waiting, pile.period.due_on, pile.period.programme.position))


def piles(access: Access, user: User | None = None) -> list[Pile]:
    """Only the periods with something waiting, for the workbench."""
    return [pile for pile in open_piles(access, user) if pile.waiting]
