"""Draws that a plan asks for every year are prepared by the schedule; people fill the lists and hold them."""

from __future__ import annotations

import calendar
from datetime import date

from django.db import IntegrityError, transaction

from programs.models import Draw, DrawPlan
from programs.reviews import Outcome
from programs.services.draws.preparing import prepare


def prepare_planned(today: date) -> list[Draw]:
    """Open this year's draw of every plan that has none; safe to run twice, at once or late. Returns the new ones."""
    plans = DrawPlan.objects.filter(valid_to=None).select_related("programme", "unit").prefetch_related("departments")
    return [made for plan in plans if (made := _prepare(plan, today)) is not None]


def review(*, today: date) -> Outcome:
    """The scheduled review."""
    made = prepare_planned(today)
    return Outcome(len(made), {"draws": len(made)})


def _prepare(plan: DrawPlan, today: date) -> Draw | None:
    ends = plan.programme.ends_on
    if ends is not None and ends < date(today.year, 1, 1):
        return None
    if plan.draws.filter(year=today.year).exclude(state=Draw.State.CANCELLED).exists():
        return None
    day = date(today.year, plan.month, min(plan.day, calendar.monthrange(today.year, plan.month)[1]))
    try:
        with transaction.atomic():
            return prepare(
                actor=None,
                programme=plan.programme,
                unit=plan.unit,
                title=plan.title_zh,
                planned_on=day,
                is_cross_department=plan.is_cross_department,
                departments=plan.departments.all(),
                plan=plan,
            )
    except IntegrityError:  # another run was faster: draw_of_plan_once
        return None
