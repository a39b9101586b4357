"""Putting a place forward, describing it, and the works while they are built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from programs.errors import RuleViolation
from programs.models import Role, Unit
from programs.services.declarations.starting import is_editable
from programs.views.base import ServiceFormMixin, add_to_form, add_to_messages
from programs.warnings import warnings_on
from villages.forms import CandidateForm, FinishForm, GroupForm, PutForwardForm, RecordForm, WorksSet, works_initial
from villages.guards_honours import honour_in_force
from villages.models import Belt, BuildProject, Candidate
from villages.services import places
from villages.views.base import WRITES, VillagesView

REPORTER = (Role.REPORTER,)
OFFERED = 1500  # places in the list of suggestions


class PutForwardView(ServiceFormMixin, VillagesView, FormView):
    """Choose a village or township; its application opens."""

    roles = REPORTER
    template_name = "villages/put_forward.html"
    form_class = PutForwardForm

    def perform(self, form: PutForwardForm) -> Any:
        data = form.cleaned_data
        if not self.access.sees(data["unit"], self.programme):
            raise RuleViolation(
                "unit", _("%(unit)s is outside your scope.") % {"unit": data["unit"].label}, field="unit",
                next_step=_("Choose a village or township of yours."),
            )  # fmt: skip
        return places.put_forward(actor=self.request.user, programme=self.programme, **data)

    def get_success_url(self) -> str:
        for one in warnings_on(self.done.unit):
            messages.warning(self.request, str(one.message))
        held = honour_in_force(self.done)
        if held is not None:
            messages.warning(
                self.request,
                _("%(place)s has held this honour since %(day)s (plaque %(plaque)s): recommending it wants a reason, and it does not count for this year's task.")
                % {"place": self.done.name, "day": held.honoured_on, "plaque": held.plaque_no},
            )  # fmt: skip
        return reverse("village-edit", args=[self.done.code])

    def places(self) -> QuerySet[Unit]:
        """Villages and townships that the person enters for."""
        condition = Q(pk__in=[])
        for path in self.writes(Role.REPORTER):
            condition |= Q(path__startswith=path)
        return Unit.objects.filter(
            condition, valid_to=None, level__in=["township", "village"], path__startswith=self.programme.jurisdiction.path
        ).exclude(kind="resident_committee").select_related("parent").order_by("code")  # fmt: skip

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"places": self.places()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | self.frame("")
        return context | {"offered": self.places()[:OFFERED]}


class CandidateMixin(VillagesView):
    """``self.candidate`` by the code of its project; 404 outside the scope."""

    kwargs: dict[str, Any]

    @cached_property
    def candidate(self) -> Candidate:
        rows = Candidate.objects.select_related(
            "project__unit__parent", "project__programme__jurisdiction", "belt__project"
        )
        found: Candidate = self.get_or_404(rows, project__code=self.kwargs["code"])
        return found

    @property
    def declaration(self) -> Any:
        return (
            self.candidate.project.declarations.filter(workflow__in=("villages-city", "villages-county"))
            .select_related("cycle").order_by("-cycle__year").first()
        )  # fmt: skip


class CandidateView(CandidateMixin, View):
    """The description and the project list in one form; read-only while the application is being decided."""

    roles = REPORTER

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        return self.show(self.form(), WorksSet(initial=works_initial(self.candidate), prefix="works"))

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        form, works = (
            self.form(request.POST),
            WorksSet(request.POST, initial=works_initial(self.candidate), prefix="works"),
        )
        if not (form.is_valid() & works.is_valid()):
            return self.show(form, works, status=422)
        kept = [
            {key: value for key, value in row.items() if key != "DELETE"}
            for row in (one.cleaned_data for one in works)
            if row and not row.get("DELETE")
        ]
        try:
            places.save_candidate(
                actor=self.request.user, project_id=self.candidate.project_id, version=form.cleaned_data["version"], fields=form.described(),
                works=cast("list[places.Works]", [*kept, *form.cleaned_data["paste"]]),
            )  # fmt: skip
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(form, works, status=violation.status)
        messages.success(request, _("Saved."))
        return redirect("village-edit", code)

    def form(self, data: Any = None) -> CandidateForm:
        project = self.candidate.project
        county = "/" + "/".join(project.unit.path.strip("/").split("/")[:3]) + "/"
        belts = Belt.objects.filter(project__unit__path=county).select_related("project")
        instance = Candidate.objects.get(pk=self.candidate.pk)  # its own: a form writes what is typed into its instance
        return CandidateForm(data, instance=instance, belts=belts, is_village=project.kind == "village")

    def show(self, form: CandidateForm, works: Any, status: int = 200) -> HttpResponse:
        """The page with what was typed."""
        declaration = self.declaration
        context = self.frame("", self.candidate.project) | {
            "candidate": self.candidate, "project": self.candidate.project, "form": form, "works": works, "declaration": declaration,
            "is_editable": declaration is not None and is_editable(declaration), "flags": [form[name] for name in Candidate.FLAGS],
        }  # fmt: skip
        return render(self.request, "villages/candidate.html", context, status=status)


class WorksView(CandidateMixin, View):
    """The works while they are built: finished when, the supervision group and its records. POST ``act``."""

    roles = WRITES
    forms = {"finish": FinishForm, "group": GroupForm, "record": RecordForm}
    services: dict[str, Callable[..., object]] = {
        "finish": places.finish_works,
        "group": places.form_group,
        "record": places.write_record,
    }

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        act = request.POST.get("act", "")
        row = self.get_or_404(BuildProject.objects.filter(candidate=self.candidate), pk=request.POST.get("works") or 0)
        if act not in self.forms:
            raise PermissionDenied(_("There is no such step."))
        form = self.forms[act](request.POST)
        if not form.is_valid():
            return self.show({(row.pk, act): form}, status=422)
        try:
            self.services[act](actor=self.request.user, works_id=row.pk, **form.cleaned_data)
        except RuleViolation as violation:
            if violation.field in form.fields:
                add_to_form(form, violation)
                return self.show({(row.pk, act): form}, status=violation.status)
            add_to_messages(request, violation)
        else:
            messages.success(request, _("Saved."))
        return redirect(reverse("village-works", args=[code]) + f"#works-{row.pk}")

    def show(self, typed: dict[tuple[int, str], Any] | None = None, status: int = 200) -> HttpResponse:
        """Each works project with its forms."""
        typed = typed or {}
        rows = self.candidate.works.select_related("group").prefetch_related("group__records")
        works = [
            {
                "row": row,
                "group": getattr(row, "group", None),
                "finish": typed.get((row.pk, "finish")) or FinishForm(initial={"finished_on": row.finished_on}, auto_id=f"id_{row.pk}_%s"),
                "form_group": typed.get((row.pk, "group")) or GroupForm(auto_id=f"id_{row.pk}_%s"),
                "record": typed.get((row.pk, "record")) or RecordForm(auto_id=f"id_{row.pk}_%s"),
            }
            for row in rows
        ]  # fmt: skip
        context = self.frame("", self.candidate.project) | {
            "candidate": self.candidate, "project": self.candidate.project, "works": works, "declaration": self.declaration,
        }  # fmt: skip
        return render(self.request, "villages/works.html", context, status=status)
