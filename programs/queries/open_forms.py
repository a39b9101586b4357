"""Which grids a reporter can open now, how far each is, and by when it is due."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils import timezone

from programs.access import Access
from programs.models import Period, ProgressReport, ReportingDuty, ReportState, Role
from programs.services.calendar import WorkCalendar

SOON = 3  # working days before the due day on which the light turns yellow (specification 13)


@dataclass
class OpenForm:
    """One programme and period with cells of mine. ``states`` counts cells by report state; ``left``: working days to go."""

    period: Period
    owed: int
    units: int
    indicators: int
    left: int
    states: Counter = field(default_factory=Counter)
    drafted: int = 0

    @property
    def sent(self) -> int:
        return sum(self.states[s] for s in (ReportState.SUBMITTED, ReportState.REVIEWED, ReportState.APPROVED))

    @property
    def returned(self) -> int:
        return self.states[ReportState.RETURNED]

    @property
    def to_send(self) -> int:
        return self.owed - self.sent

    @property
    def untouched(self) -> bool:
        """Nothing drafted, sent or returned yet: "no change" may be offered."""
        return not (self.sent or self.returned or self.drafted)

    @property
    def days_late(self) -> int:
        return max(-self.left, 0)

    @property
    def light(self) -> str:
        if self.to_send == 0:
            return "done" if self.states[ReportState.APPROVED] == self.owed else "wait"
        if self.returned:
            return "back"
        if self.left < 0:
            return "late"
        return "near" if self.left <= SOON else "todo"


def open_forms(access: Access, today: date | None = None) -> list[OpenForm]:
    """Every open period with figures the person reports, the next due first. Five queries."""
    today = today or timezone.localdate()
    mine = access.within({Role.REPORTER}, unit_path="unit__path", programme="indicator__programme_id")
    periods = list(
        Period.objects.filter(locked_at=None, opens_on__lte=today, programme__indicators__duties__isnull=False)
        .select_related("programme__basis__document", "programme__jurisdiction")
        .distinct()
        .order_by("due_on", "programme__position")
    )
    duties = list(
        ReportingDuty.objects.filter(
            mine, indicator__is_reported=True, indicator__programme__in={p.programme_id for p in periods}
        ).values_list("indicator_id", "unit_id", "valid_from", "valid_to", "indicator__programme_id")
    )
    states: dict[int, Counter] = {p.pk: Counter() for p in periods}
    drafted: Counter = Counter()
    rows = (
        ProgressReport.objects.filter(mine, period__in=periods)
        .annotate(has_draft=ExpressionWrapper(Q(draft__isnull=False), output_field=BooleanField()))
        .values_list("period_id", "state", "has_draft")
    )
    for period_id, state, has_draft in rows:
        states[period_id][state] += 1
        drafted[period_id] += has_draft
    if not periods:
        return []
    calendar = WorkCalendar(min(today, periods[0].due_on) - timedelta(days=1), max(today, periods[-1].due_on))
    forms = []
    for period in periods:
        cells = [
            (i, u)
            for i, u, first, last, programme in duties
            if programme == period.programme_id
            and (first is None or first <= period.ends_on)
            and (last is None or last >= period.starts_on)
        ]
        if cells:
            left = calendar.between(today, period.due_on)
            forms.append(
                OpenForm(
                    period,
                    len(cells),
                    len({u for _i, u in cells}),
                    len({i for i, _u in cells}),
                    left,
                    states[period.pk],
                    drafted[period.pk],
                )
            )
    return forms
