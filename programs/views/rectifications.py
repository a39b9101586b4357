"""Rectifications: the list with lights, one with its steps, assigning a finding, later dates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from programs.errors import RuleViolation
from programs.filters_inspections import RectificationFilters, is_late
from programs.forms_inspections import AnswerForm, AssignForm, LaterForm, StepForm
from programs.models import Extension, Finding, Rectification, RectificationStep, Role
from programs.page_filters import for_page
from programs.queries import rectifications as queries
from programs.rectification_steps import Step, possible
from programs.services import extensions
from programs.services import rectifications as service
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin, add_to_form, add_to_messages
from programs.views.inspection_photos import SANDBOX
from programs.views.inspections import SCORES
from programs.views.jobs import send_file

PER_PAGE = 50


class RectificationListView(ScopedView, TemplateView):
    """``/rectifications/``: what is late stands on top of what is open. A fixed number of queries."""

    roles = ANY_BUSINESS
    template_name = "programs/rectifications/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        filters = for_page(RectificationFilters(self.request.GET, self.scoped(Rectification), request=self.request))
        found = filters.qs if filters.is_valid() else Rectification.objects.none()
        page = Paginator(queries.listed(found), PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(**kwargs) | {
            "page": page, "rows": queries.rows_of(page.object_list, today), "filter": filters,
            "late": found.filter(is_late(today)).count(),
        }  # fmt: skip


class RectificationMixin(ScopedView):
    """``self.rectification`` by its number; 404 outside the scope."""

    roles = ANY_BUSINESS
    kwargs: dict[str, Any]

    @cached_property
    def rectification(self) -> Rectification:
        found: Rectification = self.get_or_404(queries.detailed(Rectification.objects.all()), pk=self.kwargs["pk"])
        return found

    @property
    def here(self) -> str:
        return reverse("rectification", args=[self.rectification.pk])

    def show(
        self, *, step: StepForm | None = None, later: LaterForm | None = None, answer: AnswerForm | None = None,
        status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        """The page, with the form that was refused."""
        one, user = self.rectification, self.request.user
        steps = possible(one, self.access, user)
        waiting = next((row for row in one.extensions.all() if row.decided_at is None and row.lapsed_at is None), None)
        may_decide = (
            waiting is not None
            and extensions.decides(self.access, one)
            and user.pk not in (waiting.asked_by_id, one.reported_by_id)
        )
        can_ask = waiting is None and any(found.by_owner for found in steps)
        context = {
            "rectification": one,
            "row": queries.rows_of([one], timezone.localdate())[0],
            "history": queries.history_of(one),
            "forms": [
                (
                    names,
                    step
                    if step and step.verb in [one.verb for one in names]
                    else StepForm(rectification=one, verb=names[0].verb),
                )
                for names in _together(steps)
            ],
            "later": later or (LaterForm() if can_ask else None),
            "waiting": waiting,
            "answer": (answer or AnswerForm(initial={"extension": waiting.pk})) if waiting and may_decide else None,
            "extensions": [row for row in one.extensions.all() if row.decided_at or row.lapsed_at],
            "crumbs": [(_("Rectifications"), reverse("rectifications"))],
        }
        return render(self.request, "programs/rectifications/detail.html", context, status=status)


def _together(steps: list[Step]) -> list[list[Step]]:
    """Steps that share a form: closing and sending back say the same things of one revisit."""
    revisit = [step for step in steps if not step.by_owner]
    return [[step] for step in steps if step.by_owner] + ([revisit] if revisit else [])


class RectificationView(RectificationMixin, View):
    """One rectification: what was found, who owns it, every step, and the forms of the steps this person can take."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show()


