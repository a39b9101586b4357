"""What a progress report looks like from outside, in a list and in full."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from programs.api.render import decimal_text
from programs.api.rows import Figure, Row
from programs.api.writes import StrictInput
from programs.checks import Finding, finding_from_json
from programs.models import ProgressDecision, ProgressRevision, ReportState
from programs.queries.report_detail import ReportDetail


class ReportRow(Row):
    """One cell: one indicator of one unit in one period. ``value`` is of the newest submitted revision, null before the first."""

    id = serializers.IntegerField()
    programme = serializers.CharField(source="indicator__programme__code")
    indicator = serializers.CharField(source="indicator__code")
    unit = serializers.CharField(source="unit__code")
    period = serializers.CharField(source="period__code")
    state = serializers.ChoiceField(ReportState.choices)
    revision = serializers.IntegerField(help_text="Number of the newest submitted revision; 0: none yet.")
    value = Figure()
    submitted_by = serializers.CharField(source="submitted_by__full_name", allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)


class FindingOut(serializers.Serializer):
    """What is odd about the figure. ``error`` blocks submission, ``reason`` wants a written reason, ``note`` is for the reviewer."""

    code = serializers.CharField()
    level = serializers.ChoiceField(["error", "reason", "note"])
    detail = serializers.CharField()
    rule = serializers.CharField()
    clause = serializers.CharField()
    next_step = serializers.CharField()


class DraftOut(serializers.Serializer):
    """What somebody typed and has not submitted. Seen by reporters of the unit only."""

    text = serializers.CharField()
    value = Figure()
    reason = serializers.CharField()
    saved_by = serializers.CharField()
    saved_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class RevisionOut(serializers.Serializer):
    """One submitted value; never changed afterwards."""

    number = serializers.IntegerField()
    value = Figure(allow_null=False)
    reason = serializers.CharField()
    source = serializers.ChoiceField(ProgressRevision.Source.choices)
    author = serializers.CharField()
    created_at = serializers.DateTimeField()
    findings = FindingOut(many=True)


class DecisionOut(serializers.Serializer):
    """One step somebody took with a revision."""

    revision = serializers.IntegerField()
    verb = serializers.ChoiceField(ProgressDecision.Verb.choices)
    from_state = serializers.ChoiceField(ReportState.choices)
    to_state = serializers.ChoiceField(ReportState.choices)
    actor = serializers.CharField()
    office = serializers.CharField()
    comment = serializers.CharField()
    ask = serializers.CharField(help_text="What the reporter should do.")
    redo_by = serializers.DateField(allow_null=True)
    at = serializers.DateTimeField()


class ReportFull(ReportRow):
    """A report in full. ``value``, ``reason`` and ``findings`` are of the draft where there is one, else of the newest revision."""

    reason = serializers.CharField()
    findings = FindingOut(many=True)
    draft = DraftOut(allow_null=True)
    revisions = RevisionOut(many=True)
    decisions = DecisionOut(many=True)


@extend_schema_field({"oneOf": [{"type": "string", "maxLength": 60}, {"type": "number"}], "example": "12"})
class TypedFigure(serializers.Field):
    """A figure as typed (``"8万"``, ``"1,234.5"``) or a JSON number; read by ``programs.numbers``."""

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, bool) or not isinstance(data, (str, int, float)):
            raise serializers.ValidationError(serializers.CharField.default_error_messages["invalid"], code="invalid")
        return serializers.CharField(max_length=60, trim_whitespace=True).run_validation(
            data if isinstance(data, str) else repr(data)
        )

    def to_representation(self, value: Any) -> str:
        return str(value)


class DraftInput(StrictInput):
    """A figure to be saved as a draft. ``version``: of the draft it changes (0: there is none); absent: overwrite."""

    indicator = serializers.CharField(max_length=60)
    unit = serializers.CharField(max_length=12, help_text="12 digits")
    period = serializers.CharField(max_length=8, help_text="2026-10, 2026-Q3, 2026-H1, 2026")
    value = TypedFigure()
    reason = serializers.CharField(max_length=500, allow_blank=True, required=False, default="")
    version = serializers.IntegerField(
        min_value=0, max_value=2_000_000_000, required=False, allow_null=True, default=None
    )


class StepInput(StrictInput):
    """A step with a report. ``revision``: the one the caller looked at; a newer one is 409."""

    comment = serializers.CharField(max_length=500, allow_blank=True, required=False, default="")
    revision = serializers.IntegerField(
        min_value=0, max_value=2_000_000_000, required=False, allow_null=True, default=None
    )


class ReturnInput(StepInput):
    """A return: what is wrong, what to do, by which day."""

    comment = serializers.CharField(
        max_length=500, allow_blank=True, required=False, default="", help_text="What is wrong; required."
    )
    ask = serializers.CharField(max_length=500, allow_blank=True, required=False, default="")
    redo_by = serializers.DateField(required=False, allow_null=True, default=None)


def finding_out(finding: Finding) -> dict[str, str]:
    """See ``FindingOut``; worded in the active language."""
    return {
        "code": finding.code, "level": finding.level, "detail": finding.message, "rule": finding.rule, "clause": finding.clause,
        "next_step": finding.next_step,
    }  # fmt: skip


def report_out(detail: ReportDetail) -> dict[str, Any]:
    """See ``ReportFull``."""
    report, draft = detail.report, detail.draft
    newest = next((one for one in detail.revisions if one.number == report.revision), None)
    standing = draft or newest
    value = draft.value if draft else report.value
    return {
        "id": report.pk, "programme": report.indicator.programme.code, "indicator": report.indicator.code, "unit": report.unit.code,
        "period": report.period.code, "state": report.state, "revision": report.revision,
        "value": None if value is None else decimal_text(value),
        "submitted_by": report.submitted_by.full_name if report.submitted_by else None, "submitted_at": report.submitted_at,
        "reason": standing.reason if standing else "", "findings": [finding_out(finding) for finding in detail.findings],
        "draft": draft and {
            "text": draft.text, "value": None if draft.value is None else decimal_text(draft.value), "reason": draft.reason,
            "saved_by": draft.saved_by.full_name, "saved_at": draft.saved_at, "version": draft.version,
        },
        "revisions": [
            {
                "number": one.number, "value": decimal_text(one.value), "reason": one.reason, "source": one.source, "author": one.author.full_name,
                "created_at": one.created_at, "findings": [finding_out(finding_from_json(flag)) for flag in one.flags],
            } for one in detail.revisions
        ],
        "decisions": [
            {
                "revision": one.revision.number, "verb": one.verb, "from_state": one.from_state, "to_state": one.to_state,
                "actor": one.actor.full_name, "office": one.office, "comment": one.comment, "ask": one.ask, "redo_by": one.redo_by, "at": one.at,
            } for one in detail.decisions
        ],
    }  # fmt: skip
