"""Papers: adding one in place, its page with pictures and versions, the file itself as a download that no browser runs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from programs.errors import RuleViolation
from programs.models import Attachment
from programs.services import previews
from programs.services.attachments import OTHER, attach
from programs.step_forms import PaperForm
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_form
from programs.views.declarations import DeclarationMixin
from programs.views.jobs import send_file
from programs.views.projects import ProjectMixin
from programs.workflow import Workflow

SANDBOX = "default-src 'none'; sandbox"


class DeclarationPaperView(DeclarationMixin, View):
    """POST a paper of a declaration; a kind that belongs to the project is kept with the project."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        flow = self.found.flow
        form = PaperForm(request.POST, request.FILES, flow=flow)
        if not form.is_valid():
            return self.show(paper_form=form, status=422)
        kind = flow.document(form.cleaned_data["kind"])
        keeps = kind is not None and kind.belongs_to_project
        try:
            paper = attach(
                actor=self.request.user,
                project=self.declaration.project,
                declaration=None if keeps else self.declaration,
                kind=form.cleaned_data["kind"],
                upload=form.cleaned_data["file"],
                note=form.cleaned_data["note"],
            )
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(paper_form=form, status=violation.status)
        messages.success(request, _("“%(name)s” is attached.") % {"name": paper.name})
        return redirect(self.here + "#papers")


class ProjectPaperView(ProjectMixin, View):
    """POST a paper of a project."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        project, flow = self.project, self._flow()
        form = PaperForm(request.POST, request.FILES, flow=flow)
        if not form.is_valid():
            return self.show(paper_form=form, status=422)
        try:
            paper = attach(
                actor=self.request.user,
                project=project,
                kind=_project_kind(flow, form.cleaned_data["kind"]),
                upload=form.cleaned_data["file"],
                note=form.cleaned_data["note"],
            )
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(paper_form=form, status=violation.status)
        messages.success(request, _("“%(name)s” is attached.") % {"name": paper.name})
        return redirect(reverse("project", args=[project.code]) + "#papers")


def _project_kind(flow: Workflow | None, code: str) -> str:
    """The kind; a paper of one year's application handed in outside it is just another paper."""
    kind = flow.document(code) if flow else None
    return code if kind is not None and kind.belongs_to_project else OTHER


class PaperMixin(ScopedView):
    """``self.paper`` by its number; 404 outside the scope."""

    roles = ANY_BUSINESS
    kwargs: dict[str, Any]

    def paper(self) -> Attachment:
        rows = Attachment.objects.select_related("file", "uploaded_by", "project", "declaration__cycle")
        found: Attachment = self.get_or_404(rows, pk=self.kwargs["pk"])
        return found


class PaperView(PaperMixin, View):
    """One paper: who added it, its hashes, its versions, its pages as pictures. Three queries."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        paper = self.paper()
        versions = Attachment.objects.filter(
            project_id=paper.project_id, declaration=paper.declaration_id, kind=paper.kind
        ).select_related("file", "uploaded_by")
        try:
            pages = previews.pages_of(paper.file)
        except OSError:
            pages = 0
        context = {
            "paper": paper,
            "project": paper.project,
            "versions": versions.order_by("-version", "-pk") if paper.kind != OTHER else [paper],
            "pages": range(1, pages + 1),
            "more": previews.PAGES if pages == previews.PAGES else None,
            "crumbs": [(paper.project.name, reverse("project", args=[paper.project.code])), (paper.name, None)],
        }
        return render(request, "programs/declarations/paper.html", context)


class PaperFileView(PaperMixin, View):
    """The file as it was uploaded, always as a download."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: Any) -> FileResponse:
        paper = self.paper()
        response = send_file(paper.file, name=paper.name)
        response.headers["Content-Security-Policy"] = SANDBOX
        return response


class PaperPageView(PaperMixin, View):
    """One page as a PNG drawn anew. 404 where there is nothing to show."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        paper = self.paper()
        try:
            picture = previews.draw(paper.file, self.kwargs["page"])
        except OSError as problem:
            raise Http404 from problem
        if picture is None:
            raise Http404
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": SANDBOX,
            "Cache-Control": "private, max-age=600",
        }
        return HttpResponse(picture, content_type="image/png", headers=headers)
