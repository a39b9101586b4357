"""The yearly recheck: one declaration for every honoured place in every calendar year (clause 6(5))."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from programs.models import Declaration
from programs.services.declarations import start
from villages.models import Honour
from villages.workflow import RECHECKS


@transaction.atomic
def open_rechecks(*, today: date) -> tuple[int, int]:
    """Open this year's recheck of every place honoured before the year. Answers (opened now, places in all).

    Safe twice, late, at once by two, and for a past day: a place that holds no honour on that day, or got it in that
    same year, is left out; one declaration a place and year is a constraint.
    """
    places = (
        Honour.objects.filter(honoured_on__year__lt=today.year)
        .exclude(revoked_on__lte=today)
        .filter(project__is_active=True)
        .select_related("project__unit", "project__programme__jurisdiction")
        .order_by("project_id", "-honoured_on")
        .distinct("project_id")
    )
    opened = 0
    held = list(places)
    for honour in held:
        flow = RECHECKS[honour.level]
        known = Declaration.objects.filter(project=honour.project, cycle__year=today.year, workflow=flow)
        if not known.exists():
            start(actor=None, project=honour.project, year=today.year, workflow=flow)
            opened += 1
    return opened, len(held)
