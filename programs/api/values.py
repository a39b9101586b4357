"""All figures of one indicator at one unit, period by period, with what a ratio or a formula is made of."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from programs.api.base import ANY_BUSINESS, ScopedAPIView
from programs.api.problems import BadInput
from programs.api.rows import Figure
from programs.api.throttles import RecomputeThrottle
from programs.as_of import read_moment
from programs.errors import RuleViolation
from programs.filter_fields import UNKNOWN, current_units
from programs.models import Indicator, Unit
from programs.queries.figures import Figures


class ValueOut(serializers.Serializer):
    """One figure. ``inputs``: {code: value} of a formula; null is unknown, which is not 0."""

    indicator = serializers.CharField()
    unit = serializers.CharField()
    period = serializers.CharField()
    value = Figure()
    numerator = Figure(help_text="Ratios only.")
    denominator = Figure(help_text="Ratios only.")
    inputs = serializers.DictField(child=Figure(), help_text="Formulas only.")
    reports = serializers.IntegerField(help_text="Approved figures in the sum.")
    expected = serializers.IntegerField(help_text="Figures owed.")
    as_of = serializers.DateTimeField()


class ValuePage(serializers.Serializer):
    """Every period in one page; the same envelope as other lists."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ValueOut(many=True)


@extend_schema(
    summary="Figures of one indicator, period by period",
    responses=ValuePage,
    parameters=[
        OpenApiParameter("unit", str, description="12-digit code; empty: the city whose plan it is."),
        OpenApiParameter("as_of", str, description="A day (its end, Asia/Shanghai) or an ISO 8601 moment; empty: now."),
    ],
    tags=["indicators"],
)
class ValueList(ScopedAPIView):
    roles = ANY_BUSINESS
    parameters = frozenset({"unit", "as_of"})
    queryset = Indicator.objects.select_related("programme__jurisdiction")

    def get_throttles(self) -> list[Any]:
        return [RecomputeThrottle()] if self.request.query_params.get("as_of") else []

    def get(self, request: Request, code: str) -> Response:
        indicator = self.get_or_404(self.queryset, code=code)
        unit = self.unit(indicator)
        try:
            moment = read_moment(request.query_params.get("as_of", ""))
        except RuleViolation as violation:
            raise BadInput("as_of", "as_of", f"{violation.message} {violation.next_step}") from violation
        periods = list(indicator.programme.periods.order_by("starts_on").values_list("pk", "code"))
        figures = Figures([indicator], [key for key, _code in periods], [unit.pk], as_of=moment.at)
        now = moment.at or timezone.now()
        rows = [(name, figures.get(indicator.pk, key, unit.pk)) for key, name in periods]
        results = [
            {
                "indicator": indicator.code,
                "unit": unit.code,
                "period": name,
                "value": figure.value,
                "numerator": figure.numerator,
                "denominator": figure.denominator,
                "inputs": {one.code: value for one, value in figure.inputs},
                "reports": figure.reports,
                "expected": figure.expected,
                "as_of": now,
            }
            for name, figure in rows
        ]
        return Response({"next": None, "previous": None, "results": results})

    def unit(self, indicator: Indicator) -> Unit:
        """The unit asked for, else the one whose plan it is; Http404 or BadInput outside the caller's scope."""
        wanted = self.request.query_params.get("unit")
        if wanted is None:
            unit = indicator.programme.jurisdiction
            if not self.access.sees(unit, indicator.programme):
                raise BadInput("unit", "unit", UNKNOWN % {"value": unit.code})
            return unit
        unit = self.scoped(current_units()).filter(code=wanted).first()
        if unit is None or not self.access.sees(unit, indicator.programme):
            raise BadInput("unit", "unit", UNKNOWN % {"value": wanted[:20]})
        if not unit.path.startswith(indicator.programme.jurisdiction.path):
            raise Http404
        return unit
