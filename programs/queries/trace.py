"""The way back from a figure: its sum, every report in it, its people, its clause and its audit entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Prefetch

from audit.canonical import mac_of
from audit.models import AuditEntry, AuditSeal
from programs.as_of import Moment
from programs.models import (
    ApprovedFigure,
    Bulletin,
    CorrectionRequest,
    Indicator,
    Period,
    Programme,
    ProgressDecision,
    ProgressReport,
    ProgressRevision,
    Unit,
)
from programs.queries.duties import duties_in
from programs.queries.figures import Figure, Figures


@dataclass
class Contribution:
    """One report in the sum: what was known then, and today. None: nothing approved."""

    unit: Unit
    then: Decimal | None = None
    now: Decimal | None = None
    then_number: int | None = None
    now_number: int | None = None
    revision_id: int | None = None  # of the figure shown: then, else today
    revision: ProgressRevision | None = None
    owed: bool = True

    @property
    def difference(self) -> Decimal | None:
        return None if self.then is None and self.now is None else (self.now or Decimal(0)) - (self.then or Decimal(0))

    @property
    def report_id(self) -> int | None:
        return self.revision.report_id if self.revision else None

    def by(self, verb: str) -> ProgressDecision | None:
        """The newest decision of that kind on the revision shown."""
        if self.revision is None:
            return None
        return next((step for step in reversed(list(self.revision.decisions.all())) if step.verb == verb), None)

    @property
    def reviewed(self) -> ProgressDecision | None:
        return self.by(ProgressDecision.Verb.REVIEW)

    @property
    def approved(self) -> ProgressDecision | None:
        return self.by(ProgressDecision.Verb.APPROVE)


@dataclass(frozen=True)
class Sum:
    """``then``: as known at the moment; ``now``: from the summaries; ``recomputed``: today's figure added up again."""

    then: Figure
    now: Figure
    recomputed: Figure

    @property
    def agrees(self) -> bool:
        return (self.now.value, self.now.reports) == (self.recomputed.value, self.recomputed.reports)

    @property
    def difference(self) -> Decimal | None:
        return None if self.then.value is None or self.now.value is None else self.now.value - self.then.value


def sum_of(*, indicator: Indicator, period: Period, unit: Unit, moment: Moment, now: datetime) -> Sum:
    """The figure then, today, and today's added up again from the approved figures. Three queries (two without a moment)."""
    current = _one(indicator, period, unit, None)
    recomputed = _one(indicator, period, unit, now)
    return Sum(
        then=_one(indicator, period, unit, moment.at) if moment.at else current, now=current, recomputed=recomputed
    )


def _one(indicator: Indicator, period: Period, unit: Unit, as_of: datetime | None) -> Figure:
    return Figures([indicator], [period.pk], [unit.pk], as_of=as_of).get(indicator.pk, period.pk, unit.pk)


def contributions(*, indicator: Indicator, period: Period, unit: Unit, moment: Moment) -> list[Contribution]:
    """Every report at or below ``unit``, and every one that is owed but missing, in code order. Two queries."""
    rows: dict[int, Contribution] = {}
    figures = (
        ApprovedFigure.objects.filter(indicator=indicator, period=period, unit__path__startswith=unit.path)
        .select_related("unit__parent", "revision").order_by("approved_at", "id")
    )  # fmt: skip
    for figure in figures:
        row = rows.setdefault(figure.unit_id, Contribution(figure.unit, owed=False))
        row.now, row.now_number = figure.value, figure.revision.number
        if moment.at is None or figure.approved_at <= moment.at:
            row.then, row.then_number, row.revision_id = figure.value, figure.revision.number, figure.revision_id
        elif row.revision_id is None:
            row.revision_id = figure.revision_id
    for duty in (
        duties_in(period).filter(indicator=indicator, unit__path__startswith=unit.path).select_related("unit__parent")
    ):
        rows.setdefault(duty.unit_id, Contribution(duty.unit)).owed = True
    return sorted(rows.values(), key=lambda row: row.unit.code)


def add_people(rows: Sequence[Contribution]) -> None:
    """Read author, reviewer and approver of the revisions shown. Three queries."""
    wanted = [row.revision_id for row in rows if row.revision_id is not None]
    steps = ProgressDecision.objects.select_related("actor").order_by("id")
    found = (
        ProgressRevision.objects.select_related("author").prefetch_related(Prefetch("decisions", steps)).in_bulk(wanted)
    )
    for row in rows:
        row.revision = found.get(row.revision_id) if row.revision_id is not None else None


@dataclass(frozen=True)
class Evidence:
    """Audit entries of some reports: how many, how many sealed, how many whose content no longer fits its code."""

    entries: list[AuditEntry]
    total: int
    sealed: int
    altered: list[AuditEntry]

    @property
    def is_whole(self) -> bool:
        return self.total > 0 and self.sealed == self.total and not self.altered


def evidence_of(report_ids: Sequence[int], *, limit: int = 200) -> Evidence:
    """Entries of the reports and of their corrections, newest first; each listed one is checked again. Three queries."""
    corrections = CorrectionRequest.objects.filter(report_id__in=report_ids).values_list("pk", flat=True)
    reports = [str(pk) for pk in report_ids]
    requests = [str(pk) for pk in corrections]
    rows = AuditEntry.objects.filter(
        object_type=ProgressReport._meta.label_lower, object_id__in=reports
    ) | AuditEntry.objects.filter(object_type=CorrectionRequest._meta.label_lower, object_id__in=requests)
    total = rows.count()
    sealed = AuditSeal.objects.filter(entry__in=rows).count()
    entries = list(rows.select_related("seal").order_by("-id")[:limit])
    return Evidence(entries, total, sealed, [entry for entry in entries if mac_of(entry) != entry.mac])


def bulk_load_of(programme: Programme) -> AuditEntry | None:
    """The entry under which the demonstration's reports were written in bulk, without entries of their own."""
    return (
        AuditEntry.objects.filter(
            verb="demo.load", object_type=Programme._meta.label_lower, object_id=str(programme.pk)
        )
        .select_related("seal")
        .order_by("-id")
        .first()
    )


def history_of(report_id: int) -> list[ProgressRevision]:
    """Every revision of a report, newest first, with its decisions and people. Two queries."""
    steps = ProgressDecision.objects.select_related("actor").order_by("id")
    return list(
        ProgressRevision.objects.filter(report_id=report_id).select_related("author", "figure")
        .prefetch_related(Prefetch("decisions", steps)).order_by("-number")
    )  # fmt: skip


def bulletins_with(period: Period) -> list[Bulletin]:
    """Published bulletins that printed the period, newest first."""
    return list(
        period.bulletins.filter(state=Bulletin.State.PUBLISHED).select_related("published_by").order_by("-as_of")
    )
