"""Which notices are up, and which one speaks about a declaration."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from programs.models import Declaration, Notice


def notice_of(declaration: Declaration) -> Notice | None:
    """The newest notice about this declaration, whatever its state."""
    return (
        Notice.objects.filter(items__declaration=declaration)
        .select_related("clause", "unit")
        .prefetch_related("objections")
        .order_by("-id")
        .first()
    )


def notices_up(today: date) -> QuerySet[Notice]:
    """What anybody may read on ``today``: posted and not past its last day, even if the job that ends it is late."""
    return Notice.objects.filter(state=Notice.State.POSTED, ends_on__gte=today).order_by("-posted_on", "-id")
