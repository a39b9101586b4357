"""Documents, their clauses and known defects. A clause opens to its targets, a target to its clause."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from policies.models import Clause, Document, DocumentIssue
from programs.models import Indicator, Programme, Target, Task
from programs.views.base import ANY_BUSINESS, ScopedView


class DocumentsView(ScopedView, TemplateView):
    """Every document with what stands on it. Four queries."""

    roles = ANY_BUSINESS
    template_name = "policies/documents.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        documents = Document.objects.annotate(
            clause_count=Count("clauses", distinct=True), issue_count=Count("issues", distinct=True)
        ).order_by("source_no", "code")
        programmes: dict[int, list[Programme]] = {}
        for programme in self.scoped(Programme).order_by("position"):
            programmes.setdefault(programme.document_id, []).append(programme)
        rows = [{"document": document, "programmes": programmes.get(document.pk, [])} for document in documents]
        return super().get_context_data(**kwargs) | {"rows": rows, "issue_count": DocumentIssue.objects.count()}


class DocumentView(ScopedView, TemplateView):
    """One document clause by clause, with how much hangs on each clause. A fixed number of queries."""

    roles = ANY_BUSINESS
    template_name = "policies/document.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        document = Document.objects.filter(code=self.kwargs["code"]).first()
        if document is None:
            raise Http404
        clauses = list(document.clauses.prefetch_related("issues"))
        counts = {
            name: dict(self.scoped(model).filter(clause__document=document, **extra).order_by().values_list("clause").annotate(Count("pk")))
            for name, model, extra in (("targets", Target, {"replaced_at": None}), ("indicators", Indicator, {}), ("tasks", Task, {}))
        }  # fmt: skip
        rows = [{"clause": clause} | {name: counts[name].get(clause.pk, 0) for name in counts} for clause in clauses]
        return super().get_context_data(**kwargs) | {
            "document": document, "rows": rows, "issues": list(document.issues.prefetch_related("clauses")), "programmes": list(self.scoped(Programme).filter(document=document)),
            "crumbs": [(_("Documents"), reverse("documents")), (str(document), None)],
        }  # fmt: skip


class ClauseView(ScopedView, TemplateView):
    """One clause: its targets, indicators, tasks and known defects. A fixed number of queries."""

    roles = ANY_BUSINESS
    template_name = "policies/clause.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        clause = Clause.objects.select_related("document").filter(pk=self.kwargs["pk"]).first()
        if clause is None:
            raise Http404
        targets = (
            self.scoped(Target).filter(clause=clause, replaced_at=None).select_related("indicator__programme", "unit")
            .prefetch_related("issues").order_by("indicator__position", "indicator__code", "unit__code", "year", "due_on")
        )  # fmt: skip
        by_indicator: dict[Indicator, list[Target]] = {}
        for target in targets:
            by_indicator.setdefault(target.indicator, []).append(target)
        return super().get_context_data(**kwargs) | {
            "clause": clause, "targets": by_indicator, "target_count": len(targets),
            "indicators": list(self.scoped(Indicator).filter(clause=clause).select_related("programme")),
            "tasks": list(self.scoped(Task).filter(clause=clause).select_related("programme", "lead").prefetch_related("responsible")),
            "issues": list(clause.issues.select_related("document").prefetch_related("clauses")),
            "crumbs": [(_("Documents"), reverse("documents")), (str(clause.document), clause.document.get_absolute_url()), (clause.path, None)],
        }  # fmt: skip


class IssuesView(ScopedView, TemplateView):
    """Every known defect of every document, with how it is handled. Two queries."""

    roles = ANY_BUSINESS
    template_name = "policies/issues.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        issues = list(DocumentIssue.objects.select_related("document").prefetch_related("clauses").order_by("code"))
        crumbs = [(_("Documents"), reverse("documents")), (_("Known defects"), None)]
        return super().get_context_data(**kwargs) | {"issues": issues, "crumbs": crumbs}
