"""Figures added up the tree, against what was assigned, now or as known at an earlier moment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from programs.api.base import ANY_BUSINESS, ScopedAPIView
from programs.api.pages import CursorPages
from programs.api.problems import BadInput
from programs.api.rows import Figure
from programs.api.throttles import RecomputeThrottle
from programs.as_of import Moment, read_moment
from programs.errors import RuleViolation
from programs.filter_fields import UNKNOWN, current_units
from programs.models import Indicator, Period, Unit
from programs.queries.dashboard import Board, Cell
from programs.queries.targets import completion

PARAMETERS = [
    OpenApiParameter("indicator", str, required=True, description="Code of the indicator."),
    OpenApiParameter("period", str, required=True, description="Code of the period: 2026-10, 2026-Q3, 2026-H1, 2026."),
    OpenApiParameter("unit", str, required=True, description="12-digit code of the unit."),
    OpenApiParameter("as_of", str, description="A day (its end, Asia/Shanghai) or an ISO 8601 moment; empty: now."),
]  # fmt: skip


class RollupOut(serializers.Serializer):
    """One figure of one unit, everything below it included. Null is unknown, which is not 0.

    ``completion``: share of the way to the assigned target, 1 is all; ``target_below``: sum of what the units right below
    were assigned, only where nothing was assigned here; it is a sum, not a target. ``light``: done, ok, near, late, todo, none.
    """

    programme = serializers.CharField()
    indicator = serializers.CharField()
    unit = serializers.CharField()
    period = serializers.CharField()
    value = Figure()
    numerator = Figure(help_text="Ratios only.")
    denominator = Figure(help_text="Ratios only.")
    target = Figure()
    completion = Figure()
    target_below = Figure()
    completion_below = Figure()
    reports = serializers.IntegerField(help_text="Approved figures in the sum.")
    expected = serializers.IntegerField(help_text="Figures owed.")
    light = serializers.CharField()
    as_of = serializers.DateTimeField(help_text="The moment the figure holds for.")


class RollupForm(forms.Form):
    """The three names every roll-up needs. ``person`` sees only what is in scope."""

    indicator = forms.ModelChoiceField(
        Indicator.objects.none(), to_field_name="code", error_messages={"invalid_choice": UNKNOWN}
    )
    unit = forms.ModelChoiceField(Unit.objects.none(), to_field_name="code", error_messages={"invalid_choice": UNKNOWN})
    period = forms.CharField(max_length=8)

    def __init__(self, data: Any, *, view: ScopedAPIView) -> None:
        super().__init__(data)
        self.view = view
        related = ("programme__jurisdiction", "clause", "numerator", "denominator")
        self.fields["indicator"].queryset = view.scoped(Indicator.objects.select_related(*related))  # type: ignore[attr-defined]
        self.fields["unit"].queryset = view.scoped(current_units().select_related("parent"))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        indicator, unit, code = found.get("indicator"), found.get("unit"), found.get("period")
        if indicator and unit and not self.view.access.sees(unit, indicator.programme):
            self.add_error("unit", UNKNOWN % {"value": unit.code})
        if indicator and code:
            found["period"] = (
                Period.objects.select_related("programme")
                .filter(programme_id=indicator.programme_id, code=code)
                .first()
            )
            if found["period"] is None:
                self.add_error("period", UNKNOWN % {"value": code})
        return found


class RollupView(ScopedAPIView):
    """What one figure and a list of figures have in common."""

    roles = ANY_BUSINESS
    parameters = frozenset({"indicator", "period", "unit", "as_of"})
    queryset = Indicator.objects.all()

    def get_throttles(self) -> list[Any]:
        return [RecomputeThrottle()] if self.request.query_params.get("as_of") else []

    def asked(self) -> dict[str, Any]:
        """The indicator, unit and period asked for. Raises ValidationError naming what is unknown or out of scope."""
        form = RollupForm(self.request.query_params, view=self)
        if not form.is_valid():
            raise serializers.ValidationError(
                {name: [str(error) for error in errors] for name, errors in form.errors.items()}, code="filter"
            )
        return form.cleaned_data

    def moment(self) -> Moment:
        try:
            return read_moment(self.request.query_params.get("as_of", ""))
        except RuleViolation as violation:
            raise BadInput("as_of", "as_of", f"{violation.message} {violation.next_step}") from violation


@extend_schema(summary="One figure, rolled up", responses=RollupOut, parameters=PARAMETERS, tags=["rollups"])
class Rollup(RollupView):
    def get(self, request: Request) -> Response:
        moment, asked = self.moment(), self.asked()
        indicator, unit, period = asked["indicator"], asked["unit"], asked["period"]
        board = Board(periods=[period], indicators=[indicator], units=[unit], moment=moment, parent=unit.parent)
        return Response(rollup_out(board.cell(indicator, unit), moment))


@extend_schema(
    summary="The same figure for every unit right below",
    responses=RollupOut(many=True),
    parameters=PARAMETERS,
    tags=["rollups"],
)
class RollupChildren(RollupView):
    parameters = RollupView.parameters | {"cursor", "page_size"}
    pagination_class = CursorPages
    order = "code"

    def get(self, request: Request) -> Response:
        moment, asked = self.moment(), self.asked()
        indicator, parent, period = asked["indicator"], asked["unit"], asked["period"]
        rows = self.paginate_queryset(current_units().filter(parent=parent).values_list("pk", "code"))
        units = list(Unit.objects.filter(pk__in=[pk for pk, _code in rows]).order_by("code"))
        board = Board(periods=[period], indicators=[indicator], units=units, moment=moment, parent=parent)
        return self.get_paginated_response([rollup_out(board.cell(indicator, unit), moment) for unit in units])


def rollup_out(cell: Cell, moment: Moment) -> dict[str, Any]:
    """See ``RollupOut``. The parts are those of the dashboards, so page and API cannot differ."""
    figure = cell.figure
    return {
        "programme": cell.indicator.programme.code, "indicator": cell.indicator.code, "unit": cell.unit.code, "period": cell.period.code,
        "value": figure.value, "numerator": figure.numerator, "denominator": figure.denominator,
        "target": cell.target.value if cell.target else None, "completion": cell.share,
        "target_below": cell.below, "completion_below": completion(value=figure.value, target=cell.below, direction=cell.indicator.direction),
        "reports": figure.reports, "expected": figure.expected, "light": cell.light.kind, "as_of": moment.at or timezone.now(),
    }  # fmt: skip
