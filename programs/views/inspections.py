"""Inspections: the list, opening one, scoring it on a phone, closing it, the report."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from accounts.services.idempotency import KeyReused, StillRunning, fingerprint_of, run_once
from programs.documents.inspection import report_of
from programs.errors import RuleViolation
from programs.filters_inspections import InspectionFilters
from programs.forms_inspections import METHODS, CloseForm, OpenForm, PhotoForm, ReasonForm
from programs.models import Declaration, Inspection, Project, Role
from programs.page_filters import for_page
from programs.queries import inspections as queries
from programs.services import inspections as service
from programs.services import photos
from programs.services.scoring import ScoreConflict
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin, add_to_form, add_to_messages, sentence

PER_PAGE = 50
SCORES = (Role.REPORTER, Role.REVIEWER, Role.APPROVER, Role.INSPECTOR)  # whoever may inspect for some purpose
LONGEST = 400_000  # bytes of scores in one sending


class InspectionMixin(ScopedView):
    """``self.inspection`` by its number; 404 outside the scope."""

    roles = ANY_BUSINESS
    kwargs: dict[str, Any]

    @cached_property
    def inspection(self) -> Inspection:
        rows = Inspection.objects.select_related(
            "programme__document", "unit__parent", "project", "declaration__cycle", "checklist__clause__document",
            "inspector", "closed_by", "previous", "organization",
        )  # fmt: skip
        found: Inspection = self.get_or_404(rows, pk=self.kwargs["pk"])
        return found

    @property
    def here(self) -> str:
        return reverse("inspection", args=[self.inspection.pk])

    def may_inspect(self) -> bool:
        """Whether the person's role inspects for this purpose, whatever else keeps them from it."""
        one = self.inspection
        roles, levels = service.who_inspects(one.purpose, one.project)
        return self.access.acting(roles, levels=levels, unit=one.unit, programme=one.programme) is not None

    def crumbs(self) -> list[tuple[str, str | None]]:
        return [(_("Inspections"), reverse("inspections")), (self.name, self.here)]

    @property
    def name(self) -> str:
        one = self.inspection
        return f"{one.project.name if one.project else one.unit.label} · {one.get_purpose_display()}"


