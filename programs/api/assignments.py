"""Assigned tasks: read them, take a step, report on a period; requests for later dates; problems of the congress."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from programs.api.base import DetailView, ListView
from programs.api.reports import KEY, MATCH
from programs.api.rows import Row
from programs.api.writes import StrictInput, WriteMixin, parsed
from programs.assignment_steps import STEPS
from programs.models import Extension, Problem, TaskAssignment
from programs.services.assignments import take
from programs.services.task_feedback import give_feedback
from programs.supervision_filters import AssignmentFilters, ExtensionFilters, ProblemFilters

ASSIGNMENTS = TaskAssignment.objects.all()
VERBS = sorted({step.verb for step in STEPS})


class AssignmentRow(Row):
    """One task for one body. ``organization`` null: the unit's government. ``due_on`` null: no date is set, which is not late."""

    id = serializers.IntegerField()
    programme = serializers.CharField(source="task__programme__code")
    task = serializers.IntegerField(source="task_id")
    number = serializers.IntegerField(source="task__number")
    part = serializers.ChoiceField(TaskAssignment.Part.choices)
    unit = serializers.CharField(source="unit__code")
    organization = serializers.CharField(source="organization__code", allow_null=True)
    state = serializers.ChoiceField(TaskAssignment.State.choices)
    due_on = serializers.DateField(allow_null=True)
    first_due_on = serializers.DateField(allow_null=True)
    timetable = serializers.CharField()
    contact_office = serializers.CharField()
    revision = serializers.IntegerField(source="version", help_text="Grows with every step.")
    assigned_at = serializers.DateTimeField()


class AssignmentStepOut(serializers.Serializer):
    """One step, as taken; never changed afterwards."""

    verb = serializers.CharField()
    from_state = serializers.CharField()
    to_state = serializers.ChoiceField(TaskAssignment.State.choices)
    actor = serializers.CharField(allow_null=True)
    office = serializers.CharField()
    comment = serializers.CharField()
    due_on = serializers.DateField(allow_null=True, help_text="The date that holds from this step on; null: unchanged.")
    file_name = serializers.CharField()
    at = serializers.DateTimeField()


class FeedbackOut(serializers.Serializer):
    """What the body said in one period."""

    period = serializers.CharField()
    text = serializers.CharField()
    problems = serializers.CharField()
    is_unchanged = serializers.BooleanField()
    was_late = serializers.BooleanField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class MilestoneOut(serializers.Serializer):
    """One dated step on the way that the body set itself."""

    text = serializers.CharField()
    due_on = serializers.DateField()
    done_on = serializers.DateField(allow_null=True)


class AssignmentFull(AssignmentRow):
    """An assignment with its steps, what was said and its milestones."""

    steps = AssignmentStepOut(many=True)
    feedback = FeedbackOut(many=True)
    milestones = MilestoneOut(many=True)


class AssignmentStepInput(StrictInput):
    """A step. ``revision``: the one the caller looked at, here or as If-Match; another one is 409.

    With ``rectify`` either ``due_on`` or ``workdays``: the last day for putting it right, the task's date from then on.
    """

    verb = serializers.ChoiceField(VERBS)
    comment = serializers.CharField(max_length=2000, allow_blank=True, required=False, default="")
    revision = serializers.IntegerField(
        min_value=0, max_value=2_000_000_000, required=False, allow_null=True, default=None
    )
    due_on = serializers.DateField(required=False, allow_null=True, default=None)
    workdays = serializers.IntegerField(min_value=1, max_value=250, required=False, allow_null=True, default=None)


class FeedbackInput(StrictInput):
    """What is said about one period; ``unchanged`` repeats the words said last."""

    period = serializers.CharField(max_length=8, help_text="2026-10, 2026-Q3, 2026-H1, 2026")
    text = serializers.CharField(max_length=2000, allow_blank=True, required=False, default="")
    problems = serializers.CharField(max_length=2000, allow_blank=True, required=False, default="")
    unchanged = serializers.BooleanField(required=False, default=False)


