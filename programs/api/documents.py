"""Documents and their clauses. They are no scoped rows: every business role reads what a plan says.

These stand here, not in ``policies``, because they need the caller's roles, and imports run policies ← programs.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from policies.models import Clause, Document, DocumentIssue
from programs.api.base import DetailView, ListView
from programs.api.plans import Codes
from programs.api.rows import Row
from programs.filters import ClauseFilters, DocumentFilters
from programs.models import Indicator, Target, Task


class IssueRow(Row):
    """A known defect of a document, shown and not settled."""

    code = serializers.CharField()
    kind = serializers.CharField()
    place = serializers.CharField()
    issue = serializers.CharField(source="issue_zh")
    issue_en = serializers.CharField()
    handling = serializers.CharField(source="handling_zh")
    handling_en = serializers.CharField()


class DocumentRow(Row):
    """One published document, as far as its provenance lets us rely on it."""

    code = serializers.CharField()
    title = serializers.CharField(source="title_zh")
    title_en = serializers.CharField()
    number = serializers.CharField()
    issuer = serializers.CharField()
    jurisdiction = serializers.CharField(source="jurisdiction_code")
    signed_on = serializers.DateField(allow_null=True)
    posted_on = serializers.DateField(allow_null=True)
    effective_on = serializers.DateField(allow_null=True)
    repealed_on = serializers.DateField(allow_null=True)
    authority = serializers.ChoiceField(Document.Authority.choices)
    provenance = serializers.CharField(source="provenance_zh")
    provenance_en = serializers.CharField()


class DocumentFull(DocumentRow):
    """A document with its known defects."""

    issues = IssueRow(many=True)
    beside = ("issues",)


class ClauseRow(Row):
    """One place in a document. The summary is ours; the clause itself is not copied."""

    id = serializers.IntegerField()
    document = serializers.CharField(source="document__code")
    path = serializers.CharField()
    title = serializers.CharField(source="title_zh")
    title_en = serializers.CharField()
    summary = serializers.CharField(source="summary_zh")
    summary_en = serializers.CharField()
    issues = Codes(help_text="Known defects of this place.")

    expressions = {
        "issues": ArraySubquery(
            Clause.issues.through.objects.filter(clause_id=OuterRef("pk")).order_by("documentissue__code").values("documentissue__code")
        )
    }  # fmt: skip


class ClauseFull(ClauseRow):
    """A clause with what hangs on it, as far as the caller may see that."""

    known_defects = IssueRow(many=True)
    indicators = Codes()
    targets = serializers.ListField(child=serializers.IntegerField())
    tasks = serializers.ListField(child=serializers.IntegerField())
    beside = ("known_defects", "indicators", "targets", "tasks")


@extend_schema(summary="Documents", responses=DocumentRow(many=True), tags=["documents"])
class DocumentList(ListView):
    row, order, filterset_class, queryset = DocumentRow, "code", DocumentFilters, Document.objects.all()


@extend_schema(summary="One document with its known defects", responses=DocumentFull, tags=["documents"])
class DocumentDetail(DetailView):
    row, lookup, queryset = DocumentFull, {"code": "code"}, Document.objects.all()

    def complete(self, found: dict[str, Any]) -> dict[str, Any]:
        rows = DocumentIssue.objects.filter(document__code=found["code"]).order_by("code")
        return found | {"issues": IssueRow.dicts(IssueRow.read(rows))}


@extend_schema(summary="Clauses", responses=ClauseRow(many=True), tags=["clauses"])
class ClauseList(ListView):
    row, filterset_class, queryset = ClauseRow, ClauseFilters, Clause.objects.all()


@extend_schema(summary="One clause with its targets, tasks and known defects", responses=ClauseFull, tags=["clauses"])
class ClauseDetail(DetailView):
    row, queryset = ClauseFull, Clause.objects.all()

    def complete(self, found: dict[str, Any]) -> dict[str, Any]:
        pk = found["id"]
        return found | {
            "known_defects": IssueRow.dicts(IssueRow.read(DocumentIssue.objects.filter(clauses=pk).order_by("code"))),
            "indicators": list(
                self.scoped(Indicator).filter(clause=pk).order_by("position", "code").values_list("code", flat=True)
            ),
            "targets": list(
                self.scoped(Target).filter(clause=pk, replaced_at=None).order_by("pk").values_list("pk", flat=True)
            ),
            "tasks": list(self.scoped(Task).filter(clause=pk).order_by("number").values_list("pk", flat=True)),
        }
