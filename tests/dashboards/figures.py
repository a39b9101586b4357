"""Approved figures without the way through the browser: what the dashboards read."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from programs.models import Indicator, Period, ProgressReport, ProgressRevision, Unit
from programs.services.progress import count_figures
from programs.services.summaries import refresh_pending


def count(
    place,
    value: object,
    *,
    unit: Unit,
    indicator: Indicator | None = None,
    period: Period | None = None,
    refresh: bool = True,
) -> ProgressRevision:
    """Approve ``value`` for one cell: the first time a report, then a correction of it."""
    indicator, period = indicator or place.indicators[0], period or place.period
    report, _ = ProgressReport.objects.get_or_create(indicator=indicator, unit=unit, period=period)
    report.revision += 1
    report.value, report.state, report.submitted_by, report.submitted_at = (
        Decimal(str(value)),
        "approved",
        place.reporter,
        timezone.now(),
    )
    report.save()
    revision = ProgressRevision.objects.create(
        report=report, number=report.revision, value=report.value, author=place.reporter, reason="示例"
    )
    count_figures([report], [revision], actor=place.approver)
    if refresh:
        refresh_pending()
    return revision
