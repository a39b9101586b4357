"""Projects: the list, one project's page, opening its declaration of a year."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from programs.errors import RuleViolation
from programs.filters_declarations import ProjectPageFilters
from programs.models import Attachment, Declaration, Inspection, Notice, Project, Role
from programs.modules import panels_of
from programs.queries.declarations import stage_name
from programs.queries.due_inspections import due_of
from programs.queries.inspections import purposes_for
from programs.queries.projects import kind_name, rows_of, with_newest
from programs.services import declarations as service
from programs.services.attachments import MAY_ATTACH
from programs.services.declarations.starting import workflow_for
from programs.step_forms import PaperForm
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_messages
from programs.workflow import workflow_of, workflows

PER_PAGE = 50
YEARS_BACK, YEARS_AHEAD = 3, 1


class ProjectListView(ScopedView, TemplateView):
    """``/projects/``: filters, search, pages. A fixed number of queries."""

    roles = ANY_BUSINESS
    template_name = "programs/projects/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = with_newest(self.scoped(Project)).select_related("programme", "unit__parent")
        filters = ProjectPageFilters(self.request.GET, rows, request=self.request)
        found = filters.qs if filters.is_valid() else rows.none()
        page = Paginator(found.order_by("programme__position", "programme", "kind", "code"), PER_PAGE).get_page(
            self.request.GET.get("page")
        )
        return super().get_context_data(**kwargs) | {"page": page, "rows": rows_of(list(page)), "filter": filters}


class StartForm(forms.Form):
    """The year of a declaration."""

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = timezone.localdate().year
        years = range(now + YEARS_AHEAD, now - YEARS_BACK - 1, -1)
        self.fields["year"].choices = [(year, str(year)) for year in years]  # type: ignore[attr-defined]
        self.fields["year"].initial = now


class ProjectMixin(ScopedView):
    """``self.project`` by its code; 404 outside the scope."""

    roles = ANY_BUSINESS
    kwargs: dict[str, Any]

    @cached_property
    def project(self) -> Project:
        related = ("programme__jurisdiction", "unit__parent", "applicant", "created_by")
        found: Project = self.get_or_404(Project.objects.select_related(*related), code=self.kwargs["code"])
        return found

    def show(self, *, status: int = 200, **more: Any) -> HttpResponse:
        """The page of the project."""
        project, user = self.project, self.request.user
        declarations = list(
            Declaration.objects.filter(project=project).select_related("cycle").order_by("-cycle__year")
        )
        papers = Attachment.objects.filter(project=project, replaced_at=None).select_related("file", "uploaded_by")
        flow = self._flow()
        context = {
            "project": project,
            "programme": project.programme,
            "kind": kind_name(project),
            "declarations": [_line(one) for one in declarations],
            "papers": [(one, _kind_of(flow, one.kind)) for one in papers],
            "paper_form": PaperForm(flow=flow),
            "inspections": Inspection.objects.filter(project=project).select_related("checklist").order_by("-pk")[:20],
            "due": due_of(self.access, project_id=project.pk),
            "may_inspect": purposes_for(self.access, unit=project.unit, programme=project.programme, project=project),
            "notices": Notice.objects.filter(items__declaration__project=project).distinct().order_by("-pk")[:20],
            "panels": panels_of(project, user),
            "start_form": StartForm() if flow and self._may(Role.REPORTER) else None,
            "may_attach": self._may(*MAY_ATTACH),
            "crumbs": [(_("Projects"), reverse("projects")), (project.name, None)],
        }
        return render(self.request, "programs/projects/detail.html", context | more, status=status)

    def _may(self, *roles: Role) -> bool:
        return self.access.can(roles, unit=self.project.unit, programme=self.project.programme)

    def _flow(self) -> Any:
        """The procedure of the project; None when its initiative has none for it."""
        try:
            return workflow_for(self.project)
        except RuleViolation:
            return None


class ProjectView(ProjectMixin, View):
    """One project: facts, the initiative's panels, declarations by year, papers, inspections, notices."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show()


class ProjectStartView(ProjectMixin, View):
    """POST ``year``: open the declaration of that year, or go to the one there is."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not self._may(Role.REPORTER) and self.project:
            raise PermissionDenied(_("A declaration is opened by the reporter of this unit and programme."))
        form = StartForm(request.POST)
        if not form.is_valid():
            return self.show(start_form=form, status=422)
        try:
            found = service.start(actor=self.request.user, project=self.project, year=form.cleaned_data["year"])
        except RuleViolation as violation:
            add_to_messages(request, violation)
            return self.show(status=violation.status)
        messages.success(request, _("The application is open. What you type is kept; nothing is handed in yet."))
        return redirect("declaration", found.pk)


def _line(declaration: Declaration) -> dict[str, Any]:
    known = {flow.code for flow in workflows()}
    flow = workflow_of(declaration.workflow) if declaration.workflow in known else None
    return {
        "declaration": declaration,
        "flow": flow.name if flow else declaration.workflow,
        "stage": stage_name(flow, declaration.stage) if flow else declaration.stage,
        "light": "wait" if declaration.is_open else "done",
    }


def _kind_of(flow: Any, code: str) -> str:
    kind = flow.document(code) if flow else None
    return str(kind.name) if kind else _("Other paper")
