"""Checklists: the list, one version, the editor of a draft, publishing and new versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import formset_factory, model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from programs.errors import RuleViolation
from programs.filters_inspections import ChecklistFilters
from programs.forms_inspections import ChecklistForm, ItemForm, NewChecklistForm
from programs.models import Checklist, Programme, Purpose, Role, Unit
from programs.queries import inspections as queries
from programs.queries.dashboard import visible_programmes
from programs.services import checklists as service
from programs.services.scoring import threshold_of
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin, add_to_messages, sentence

PER_PAGE = 50
EMPTY_ROWS = 3  # offered under the items of a draft


class ChecklistListView(ScopedView, TemplateView):
    """``/checklists/``: every version the person may see. A fixed number of queries."""

    roles = ANY_BUSINESS
    template_name = "programs/checklists/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.scoped(Checklist.objects.select_related("programme", "unit"))
        filters = ChecklistFilters(self.request.GET, rows, request=self.request)
        found = filters.qs if filters.is_valid() else rows.none()
        page = Paginator(found.order_by("programme__position", "programme", "code", "-version"), PER_PAGE).get_page(
            self.request.GET.get("page")
        )
        return super().get_context_data(**kwargs) | {
            "page": page,
            "rows": [(one, [Purpose(code).label for code in one.purposes]) for one in page],
            "filter": filters,
            "can_create": self.access.has(Role.APPROVER),
        }


class ChecklistMixin(ScopedView):
    """``self.checklist`` by its number; 404 outside the scope."""

    roles = ANY_BUSINESS
    kwargs: dict[str, Any]

    @cached_property
    def checklist(self) -> Checklist:
        rows = Checklist.objects.select_related("programme__document", "unit", "clause__document", "created_by")
        found: Checklist = self.get_or_404(rows, pk=self.kwargs["pk"])
        return found

    @property
    def here(self) -> str:
        return reverse("checklist", args=[self.checklist.pk])

    def may_edit(self) -> bool:
        return self.access.can(Role.APPROVER, unit=self.checklist.unit, programme=self.checklist.programme)


class ChecklistView(ChecklistMixin, TemplateView):
    """One version with its items and clauses, and the other versions."""

    template_name = "programs/checklists/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one = self.checklist
        items = one.items.select_related("clause__document").order_by("position", "code")
        return super().get_context_data(**kwargs) | {
            "checklist": one,
            "rows": [(item, threshold_of(item)) for item in items],
            "purposes": [Purpose(code).label for code in one.purposes],
            "versions": self.scoped(queries.checklist_versions(one)),
            "may_edit": self.may_edit(),
            "crumbs": [(_("Checklists"), reverse("checklists"))],
        }


class ChecklistCreateView(ServiceFormMixin, ScopedView, FormView):
    """Begin a checklist that does not exist yet."""

    roles = (Role.APPROVER,)
    form_class = NewChecklistForm
    template_name = "programs/checklists/create.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        keys = [one.pk for one in visible_programmes(self.request.user) if self._unit(one) is not None]
        return super().get_form_kwargs() | {"programmes": Programme.objects.filter(pk__in=keys)}

    def _unit(self, programme: Programme) -> Any:
        """Where the person approves in this programme: the highest unit."""
        held = [
            grant
            for grant in self.access.business
            if grant.role == Role.APPROVER and grant.programme_id in (None, programme.pk)
            and (grant.path.startswith(programme.jurisdiction.path) or programme.jurisdiction.path.startswith(grant.path))
        ]  # fmt: skip
        if not held:
            return None
        top = min(held, key=lambda grant: len(grant.path))
        return programme.jurisdiction_id if len(top.path) <= len(programme.jurisdiction.path) else top.unit_id

    def perform(self, form: NewChecklistForm) -> Checklist:
        data = form.cleaned_data
        return service.create(
            actor=self.request.user, programme=data["programme"],
            unit=Unit.objects.get(pk=self._unit(data["programme"])), code=data["code"],
            fields={name: data[name] for name in ("name_zh", "name_en", "mode")},
        )  # fmt: skip

    def get_success_url(self) -> str:
        return reverse("checklist-edit", args=[self.done.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"crumbs": [(_("Checklists"), reverse("checklists"))]}


class ChecklistEditView(ChecklistMixin, View):
    """The draft's fields and items. Items are moved by their number; a row left empty is dropped."""

    roles = (Role.APPROVER,)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.checklist.state != Checklist.State.DRAFT:
            return redirect(self.here)
        return self._show(*self._forms())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        fields, items = self._forms(request.POST)
        if not (fields.is_valid() and items.is_valid()):
            return self._show(fields, items, status=422)
        rows = [row for row in (form.values() for form in items.ordered_forms) if row is not None]
        try:
            service.edit(
                actor=self.request.user, checklist_id=self.kwargs["pk"], items=rows,
                fields={name: fields.cleaned_data[name] for name in fields.Meta.fields},
                expected=request.POST.get("seen", ""),
            )  # fmt: skip
            if "publish" in request.POST:
                service.publish(actor=self.request.user, checklist_id=self.kwargs["pk"])
        except RuleViolation as violation:
            return self._show(fields, items, violation=violation, status=violation.status)
        messages.success(request, _("Published.") if "publish" in request.POST else _("Saved."))
        return redirect(self.here if "publish" in request.POST else request.path)

    def _forms(self, data: Any = None) -> tuple[ChecklistForm, Any]:
        one = self.get_or_404(Checklist.objects.select_related("programme"), pk=self.kwargs["pk"])
        document = one.programme.document_id
        make = formset_factory(ItemForm, extra=EMPTY_ROWS, can_order=True, max_num=200, absolute_max=220)
        initial = [model_to_dict(item, ItemForm.Meta.fields) for item in one.items.order_by("position", "code")]
        items = make(data, initial=initial, form_kwargs={"document": document}, prefix="item")
        return ChecklistForm(data, instance=one, document=document), items

    def _show(
        self, fields: ChecklistForm, items: Any, *, violation: RuleViolation | None = None, status: int = 200
    ) -> HttpResponse:
        context = {
            "checklist": self.checklist, "seen": self.request.POST.get("seen") or service.fingerprint(self.checklist), "form": fields, "items": items, "crumbs": [(str(self.checklist), self.here)],
            "problems": [sentence(one) for one in violation.errors or [violation]] if violation else [],
        }  # fmt: skip
        return render(self.request, "programs/checklists/edit.html", context, status=status)


class ChecklistActView(ChecklistMixin, View):
    """POST: publish, a new version, or throw a draft away."""

    roles = (Role.APPROVER,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        act, pk, actor = self.kwargs["act"], self.checklist.pk, self.request.user
        try:
            if act == "publish":
                service.publish(actor=actor, checklist_id=pk)
                messages.success(request, _("Published."))
            elif act == "version":
                return redirect("checklist-edit", service.new_version(actor=actor, checklist_id=pk).pk)
            else:
                service.discard(actor=actor, checklist_id=pk)
                messages.success(request, _("The draft is thrown away."))
                return redirect("checklists")
        except RuleViolation as violation:
            add_to_messages(request, violation)
        return redirect(self.here)
