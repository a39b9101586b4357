"""The monthly burden report: made by the schedule for every city that runs a plan, once a month."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import IntegrityError, transaction

from audit.services import record
from programs.models import BurdenReport, Programme, Unit
from programs.queries.burden import build
from programs.reviews import Outcome


def make_reports(*, today: date) -> Outcome:
    """The scheduled review: the report of the month that ended last. Twice or late, it is made once."""
    month = f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    cities = Unit.objects.filter(pk__in=Programme.objects.values("jurisdiction")).order_by("code")
    made = sum(_make(city, month) for city in cities)
    return Outcome(made, {"reports": made})


def _make(city: Unit, month: str) -> bool:
    if BurdenReport.objects.filter(unit=city, month=month).exists():
        return False
    try:
        with transaction.atomic():
            report = BurdenReport.objects.create(unit=city, month=month, data=build(city, month))
    except IntegrityError:  # another run was faster: burden_report_once
        return False
    record("burden.make", obj=report, unit_path=city.path, after={"month": month, "cells": report.data["cells"]})
    return True
