"""The problem list of the people's congress, one problem, and the cycle it belongs to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from programs.errors import RuleViolation
from programs.models import Delivery, Organization, Problem, ProblemStep, Programme, Role
from programs.page_filters import for_page
from programs.queries.dashboard import visible_programmes
from programs.queries.problems import with_lights
from programs.queries.supervision_cycle import CycleStep, cycle_exists, cycle_of, step_of
from programs.services import deliveries, problems
from programs.supervision_filters import ProblemFilters
from programs.supervision_forms import DeliveryForm, ProblemForm, ProblemStepForm
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin, add_to_form
from programs.views.jobs import send_file

RELATED = ("programme__jurisdiction", "unit", "organization", "task", "reported_by")


class ProblemListView(ScopedView, TemplateView):
    """``/problems/``: every problem in sight by programme, with goal, owner, date, light and vote. Fixed queries."""

    roles = ANY_BUSINESS
    template_name = "programs/problems/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.scoped(Problem.objects.select_related(*RELATED)).order_by("programme", "number")
        filters = for_page(ProblemFilters(self.request.GET, queryset=rows, request=self.request))
        found = with_lights(filters.qs, timezone.localdate())
        programmes = visible_programmes(self.request.user)
        lists = [one for one in programmes if problems.may_list(self.access, one)]
        return super().get_context_data(**kwargs) | {
            "rows": found, "filter": filters, "lists": [one for one in lists if cycle_exists(one.code)] or lists,
            "crumbs": [(_("Assigned tasks"), reverse("assignments"))],
        }  # fmt: skip


class ProblemNewView(ServiceFormMixin, ScopedView, FormView):
    """Put a problem on the list of a programme."""

    roles = (Role.APPROVER,)
    form_class = ProblemForm
    template_name = "programs/problems/new.html"

    @cached_property
    def programme(self) -> Programme:
        found = self.get_programme(self.kwargs["programme"])
        if not problems.may_list(self.access, found):
            raise PermissionDenied(str(problems.WHO[problems.CITY]))
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"programme": self.programme}

    def perform(self, form: ProblemForm) -> Problem:
        return problems.list_problem(actor=self.request.user, programme=self.programme, **form.cleaned_data)

    def get_success_url(self) -> str:
        messages.success(self.request, _("The problem is number %(n)s of the list.") % {"n": self.done.number})
        return reverse("problem", args=[self.done.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [(_("Problems"), reverse("problems"))]
        return super().get_context_data(**kwargs) | {"programme": self.programme, "crumbs": crumbs}


class ProblemView(ScopedView, View):
    """One problem: its plan, what was done, the vote; and the next step of whoever may take it."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(None)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        found, form = self.get_or_404(Problem, pk=pk), ProblemStepForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form, status=422)
        data = form.cleaned_data
        try:
            problems.take(
                actor=self.request.user, problem_id=found.pk, verb=request.POST.get("verb", ""),
                state=request.POST.get("state", ""), comment=data["comment"], upload=data["file"], goal=data["goal"],
                due_on=data["due_on"], verdict=data["verdict"], voted_on=data["voted_on"],
            )  # fmt: skip
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(form, status=violation.status)
        messages.success(request, _("The step is recorded."))
        return redirect("problem", pk=pk)

    def show(self, form: ProblemStepForm | None, status: int = 200) -> HttpResponse:
        """Render the page, with the form that was refused."""
        one = self.get_or_404(Problem.objects.select_related(*RELATED), pk=self.kwargs["pk"])
        row = with_lights(Problem.objects.filter(pk=one.pk), timezone.localdate())[0]
        form = form or ProblemStepForm(initial={"goal": one.goal, "due_on": one.due_on})
        available = problems.available(self.access, one)
        verbs = {step.verb for step in available}
        wanted = ["comment"]
        wanted += ["goal", "due_on"] if "assign" in verbs else []
        wanted += ["file"] if verbs & {"start", "report"} else []
        wanted += ["verdict", "voted_on"] if "vote" in verbs else []
        states = list(Problem.State)
        here = states.index(Problem.State(one.state))
        stages = [
            {"state": "past" if i < here else ("now" if i == here else "next"), "name": state.label}
            for i, state in enumerate(states)
        ]
        words = {step.verb: step.done for step in problems.STEPS}
        history = [
            {"step": step, "words": words.get(step.verb, step.verb)}
            for step in one.steps.select_related("actor", "file").order_by("-id")
        ]
        return render(self.request, "programs/problems/detail.html", {
            "one": one, "row": row, "form": form, "available": available, "fields": [form[name] for name in wanted],
            "stages": stages, "history": history,
            "crumbs": [(_("Assigned tasks"), reverse("assignments")), (_("Problems"), reverse("problems"))],
        }, status=status)  # fmt: skip


class ProblemEvidenceView(ScopedView, View):
    """A paper handed in with a step, as a download."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        step = self.get_or_404(ProblemStep.objects.select_related("file"), pk=pk)
        if step.file is None:
            raise Http404
        return send_file(step.file, name=step.file_name)


class DeliveryPaperView(ScopedView, View):
    """A paper recorded with a delivery, as a download."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        row = self.get_or_404(Delivery.objects.select_related("file"), pk=pk)
        if row.file is None:
            raise Http404
        return send_file(row.file, name=row.file_name)


class CycleView(ScopedView, TemplateView):
    """The plan's cycle with the people's congress as a calendar: what is delivered by whom in which month."""

    roles = ANY_BUSINESS
    template_name = "programs/supervision/cycle.html"

    @cached_property
    def programme(self) -> Programme:
        return self.get_programme(self.kwargs["programme"])

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        step = step_of(self.programme.code, request.POST.get("step", ""))
        asked = Organization.objects.filter(code__in=step.bodies if step else ())
        form = DeliveryForm(request.POST, request.FILES, bodies=list(asked))
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(refused=form), status=422)
        data, takes_back = form.cleaned_data, request.POST.get("act") == "take_back"
        if not takes_back and data["delivered_on"] is None:
            form.add_error("delivered_on", _("Enter the day on which it was delivered."))
            return self.render_to_response(self.get_context_data(refused=form), status=422)
        try:
            deliveries.deliver(
                actor=self.request.user, programme=self.programme, step=data["step"], bodies=list(data["bodies"]),
                delivered_on=None if takes_back else data["delivered_on"], note=data["note"], upload=data["file"],
            )  # fmt: skip
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.render_to_response(self.get_context_data(refused=form), status=violation.status)
        messages.success(request, _("Taken back.") if takes_back else _("Recorded as delivered."))
        return redirect("supervision-cycle", programme=self.programme.code)

    def _form(self, step: CycleStep, refused: DeliveryForm | None) -> DeliveryForm | None:
        """The form of one step for whoever records it; the refused one where it belongs."""
        mine = [body for body in step.bodies if deliveries.may_record(self.access, self.programme, body)]
        if refused is not None and refused.data.get("step") == step.code:
            return refused
        return DeliveryForm(initial={"step": step.code}, bodies=mine) if mine else None

    def get_context_data(self, *, refused: DeliveryForm | None = None, **kwargs: Any) -> dict[str, Any]:
        programme = self.programme
        cycle = cycle_of(programme, self.request.user, timezone.localdate())
        return super().get_context_data(**kwargs) | {
            "programme": programme, "cycle": cycle, "refused": refused,
            "steps": [(step, self._form(step, refused)) for step in cycle.steps],
            "crumbs": [
                (_("Assigned tasks"), reverse("assignments")),
                (programme.short, reverse("assignment-board", args=[programme.code])),
            ],
        }  # fmt: skip
