"""Working days: the days of a year, and a date so many working days on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from programs.api.base import ScopedAPIView
from programs.queries.year import days_of
from programs.services.calendar import add_working_days

MOST_DAYS = 500
YEARS = range(2000, 2101)


class DayRow(serializers.Serializer):
    """One day. ``known`` false: the holidays of its year are not loaded, Monday to Friday are assumed."""

    date = serializers.DateField()
    is_workday = serializers.BooleanField()
    known = serializers.BooleanField()
    note = serializers.CharField()
    edited = serializers.BooleanField(help_text="Set by the city.")


class YearOfDays(serializers.Serializer):
    year = serializers.IntegerField()
    provisional = serializers.BooleanField(help_text="At least one day is not known.")
    days = DayRow(many=True)


class Sum(serializers.Serializer):
    """``provisional``: the date rests on a year whose holidays are not loaded."""

    date = serializers.DateField()
    provisional = serializers.BooleanField()


class CalendarDays(ScopedAPIView):
    """Every day of one year; this year when none is named."""

    roles = ()
    is_public = True  # of the roles; the default permission still asks who calls
    parameters = frozenset({"year"})

    @extend_schema(
        operation_id="calendar_days", summary="Days of a year: worked or not", tags=["calendar"], responses=YearOfDays,
        parameters=[OpenApiParameter("year", int, description="2000 to 2100; default: this year.")],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        year = number_of(request, "year", YEARS, default=timezone.localdate().year)
        days = days_of(year).values()
        return Response(
            {
                "year": year,
                "provisional": not all(day.is_known for day in days),
                "days": [
                    {"date": day.date, "is_workday": day.is_workday, "known": day.is_known, "note": str(day.note), "edited": day.edited}
                    for day in days
                ],
            }
        )  # fmt: skip


class AddWorkingDays(ScopedAPIView):
    """The n-th working day after a day, which itself is not counted (Civil Code art. 201)."""

    roles = ()
    is_public = True  # of the roles; the default permission still asks who calls
    parameters = frozenset({"from", "days"})

    @extend_schema(
        operation_id="calendar_add_working_days", summary="A date so many working days on", tags=["calendar"], responses=Sum,
        parameters=[
            OpenApiParameter("from", date, required=True, description="The day of the event; not counted."),
            OpenApiParameter("days", int, required=True, description="0 to 500 working days."),
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        start = day_of(request, "from")
        found = add_working_days(start, number_of(request, "days", range(MOST_DAYS + 1)))
        return Response({"date": found.date, "provisional": found.provisional})


def number_of(request: Request, name: str, allowed: range, default: int | None = None) -> int:
    """A whole number of the query; ValidationError naming the parameter."""
    text = request.query_params.get(name, "")
    if not text and default is not None:
        return default
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) in allowed:
        return int(text)
    raise _wrong(
        name, _("Write a whole number from %(first)s to %(last)s.") % {"first": allowed[0], "last": allowed[-1]}
    )


def day_of(request: Request, name: str) -> date:
    """A date of the query, written 2026-04-30, in the years of the calendar."""
    text: Any = request.query_params.get(name, "")
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or len(text) != 10 or found.year not in YEARS:
        raise _wrong(name, _("Write a day as in 2026-04-30."))
    return found


def _wrong(name: str, message: str) -> serializers.ValidationError:
    return serializers.ValidationError({name: [message]}, code="invalid")
