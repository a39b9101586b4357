"""One assigned task: where it stands, what was said, and every act on it from the same page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from programs.assignment_steps import AFTER_RECTIFYING, CLOSER, FINAL, MAIN, OWNER, WORKING, steps_from, words_of
from programs.errors import RuleViolation
from programs.models import AssignmentStep, TaskAssignment
from programs.queries.assignments import TaskLights
from programs.services import extensions
from programs.services.assignments import HANDS_IN, State, acting, plan, set_date, take
from programs.services.task_feedback import give_feedback, open_spans
from programs.supervision_forms import AskForm, DateForm, FeedbackForm, MilestoneFormSet, PlanForm, StepForm
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_form
from programs.views.jobs import send_file

RELATED = ("task__programme__jurisdiction", "task__clause", "task__lead", "unit__parent", "organization", "reported_by")


class AssignmentView(ScopedView, View):
    """GET shows the task. POST ``act``: step (with ``verb``), feedback, unchanged, ask, plan or date.

    A refused act comes back on the same page, with everything that was typed. Fixed queries.
    """

    roles = ANY_BUSINESS

    @cached_property
    def one(self) -> TaskAssignment:
        found: TaskAssignment = self.get_or_404(TaskAssignment.objects.select_related(*RELATED), pk=self.kwargs["pk"])
        return found

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        act = getattr(self, f"act_{request.POST.get('act', '')}", None)
        if act is None:
            return self.show(status=422, problem=_("Choose what is to be done."))
        _known = self.one  # 404 before anything is read from the form
        return act()

    # --- acts

    def act_step(self) -> HttpResponse:
        form = StepForm(self.request.POST, self.request.FILES)
        verb = self.request.POST.get("verb", "")
        return self._run("step", form, lambda data: take(
            actor=self.request.user, assignment_id=self.one.pk, verb=verb, version=data["version"],
            comment=data["comment"], upload=data["file"], due_on=data["due_on"] if verb == "rectify" else None,
        ), lambda _done: _("Recorded: %(what)s.") % {"what": words_of(verb)})  # fmt: skip

    def act_feedback(self) -> HttpResponse:
        form = FeedbackForm(self.request.POST, spans=self.spans)
        return self._run("feedback", form, lambda data: self._say(data, False), self._said)

    def act_unchanged(self) -> HttpResponse:
        form = FeedbackForm(self.request.POST, spans=self.spans)
        return self._run("feedback", form, lambda data: self._say(data, True), self._said)

    def _say(self, data: dict[str, Any], unchanged: bool) -> Any:
        return give_feedback(
            actor=self.request.user, assignment_id=self.one.pk, period_code=data["period"], text=data["text"],
            problems=data["problems"], unchanged=unchanged,
        )  # fmt: skip

    @staticmethod
    def _said(done: Any) -> str:
        words = _("Recorded for %(period)s.") % {"period": done.period_code}
        return words + (" " + _("It came late and is marked so.") if done.was_late else "")

    def act_ask(self) -> HttpResponse:
        form = AskForm(self.request.POST)
        return self._run("ask", form, lambda data: extensions.ask(
            actor=self.request.user, assignment_id=self.one.pk, asked_until=data["asked_until"], reason=data["reason"],
        ), lambda _done: _("The later date is asked for. Until it is decided the present date holds."))  # fmt: skip

    def act_date(self) -> HttpResponse:
        form = DateForm(self.request.POST)
        return self._run("date", form, lambda data: set_date(
            actor=self.request.user, assignment_id=self.one.pk, version=data["version"], due_on=data["due_on"],
        ), lambda _done: _("The date is set."))  # fmt: skip

    def act_plan(self) -> HttpResponse:
        form, steps = PlanForm(self.request.POST), MilestoneFormSet(self.request.POST, prefix="m")
        if not steps.is_valid():
            return self.show(status=422, forms_={"plan": form, "milestones": steps})
        rows = [(row["text"], row["due_on"], row.get("done_on")) for row in steps.cleaned_data if row.get("text")]
        return self._run("plan", form, lambda data: plan(
            actor=self.request.user, assignment_id=self.one.pk, version=data["version"], timetable=data["timetable"],
            contact_office=data["contact_office"], milestones=rows,
        ), lambda _done: _("Timetable and milestones are saved."), milestones=steps)  # fmt: skip

    def _run(self, name: str, form: forms.Form, act: Any, words: Any, **more: Any) -> HttpResponse:
        if not form.is_valid():
            return self.show(status=422, forms_={name: form} | more)
        try:
            done = act(form.cleaned_data)
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(status=violation.status, forms_={name: form} | more)
        messages.success(self.request, words(done))
        return redirect("assignment", pk=self.one.pk)

    # --- the page

    @cached_property
    def spans(self) -> list[Any]:
        return open_spans(self.one.task.programme, timezone.localdate())

    def show(self, *, status: int = 200, forms_: dict[str, Any] | None = None, problem: str = "") -> HttpResponse:
        """Render the page, with the form that was refused."""
        one, given = self.one, forms_ or {}
        if status == 409:  # somebody was faster: show the newest state, keep what was typed
            one = self.get_or_404(TaskAssignment.objects.select_related(*RELATED), pk=one.pk)
            if "step" in given:
                given["step"].data = given["step"].data | {"version": str(one.version)}
        today = timezone.localdate()
        steps = list(one.steps.select_related("actor", "file"))
        asked = list(one.extensions.select_related("asked_by", "decided_by"))
        lights = TaskLights(today)
        one.light = lights.of(one.state, one.due_on, one.reported_by_id is not None)  # type: ignore[attr-defined]
        one.words = lights.words(one.light, one.due_on)  # type: ignore[attr-defined]
        owns = acting(self.access, one, OWNER) is not None
        available = self._available(one, steps)
        feedback = list(one.feedback.select_related("by").order_by("-id"))
        context = {
            "one": one, "task": one.task, "programme": one.task.programme, "problem": problem,
            "steps": stepper(one, steps), "history": history(steps, one, asked), "feedback": feedback,
            "available": available, "asks_date": any(step.wants_date for step in available), "owns": owns, "works": one.state in WORKING,
            "extensions": asked, "waits": next((row for row in asked if row.decided_at is None and row.lapsed_at is None), None),
            "notices": list(one.notices.order_by("-year", "-number")), "milestones": list(one.milestones.all()),
            "decides_date": one.due_on is None and one.state not in FINAL and acting(self.access, one, CLOSER) is not None,
            "may_issue": one.state not in FINAL and acting(self.access, one, CLOSER) is not None,
            "forms": self._forms(one, given, owns, available), "spans": self.spans, "today": today,
            "crumbs": [
                (_("Assigned tasks"), reverse("assignments")),
                (one.task.programme.short, reverse("assignment-board", args=[one.task.programme.code])),
            ],
        }  # fmt: skip
        return render(self.request, "programs/supervision/detail.html", context, status=status)

    def _available(self, one: TaskAssignment, steps: list[AssignmentStep]) -> list[Any]:
        reported = {step.actor_id for step in steps if step.verb in HANDS_IN}
        found = []
        for step in steps_from(one.state):
            held = acting(self.access, one, step.side)
            if held is None or (step.handed_in is not None and step.handed_in != (one.reported_by_id is not None)):
                continue
            if step.side in ("checker", "closer") and self.request.user.pk in reported:
                continue
            if step.side == CLOSER and held.organization_id and held.organization_id == one.organization_id:
                continue
            found.append(step)
        return found

    def _forms(self, one: TaskAssignment, given: dict[str, Any], owns: bool, available: list[Any]) -> dict[str, Any]:
        version = {"version": one.version}
        blank = StepForm(initial=version)
        if "step" not in given and available and all(step.wants_comment for step in available):
            blank.fields["comment"].required = True  # said beside the field; the service asks for it either way
        ready = {
            "step": given.get("step") or blank,
            "feedback": given.get("feedback") or FeedbackForm(spans=self.spans, initial={"period": self._usual()}),
            "ask": given.get("ask") or AskForm(),
            "date": given.get("date") or DateForm(initial=version),
        }
        if owns:
            planned = version | {"timetable": one.timetable, "contact_office": one.contact_office}
            rows = [{"text": row.text, "due_on": row.due_on, "done_on": row.done_on} for row in one.milestones.all()]
            ready["plan"] = given.get("plan") or PlanForm(initial=planned)
            ready["milestones"] = given.get("milestones") or MilestoneFormSet(initial=rows, prefix="m")
        ready["open"] = next(iter(given), "")
        return ready

    def _usual(self) -> str:
        today = timezone.localdate()
        ended = [span for span in self.spans if span.ends_on < today]
        return (ended or self.spans)[0].code if self.spans else ""


class EvidenceView(ScopedView, View):
    """A paper handed in with a step, as a download."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        step = self.get_or_404(AssignmentStep.objects.select_related("file"), pk=pk)
        if step.file is None:
            raise Http404
        return send_file(step.file, name=step.file_name)


