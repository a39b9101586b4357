"""Declarations: reading them, opening one, saving its draft, taking a step."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from programs.api.base import DetailView, ListView
from programs.api.declaration_rows import (
    DecideInput,
    DeclarationDraftInput,
    DeclarationFull,
    DeclarationRow,
    StartInput,
    declaration_out,
)
from programs.api.reports import KEY, MATCH
from programs.api.writes import WriteMixin, parsed
from programs.filters_declarations import DeclarationFilters
from programs.models import Declaration, Project
from programs.queries.declarations import DeclarationPage, with_related
from programs.services import declarations as service

DECLARATIONS = Declaration.objects.all()


class DeclarationAnswers(WriteMixin):
    """Answers one declaration in full, as the caller may see it."""

    queryset = DECLARATIONS

    def read_one(self, pk: int) -> dict[str, Any]:  # type: ignore[override]
        found = with_related(self.scoped(DECLARATIONS)).filter(pk=pk).first()
        if found is None:
            raise Http404
        return declaration_out(DeclarationPage(found, self.request.user, self.access))


class DeclarationList(DeclarationAnswers, ListView):
    row, filterset_class = DeclarationRow, DeclarationFilters

    @extend_schema(summary="Declarations", responses=DeclarationRow(many=True), tags=["declarations"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="Open the declaration of a project in a year",
        request=StartInput,
        responses={201: DeclarationFull},
        parameters=[KEY],
        tags=["declarations"],
        filters=False,
    )
    def post(self, request: Request) -> Response:
        return self.run(self._start)

    def _start(self) -> tuple[int, Any]:
        given = parsed(StartInput, self.request)
        related = ("unit", "programme__jurisdiction", "applicant")
        project = self.named(Project.objects.select_related(*related), "project", code=given["project"])
        found = service.start(actor=self.request.user, project=project, year=given["year"])
        return 201, self.read_one(pk=found.pk)


class DeclarationDetail(DeclarationAnswers, DetailView):
    @extend_schema(
        summary="One declaration with its steps, papers, revisions and history",
        responses=DeclarationFull,
        tags=["declarations"],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="Save fields of the application as a draft",
        request=DeclarationDraftInput,
        responses={200: DeclarationFull},
        parameters=[KEY],
        tags=["declarations"],
    )
    def patch(self, request: Request, pk: int) -> Response:
        return self.run(lambda: self._save(pk))

    def _save(self, pk: int) -> tuple[int, Any]:
        given = parsed(DeclarationDraftInput, self.request)
        found = self.get_or_404(DECLARATIONS, pk=pk)
        service.save_draft(
            actor=self.request.user,
            declaration_id=found.pk,
            data=found.draft | given["data"],
            expected=found.draft if given["expected"] is None else given["expected"],
        )
        return 200, self.read_one(pk=found.pk)


class DeclarationDecide(DeclarationAnswers):
    """Who may take a step is decided by the service, over the unit and programme of the project."""

    @extend_schema(
        summary="Take a step",
        request=DecideInput,
        responses={200: DeclarationFull},
        parameters=[KEY, MATCH],
        tags=["declarations"],
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.run(lambda: self._decide(pk))

    def _decide(self, pk: int) -> tuple[int, Any]:
        given = parsed(DecideInput, self.request)
        found = self.get_or_404(DECLARATIONS, pk=pk)
        revision = self.expected_revision(given.pop("revision"))
        service.decide(actor=self.request.user, declaration_id=found.pk, revision=revision, **given)
        return 200, self.read_one(pk=found.pk)
