"""What every endpoint stands on: caller, roles, scope of rows, known parameters, and lists without model instances."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from programs.access import Access, access_of
from programs.api.pages import CursorPages
from programs.api.rows import Row
from programs.models import BUSINESS_ROLES, Role
from programs.models.scope import ScopedModel

ANY_BUSINESS: tuple[Role, ...] = BUSINESS_ROLES


class ScopedAPIView(GenericAPIView):
    """Base of every endpoint. ``roles`` is declared on every view.

    ``is_public`` (with ``AllowAny``): open to anybody. No caller → 401; wrong role → 403; what is missing or out of scope → the same 404. Rows come from ``self.scoped``
    only. A query parameter the endpoint does not know → 400 naming it.
    """

    roles: tuple[Role, ...]
    is_public = False
    parameters: frozenset[str] = frozenset()
    filter_backends: Any = ()
    pagination_class: Any = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not isinstance(getattr(self, "roles", None), tuple):
            raise ImproperlyConfigured(f"{type(self).__name__} must declare the roles it is for.")
        if not self.is_public and not self.access.has(*self.roles):
            names = ", ".join(str(role.label) for role in self.roles)
            raise PermissionDenied(
                _("This is for: %(roles)s. If your duties need it, ask your security administrator for a grant.")
                % {"roles": names}
            )
        self.refuse_unknown_parameters()

    def known_parameters(self) -> frozenset[str]:
        """Names of the query parameters this endpoint understands."""
        return self.parameters

    def refuse_unknown_parameters(self) -> None:
        """A misspelt filter must not silently answer everything."""
        unknown = [name for name in self.request.query_params if name not in self.known_parameters()]
        if unknown:
            known = ", ".join(sorted(self.known_parameters())) or _("none")
            raise ValidationError(
                {name[:60]: [_("Unknown parameter. Known here: %(known)s.") % {"known": known}] for name in unknown},
                code="unknown_parameter",
            )
        repeated = [name for name, values in self.request.query_params.lists() if len(values) > 1]
        if repeated:
            raise ValidationError(
                {name: [_("This parameter may be given once.")] for name in repeated}, code="repeated_parameter"
            )

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    @cached_property
    def access(self) -> Access:
        """The caller's grants, read once per request."""
        return access_of(self.request.user)

    def scoped(self, rows: type[Model] | QuerySet) -> Any:
        """Rows the caller may see. Documents and clauses have no scope of their own: every business role reads them."""
        queryset: Any = rows.all() if isinstance(rows, QuerySet) else rows._default_manager.all()
        return queryset.visible_to(self.request.user) if issubclass(queryset.model, ScopedModel) else queryset

    def get_or_404(self, rows: type[Model] | QuerySet, **lookup: Any) -> Any:
        """The one visible row; Http404 without a hint whether it is missing or out of scope."""
        found = self.scoped(rows).filter(**lookup).first()
        if found is None:
            raise Http404
        return found


class ListView(ScopedAPIView):
    """A list: filter set → scope → cursor page → dicts. ``row`` declares the columns, ``order`` a unique column."""

    roles = ANY_BUSINESS
    row: type[Row]
    order = "id"
    filterset_class: Any = None
    pagination_class = CursorPages
    filter_backends = (DjangoFilterBackend,)  # read by the schema only; ``filtered`` applies the filter set itself

    def known_parameters(self) -> frozenset[str]:
        if self.request.method == "POST":
            return frozenset()
        names = set(self.filterset_class.base_filters) if self.filterset_class else set()
        return frozenset(names | {"cursor", "page_size"})

    def get_queryset(self) -> QuerySet:
        """The visible rows, unordered and unfiltered."""
        return self.scoped(self.queryset)

    def filtered(self) -> QuerySet:
        """The visible rows that match the query; ValidationError naming a parameter with a wrong value."""
        if self.filterset_class is None:
            return self.get_queryset()
        params = self.request.query_params
        found = self.filterset_class(params, queryset=self.get_queryset(), request=self.request, only=params)
        if not found.is_valid():
            raise ValidationError(
                {name: [str(error) for error in errors] for name, errors in found.errors.items()}, code="filter"
            )
        return found.qs

    def read(self, rows: QuerySet) -> QuerySet:
        """Tuples to be paged, the ordering column last: here the row as JSON."""
        return self.row.read_json(rows, self.order)

    def present(self, rows: list[tuple]) -> list[Any]:
        """One page as answered. Where something is added that is no column, ``read`` and this are overridden together."""
        return [orjson.Fragment(row[0]) for row in rows]

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.read(self.filtered()))
        return self.get_paginated_response(self.present(page))


class OneRow(ScopedAPIView):
    """Reads one row by ``lookup`` (name of the URL argument → model lookup)."""

    roles = ANY_BUSINESS
    row: type[Row]
    lookup: dict[str, str] = {"pk": "pk"}

    def read_one(self, **kwargs: Any) -> dict[str, Any]:
        """The row as answered; Http404 when missing or out of scope."""
        found = self.row.one(
            self.scoped(self.queryset).filter(**{self.lookup[name]: value for name, value in kwargs.items()})
        )
        if found is None:
            raise Http404
        return self.complete(found)

    def complete(self, found: dict[str, Any]) -> dict[str, Any]:
        """Add what is no column."""
        return found


class DetailView(OneRow):
    """Answers one row; with its revision as ETag when it has one."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        found = self.read_one(**kwargs)
        return Response(found, headers={"ETag": f'"{found["revision"]}"'} if "revision" in found else None)
