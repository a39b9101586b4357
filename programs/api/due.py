"""What the caller still has to report."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from programs.api.base import ListView
from programs.api.rows import Figure, Row
from programs.filters import DueFilters
from programs.models import ReportingDuty, ReportState, Role
from programs.queries.due import asked_of, duties_due


class DueRow(Row):
    """One figure owed. ``state`` null: nothing entered yet; ``previous``: the newest submitted value of the period before."""

    programme = serializers.CharField(source="indicator__programme__code")
    indicator = serializers.CharField(source="indicator__code")
    unit = serializers.CharField(source="unit__code")
    period = serializers.CharField(source="period_code")
    due_on = serializers.DateField()
    target = Figure()
    previous = Figure()
    report = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField([ReportState.DRAFT, ReportState.RETURNED], allow_null=True)
    comment = serializers.CharField(help_text="Why it was returned.")
    ask = serializers.CharField(help_text="What the reviewer asks for.")
    redo_by = serializers.DateField(allow_null=True)

    beside = ("target", "previous", "report", "state", "comment", "ask", "redo_by")


@extend_schema(
    summary="What the caller still has to report, soonest first", responses=DueRow(many=True), tags=["progress-reports"]
)
class DueList(ListView):
    roles = (Role.REPORTER,)
    row, order, filterset_class = DueRow, "key", DueFilters
    queryset = ReportingDuty.objects.all()

    def get_queryset(self) -> QuerySet:
        return duties_due(self.access)

    def read(self, rows: QuerySet) -> QuerySet:
        return self.row.read(rows, "indicator_id", "unit_id", "period_key", self.order)

    def present(self, rows: list[tuple]) -> list[dict[str, Any]]:
        cells = [row[-4:-1] for row in rows]
        asked = asked_of(cells)
        return [found | vars(asked[cell]) for found, cell in zip(self.row.dicts(rows), cells, strict=True)]