class InspectionListView(ScopedView, TemplateView):
    """``/inspections/``: filters and pages. A fixed number of queries."""

    roles = ANY_BUSINESS
    template_name = "programs/inspections/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        filters = for_page(InspectionFilters(self.request.GET, self.scoped(Inspection), request=self.request))
        found = filters.qs if filters.is_valid() else Inspection.objects.none()
        page = Paginator(queries.listed(found), PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(**kwargs) | {
            "page": page, "filter": filters, "edits_checklists": self.access.has(Role.APPROVER), "may_open": self.access.has(*SCORES),
        }  # fmt: skip


class InspectionOpenView(ServiceFormMixin, ScopedView, FormView):
    """``/inspections/new/?project=…`` or ``?declaration=…``, with ``purpose`` and ``previous`` as further hints.

    An inspection opened from a project for a purpose that one of its open applications waits for belongs to that
    application. An address that names nothing leads to the choice.
    """

    roles = SCORES
    form_class = OpenForm
    template_name = "programs/inspections/open.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self._named("declaration") and not self._named("project"):
            return redirect("inspection-choose")
        return super().get(request, *args, **kwargs)

    @cached_property
    def declaration(self) -> Declaration | None:
        wanted = self._named("declaration")
        rows = Declaration.objects.select_related("project__unit", "project__programme", "cycle")
        return self.get_or_404(rows, pk=wanted) if wanted else None

    @cached_property
    def project(self) -> Project:
        if self.declaration is not None:
            return self.declaration.project
        rows = Project.objects.select_related("unit", "programme")
        found: Project = self.get_or_404(rows, code=self._named("project"))
        return found

    @cached_property
    def previous(self) -> Inspection | None:
        wanted = self._named("previous")
        return self.get_or_404(Inspection, pk=wanted) if wanted else None

    def _named(self, name: str) -> str:
        """What the address names, or a form that carries it along."""
        return self.request.GET.get(name) or self.request.POST.get(name, "")

    @property
    def _place(self) -> dict[str, Any]:
        return {"unit": self.project.unit, "programme": self.project.programme, "project": self.project}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "purposes": queries.purposes_for(self.access, declaration=self.declaration, **self._place), "programme": self.project.programme,
            "project": self.project,
        }  # fmt: skip

    def get_initial(self) -> dict[str, Any]:
        previous = self.previous
        return {
            "purpose": self._named("purpose") or (previous.purpose if previous else None),
            "checklist": self._named("checklist") or (previous.checklist_id if previous else None),
        }

    def perform(self, form: OpenForm) -> Inspection:
        purpose = form.cleaned_data["purpose"]
        return service.open_inspection(
            actor=self.request.user, checklist=form.cleaned_data["checklist"], purpose=purpose,
            declaration=self.declaration or queries.subject_of(self.project, purpose), previous=self.previous, **self._place,
        )  # fmt: skip

    def get_success_url(self) -> str:
        return reverse("inspection-score", args=[self.done.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "project": self.project, "declaration": self.declaration, "previous": self.previous,
            "has_checklists": context["form"].fields["checklist"].queryset.exists(),
            "crumbs": [(self.project.name, reverse("project", args=[self.project.code]))],
        }  # fmt: skip


class InspectionView(InspectionMixin, TemplateView):
    """One inspection: its outcome, items, findings with what became of them, photos. A fixed number of queries."""

    template_name = "programs/inspections/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one = self.inspection
        lines = queries.lines_of(one)
        names = dict(METHODS)
        return super().get_context_data(**kwargs) | {
            "inspection": one,
            "name": self.name,
            "groups": queries.groups_of(lines),
            "sums": queries.sums_of(lines, one.checklist.mode),
            "findings": queries.findings_of(one),
            "photos": queries.photos_of(one, self.request.user),
            "repeats": queries.repeats_of(one),
            "methods": [names.get(code, code) for code in one.methods],
            "may_inspect": self.may_inspect(),
            "sees_originals": self.access.has(Role.AUDITOR, Role.APPROVER),
            "crumbs": self.crumbs()[:1],
        }


class InspectionScoreView(InspectionMixin, View):
    """The page for the phone. POST takes JSON from its script (answers JSON), or the form itself without script.

    JSON: ``{"version", "scores": [{"item", "result", "value", "points", "note", "base"}]}``; the answer ``{"version"}``,
    With an ``Idempotency-Key`` the same sending has one effect and one answer. 409 ``{"code", "detail", "version", "theirs": {item: score}}`` or 422 ``{"errors": [{"field", "detail"}]}``.
    """

    roles = SCORES

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.inspection.state != Inspection.State.OPEN:
            return redirect(self.here)
        return self._show()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.content_type == "application/json":
            return self._answer()
        try:
            service.save_scores(actor=self.request.user, inspection_id=self.inspection.pk, **self._typed())
        except RuleViolation as violation:
            return self._show(violation=violation, status=violation.status)
        messages.success(request, _("Saved."))
        return redirect(request.path)

    def _answer(self) -> JsonResponse:
        given = self._read_json()
        if given is None:
            return JsonResponse({"errors": [{"detail": _("The scores could not be read.")}]}, status=400)
        key = self.request.headers.get("Idempotency-Key", "")
        if not key:
            status, body = self._save(given)
            return JsonResponse(body, status=status)
        request = self.request
        try:
            status, body, _replayed = run_once(
                user=request.user, key=key, func=lambda: self._save(given),
                fingerprint=fingerprint_of("POST", request.path, request.body),
            )  # fmt: skip
        except StillRunning:  # the device tries again by itself
            return JsonResponse({"detail": _("The same sending is still being stored.")}, status=503)
        except (KeyReused, ValueError):
            return JsonResponse(
                {"errors": [{"detail": _("The key of this sending was used for another.")}]}, status=400
            )
        return JsonResponse(body, status=status)

    def _save(self, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Store what was read; the status and the body of the answer."""
        try:
            saved = service.save_scores(actor=self.request.user, inspection_id=self.inspection.pk, **given)
        except RuleViolation as violation:
            body: dict[str, Any] = {
                "code": violation.code,
                "detail": sentence(violation),
                "errors": [{"field": one.field, "detail": sentence(one)} for one in violation.errors or [violation]],
            }
            if isinstance(violation, ScoreConflict):
                body |= {"version": violation.version, "theirs": violation.theirs}
            return violation.status, body
        return 200, {"version": saved.version}

    def _read_json(self) -> dict[str, Any] | None:
        """Version and scores of the body; None when it is something else."""
        if len(self.request.body) > LONGEST:
            return None
        try:
            given = json.loads(self.request.body)
            version, scores = given["version"], given["scores"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        fits = isinstance(version, int) and 0 <= version < 2**31 and isinstance(scores, list)
        if not fits or not all(isinstance(one, dict) for one in scores):
            return None
        return {"version": version, "scores": scores}

    def _typed(self) -> dict[str, Any]:
        """What the form without script holds: only items that differ from what the page showed."""
        post, scores = self.request.POST, []
        for code in self.inspection.checklist.items.values_list("code", flat=True):
            mine = {
                "result": post.get(f"result-{code}", ""), "value": post.get(f"value-{code}", "").strip(),
                "points": post.get(f"points-{code}", "").strip(), "note": post.get(f"note-{code}", "").strip(),
            }  # fmt: skip
            try:
                base = json.loads(post.get(f"base-{code}", "{}"))
            except (ValueError, RecursionError):
                base = {}
            if not isinstance(base, dict) or mine != base:
                scores.append(mine | {"item": code, "base": base if isinstance(base, dict) else {}})
        version = post.get("version", "")
        return {"version": int(version) if version.isdecimal() and len(version) < 10 else -1, "scores": scores}

    def _show(self, *, violation: RuleViolation | None = None, status: int = 200) -> HttpResponse:
        one = self.inspection
        if not self.may_inspect():
            service.require_inspector(self.request.user, one)  # says who may
        lines = queries.lines_of(one)
        typed = self.request.POST if violation else None
        context = {
            "inspection": one,
            "name": self.name,
            "groups": [
                (group.name, [(line, _shown(line, typed)) for line in group.lines])
                for group in queries.groups_of(lines)
            ],
            "sums": queries.sums_of(lines, one.checklist.mode),
            "in_points": one.checklist.mode == "points",
            "photos": queries.photos_of(one, self.request.user),
            "photo_form": PhotoForm(),
            "most_photos": photos.MOST,
            "wrong": {one.field.removeprefix("item-"): sentence(one) for one in violation.errors or [violation]}
            if violation
            else {},
            "problem": sentence(violation) if violation else "",
            "crumbs": self.crumbs(),
        }
        return render(self.request, "programs/inspections/score.html", context, status=status)


def _shown(line: queries.Line, typed: Any) -> dict[str, str]:
    """What the fields of an item hold: what is stored, or what was typed and refused."""
    if typed is None:
        return line.base
    return {name: typed.get(f"{name}-{line.item.code}", line.base[name]) for name in line.base}


class InspectionCloseView(InspectionMixin, View):
    """The end: what is missing, then day, conclusion, who took part, how, further findings."""

    roles = SCORES

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.inspection.state != Inspection.State.OPEN:
            return redirect(self.here)
        return self._show(CloseForm(inspection=self.inspection))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = CloseForm(request.POST, inspection=self.inspection)
        if not form.is_valid():
            return self._show(form, status=422)
        data = form.cleaned_data
        try:
            done = service.close(
                actor=self.request.user, inspection_id=self.inspection.pk, version=data["version"],
                inspected_on=data["inspected_on"], conclusion=data["conclusion"], panel=form.people(),
                methods=data["methods"], satisfaction=data["satisfaction"], outcome=data.get("outcome") or None,
                findings=form.findings(),
            )  # fmt: skip
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self._show(form, status=violation.status)
        messages.success(request, _("The inspection is closed: %(outcome)s.") % {"outcome": done.get_outcome_display()})
        return redirect(self.here)

    def _show(self, form: CloseForm, *, status: int = 200) -> HttpResponse:
        if not self.may_inspect():
            service.require_inspector(self.request.user, self.inspection)
        lines = queries.lines_of(self.inspection)
        context = {
            "inspection": self.inspection, "name": self.name, "form": form,
            "sums": queries.sums_of(lines, self.inspection.checklist.mode),
            "failed": [line for line in lines if line.base["result"] == "fail"],
            "give_up": ReasonForm(initial={"version": self.inspection.version}), "crumbs": self.crumbs(),
        }  # fmt: skip
        return render(self.request, "programs/inspections/close.html", context, status=status)


class InspectionGiveUpView(InspectionMixin, View):
    """POST: end an open inspection without an outcome."""

    roles = SCORES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = ReasonForm(request.POST)
        inspection = self.inspection
        try:
            service.give_up(
                actor=self.request.user, inspection_id=inspection.pk,
                version=form.cleaned_data["version"] if form.is_valid() else inspection.version,
                reason=request.POST.get("reason", ""),
            )  # fmt: skip
        except RuleViolation as violation:
            add_to_messages(request, violation)
            return redirect(reverse("inspection-close", args=[inspection.pk]))
        messages.success(request, _("The inspection is given up."))
        return redirect(self.here)


class InspectionReportView(InspectionMixin, View):
    """The report of a closed inspection as PDF."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.inspection.state != Inspection.State.CLOSED:
            messages.error(request, _("A report is printed once the inspection is closed."))
            return redirect(self.here)
        name = f"inspection-{self.inspection.pk}.pdf"
        return HttpResponse(
            report_of(self.inspection),
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            },
        )  # fmt: skip
