"""Declarations: reading them, opening one, saving its draft, taking a step."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from programs.api.base import ANY_BUSINESS, ListView
from programs.api.declaration_rows import (
    DecideInput,
    DeclarationDraftInput,
    DeclarationFull,
    DeclarationRow,
    StartInput,
    declaration_out,
)
from programs.api.problems import NotFoundHere
from programs.api.reports import KEY, MATCH, REFUSED
from programs.api.writes import WriteMixin, parsed
from programs.filters_declarations import DeclarationFilters
from programs.models import Declaration, Project
from programs.queries.declarations import DeclarationPage, with_related
from programs.services import declarations as service

DECLARATIONS = Declaration.objects.all()


class DeclarationAnswers(WriteMixin):
    """Answers one declaration in full, as the caller may see it."""

    def full(self, pk: int) -> dict[str, Any]:
        found = with_related(self.scoped(DECLARATIONS)).filter(pk=pk).first()
        if found is None:
            raise Http404
        return declaration_out(DeclarationPage(found, self.request.user, self.access))


class DeclarationList(DeclarationAnswers, ListView):
    row, filterset_class, queryset = DeclarationRow, DeclarationFilters, DECLARATIONS

    def known_parameters(self) -> frozenset[str]:
        return super().known_parameters() if self.request.method == "GET" else frozenset()

    @extend_schema(summary="Declarations", responses=DeclarationRow(many=True), tags=["declarations"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="Open the declaration of a project in a year",
        request=StartInput,
        responses={201: DeclarationFull} | REFUSED,
        parameters=[KEY],
        tags=["declarations"],
        filters=False,
    )
    def post(self, request: Request) -> Response:
        return self.run(self._start)

    def _start(self) -> tuple[int, Any]:
        given = parsed(StartInput, self.request)
        related = ("unit", "programme__jurisdiction", "applicant")
        project = self.scoped(Project).select_related(*related).filter(code=given["project"]).first()
        if project is None:
            raise NotFoundHere(
                "project_not_found",
                _("There is no such project in your scope."),
                field="project",
                next_step=_("Take the code from /api/v1/projects/."),
            )
        found = service.start(actor=self.request.user, project=project, year=given["year"])
        return 201, self.full(found.pk)


class DeclarationDetail(DeclarationAnswers):
    roles = ANY_BUSINESS
    queryset = DECLARATIONS

    @extend_schema(
        summary="One declaration with its steps, papers, revisions and history",
        responses=DeclarationFull,
        tags=["declarations"],
    )
    def get(self, request: Request, pk: int) -> Response:
        found = self.full(pk)
        return Response(found, headers={"ETag": f'"{found["revision"]}"'})

    @extend_schema(
        summary="Save fields of the application as a draft",
        request=DeclarationDraftInput,
        responses={200: DeclarationFull} | REFUSED,
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
        return 200, self.full(found.pk)


class DeclarationDecide(DeclarationAnswers):
    """Who may take a step is decided by the service, over the unit and programme of the project."""

    roles = ANY_BUSINESS
    queryset = DECLARATIONS

    @extend_schema(
        summary="Take a step",
        request=DecideInput,
        responses={200: DeclarationFull} | REFUSED,
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
        return 200, self.full(found.pk)