class ExtensionRow(Row):
    """One request for a later date, of an assignment or of a rectification. ``is_granted`` null: not decided."""

    id = serializers.IntegerField()
    programme = serializers.CharField(source="programme__code")
    unit = serializers.CharField(source="unit__code")
    assignment = serializers.IntegerField(source="assignment_id", allow_null=True)
    rectification = serializers.IntegerField(source="rectification_id", allow_null=True)
    due_before = serializers.DateField()
    asked_until = serializers.DateField()
    reason = serializers.CharField()
    asked_by = serializers.CharField(source="asked_by__full_name")
    asked_at = serializers.DateTimeField()
    is_granted = serializers.BooleanField(allow_null=True)
    answer = serializers.CharField()
    decided_by = serializers.CharField(source="decided_by__full_name", allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    lapsed_at = serializers.DateTimeField(allow_null=True, help_text="The work was reported before anybody decided.")


class ProblemRow(Row):
    """One problem handed over by the people's congress."""

    id = serializers.IntegerField()
    programme = serializers.CharField(source="programme__code")
    number = serializers.IntegerField()
    source = serializers.CharField()
    raised_on = serializers.DateField()
    text = serializers.CharField()
    goal = serializers.CharField()
    unit = serializers.CharField(source="unit__code")
    organization = serializers.CharField(source="organization__code", allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(Problem.State.choices)
    verdict = serializers.ChoiceField(Problem.Verdict.choices, allow_blank=True)
    voted_on = serializers.DateField(allow_null=True)


class AssignmentAnswers(WriteMixin):
    """Answers one assignment in full."""

    row: type[Row] = AssignmentRow
    queryset = ASSIGNMENTS

    def complete(self, found: dict[str, Any]) -> dict[str, Any]:
        one = TaskAssignment.objects.prefetch_related("steps__actor", "feedback__by", "milestones").get(pk=found["id"])
        return found | {
            "steps": [
                {
                    "verb": step.verb, "from_state": step.from_state, "to_state": step.to_state,
                    "actor": step.actor.full_name if step.actor else None, "office": step.office,
                    "comment": step.comment, "due_on": step.due_on, "file_name": step.file_name, "at": step.at,
                } for step in one.steps.all()
            ],
            "feedback": [
                {
                    "period": said.period_code, "text": said.text, "problems": said.problems,
                    "is_unchanged": said.is_unchanged, "was_late": said.was_late, "by": said.by.full_name, "at": said.at,
                } for said in one.feedback.all()
            ],
            "milestones": [
                {"text": row.text, "due_on": row.due_on, "done_on": row.done_on} for row in one.milestones.all()
            ],
        }  # fmt: skip


@extend_schema(summary="Assigned tasks", responses=AssignmentRow(many=True), tags=["assignments"])
class AssignmentList(ListView):
    row, filterset_class, queryset = AssignmentRow, AssignmentFilters, ASSIGNMENTS


class AssignmentDetail(AssignmentAnswers, DetailView):
    @extend_schema(summary="One assigned task with its steps", responses=AssignmentFull, tags=["assignments"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class AssignmentStepView(AssignmentAnswers):
    """One step. Who may take it is decided by the service."""

    @extend_schema(
        summary="Take a step", request=AssignmentStepInput, responses={200: AssignmentFull},
        parameters=[KEY, MATCH], tags=["assignments"],
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        return self.run(lambda: self._step(pk))

    def _step(self, pk: int) -> tuple[int, Any]:
        one, given = self.get_or_404(ASSIGNMENTS, pk=pk), parsed(AssignmentStepInput, self.request)
        version = self.expected_revision(given["revision"])
        take(
            actor=self.request.user, assignment_id=one.pk, verb=given["verb"], comment=given["comment"],
            version=one.version if version is None else version, due_on=given["due_on"], workdays=given["workdays"],
        )  # fmt: skip
        return 200, self.read_one(pk=one.pk)


class AssignmentFeedbackView(AssignmentAnswers):
    """What the body says about one period."""

    @extend_schema(
        summary="Report on a period", request=FeedbackInput, responses={200: AssignmentFull},
        parameters=[KEY], tags=["assignments"],
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        return self.run(lambda: self._say(pk))

    def _say(self, pk: int) -> tuple[int, Any]:
        one, given = self.get_or_404(ASSIGNMENTS, pk=pk), parsed(FeedbackInput, self.request)
        give_feedback(
            actor=self.request.user, assignment_id=one.pk, period_code=given["period"], text=given["text"],
            problems=given["problems"], unchanged=given["unchanged"],
        )  # fmt: skip
        return 200, self.read_one(pk=one.pk)


@extend_schema(summary="Requests for later dates", responses=ExtensionRow(many=True), tags=["assignments"])
class ExtensionList(ListView):
    row, filterset_class, queryset = ExtensionRow, ExtensionFilters, Extension.objects.all()


@extend_schema(summary="One request for a later date", responses=ExtensionRow, tags=["assignments"])
class ExtensionDetail(DetailView):
    row, queryset = ExtensionRow, Extension.objects.all()


@extend_schema(
    summary="Problems handed over by the people's congress", responses=ProblemRow(many=True), tags=["problems"]
)
class ProblemList(ListView):
    row, filterset_class, queryset = ProblemRow, ProblemFilters, Problem.objects.all()


@extend_schema(summary="One problem", responses=ProblemRow, tags=["problems"])
class ProblemDetail(DetailView):
    row, queryset = ProblemRow, Problem.objects.all()