def stepper(one: TaskAssignment, steps: list[AssignmentStep]) -> list[dict[str, Any]]:
    """Stages with the day each was reached; the way through rectification where the task went it."""
    way = AFTER_RECTIFYING if any(step.to_state == State.RECTIFYING for step in steps) else MAIN
    reached = {step.to_state: step.at for step in steps if step.from_state != step.to_state} | {
        "assigned": one.assigned_at
    }
    here = way.index(one.state) if one.state in way else len(way)
    found = []
    for position, state in enumerate(way):
        done = position < here or one.state in FINAL
        when = reached.get(state) if position <= here else None
        found.append({
            "state": "past" if done else ("now" if position == here else "next"),
            "name": State(state).label,
            "date": f"{timezone.localtime(when):%Y-%m-%d}" if when else "",
        })  # fmt: skip
    return found


def history(steps: list[AssignmentStep], one: TaskAssignment, asked: list[Any]) -> list[dict[str, Any]]:
    """Steps for the history, newest first; a report after the date that held then is marked late."""
    dates = sorted(
        [(row.decided_at, row.asked_until) for row in asked if row.is_granted]
        + [(step.at, step.due_on) for step in steps if step.due_on is not None]
    )
    found = []
    for step in reversed(steps):
        late = step.verb in HANDS_IN and _was_late(step, one.first_due_on, dates)
        found.append({"step": step, "words": words_of(step.verb), "late": late,
                      "at": one.assigned_at if step.verb == "assign" else step.at,
                      "kind": "bad" if late or step.verb == "rectify" else ""})  # fmt: skip
    return found


def _was_late(step: AssignmentStep, first: date | None, dates: list[tuple[datetime, date]]) -> bool:
    """Whether a report came after the date that held then. ``dates``: (moment, date set then), oldest first."""
    due = next((day for at, day in reversed(dates) if at <= step.at), first)
    return due is not None and timezone.localtime(step.at).date() > due