class RectificationStepView(RectificationMixin, View):
    """POST one step: accept, report, close or send_back."""

    roles = SCORES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        verb = self.kwargs["verb"]
        form = StepForm(request.POST, request.FILES, rectification=self.rectification, verb=verb)
        if not form.is_valid():
            return self.show(step=form, status=422)
        data = form.cleaned_data
        try:
            done = service.take(
                actor=self.request.user, rectification_id=self.rectification.pk, verb=verb, seen=data["seen"],
                comment=data.get("comment", ""), upload=data.get("file"), revisited_on=data.get("revisited_on"),
            )  # fmt: skip
        except RuleViolation as violation:
            add_to_form(form, violation)
            if not any(verb == found.verb for found in possible(self.rectification, self.access, request.user)):  # type: ignore[arg-type]
                add_to_messages(request, violation)
            return self.show(step=form, status=violation.status)
        messages.success(
            request, _("The rectification stands at “%(state)s” now.") % {"state": done.get_state_display()}
        )
        return redirect(self.here)


class LaterView(RectificationMixin, View):
    """POST: ask for a later date."""

    roles = (Role.REPORTER,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = LaterForm(request.POST)
        if not form.is_valid():
            return self.show(later=form, status=422)
        try:
            extensions.ask(actor=self.request.user, rectification_id=self.rectification.pk, **form.cleaned_data)
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(later=form, status=violation.status)
        messages.success(request, _("The later date is asked for; somebody else decides it."))
        return redirect(self.here)


class AnswerView(RectificationMixin, View):
    """POST: grant or refuse a later date (``decision``: grant or refuse)."""

    roles = (Role.APPROVER, Role.INSPECTOR)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = AnswerForm(request.POST)
        if not form.is_valid() or request.POST.get("decision") not in ("grant", "refuse"):
            return self.show(answer=form, status=422)
        wanted = form.cleaned_data["extension"]
        if not Extension.objects.filter(pk=wanted, rectification=self.rectification).exists():
            raise Http404
        try:
            extensions.decide(
                actor=self.request.user, extension_id=wanted, grant=request.POST["decision"] == "grant",
                answer=form.cleaned_data["answer"],
            )  # fmt: skip
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(answer=form, status=violation.status)
        messages.success(request, _("The request is decided."))
        return redirect(self.here)


class RectificationFileView(ScopedView, View):
    """The paper of one step, as a download."""

    roles = ANY_BUSINESS
    http_method_names = ["get", "head"]
    kwargs: dict[str, Any]

    def get(self, request: HttpRequest, **kwargs: Any) -> FileResponse:
        step = self.get_or_404(RectificationStep.objects.select_related("file"), pk=self.kwargs["pk"])
        if step.file is None:
            raise Http404
        response = send_file(step.file, name=step.file_name)
        response.headers["Content-Security-Policy"] = SANDBOX
        return response


class FindingAssignView(ServiceFormMixin, ScopedView, FormView):
    """Give a finding an owner, a goal and a last day."""

    roles = SCORES
    form_class = AssignForm
    template_name = "programs/rectifications/assign.html"

    @cached_property
    def finding(self) -> Finding:
        rows = Finding.objects.select_related(
            "item__clause__document", "inspection__unit", "inspection__project", "inspection__checklist",
            "repeats__inspection", "rectification",
        )  # fmt: skip
        found: Finding = self.get_or_404(rows, pk=self.kwargs["pk"])
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"finding": self.finding}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if hasattr(self.finding, "rectification"):
            return redirect("rectification", self.finding.rectification.pk)
        return super().get(request, *args, **kwargs)

    def perform(self, form: AssignForm) -> Rectification:
        data = form.cleaned_data
        return service.assign(
            actor=self.request.user, finding_id=self.finding.pk, goal=data["goal"], due_on=data["due_on"],
            unit=data["unit"], organization=data["organization"],
        )  # fmt: skip

    def get_success_url(self) -> str:
        return reverse("rectification", args=[self.done.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "finding": self.finding,
            "crumbs": [(_("Inspection"), reverse("inspection", args=[self.finding.inspection_id]))],
        }
