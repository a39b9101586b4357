"""Who owes which figure in a period."""

from django.db.models import Q, QuerySet

from programs.models import Period, ReportingDuty


def duties_in(period: Period) -> QuerySet[ReportingDuty]:
    """Duties of the period's programme in force during it."""
    return ReportingDuty.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=period.ends_on),
        Q(valid_to=None) | Q(valid_to__gte=period.starts_on),
        indicator__programme_id=period.programme_id,
        indicator__is_reported=True,
    )
