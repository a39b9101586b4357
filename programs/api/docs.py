"""The schema, and the page that shows it. Both work without any outside address."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import get_lib_doc_excludes
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from programs.api.problems import MEDIA_TYPE


def internal_classes() -> list[type]:
    """Classes whose docstrings speak to us, not to the reader of the schema (setting GET_LIB_DOC_EXCLUDES)."""
    from programs.api import base, reports, rollups, writes

    ours = [
        base.ScopedAPIView,
        base.ListView,
        base.DetailView,
        writes.WriteMixin,
        reports.ReportAnswers,
        reports.StepView,
        rollups.RollupView,
    ]
    return [*get_lib_doc_excludes(), *ours]


def describe_problems(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Every operation may also answer a problem (RFC 9457), as ``programs.api.problems`` writes it."""
    text, violation = {"type": "string"}, {"$ref": "#/components/schemas/Violation"}
    what = {"code": text, "field": text, "detail": text, "rule": text, "clause": text, "next_step": text}
    result["components"]["schemas"] |= {
        "Violation": {
            "type": "object",
            "description": "One rule that was not met; next_step says what to do.",
            "properties": what,
            "required": ["code", "detail"],
        },
        "Problem": {
            "type": "object",
            "description": "What is wrong, by which rule and clause, and what to do next.",
            "properties": {"type": text, "title": text, "status": {"type": "integer"}, "instance": text}
            | what
            | {"errors": {"type": "array", "items": violation}},
            "required": ["type", "title", "status", "detail"],
        },
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = {"description": "Refused", "content": content}
    return result


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """How the schema describes API keys. Registered by being defined."""

    target_class = "accounts.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "lsh_…"}


class SchemaView(SpectacularAPIView):
    """OpenAPI 3. JSON unless YAML is asked for; public, since it says nothing about any unit."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer, OpenApiYamlRenderer2]


# The vendor's stylesheet draws its arrows with data: images; nothing else is let in.
@method_decorator(csp_update({"img-src": ["data:"]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """The schema as a page for people who are signed in."""

    permission_classes = [AllowAny]
    template_name = "programs/api/docs.html"
    url_name = "api-schema"
    title = "Luoshi API"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return super().get(request, *args, **kwargs)


@extend_schema(exclude=True)
class NowhereView(APIView):
    """Every other address below /api/: a problem, never a page; a missing slash at the end is named."""

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.path.endswith("/"):
            raise NotFound(_("There is nothing here. Addresses of the API end with a slash."))
        raise Http404

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise Http404

    post = put = patch = delete = get
