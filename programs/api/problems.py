"""Every refusal of the API as RFC 9457 problem details: what is wrong, which rule and clause, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from programs.errors import RuleViolation

MEDIA_TYPE = "application/problem+json"


class BadInput(exceptions.ValidationError):
    """400 naming one field: ``BadInput("period", "unknown", "…")``."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__({field: [exceptions.ErrorDetail(message, code=code)]})


class NotFoundHere(RuleViolation):
    """404 for something named in the body or the address: missing and out of scope are the same answer."""

    status = 404


def problem_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. None hands the exception to Django, whose error pages answer problem details below /api/."""
    request = context.get("request")
    found = _understand(exc)
    if found is None:
        return None
    set_rollback()
    body, headers = found
    if request is not None:
        body["instance"] = request.path
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def _understand(exc: Exception) -> tuple[dict, dict[str, str]] | None:
    """The problem's members and headers, or None for an exception that is a defect or a lost server."""
    match exc:
        case RuleViolation():
            return _of_rule(exc), {}
        case exceptions.ValidationError():
            return _of_validation(exc), {}
        case exceptions.APIException():
            return _of_api(exc)
        case Http404():
            return problem(404, "not_found", _("There is nothing here, or it lies outside your units.")), {}
        case PermissionDenied():
            return problem(403, "forbidden", str(exc) or _("Your role does not allow this.")), {}
        case RequestDataTooBig():
            return problem(
                413, "too_large", _("The body is too large."), next_step=_("Send fewer figures at a time.")
            ), {}
    return None


def problem(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """One problem. ``more``: field, rule, clause, next_step, errors; empty ones are left out."""
    body = {
        "type": f"urn:luoshi:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": _shown(detail),
    }
    return body | {key: value for key, value in more.items() if value}


def _shown(text: Any) -> str:
    """What the caller sent may be quoted back; NUL becomes its picture, since a kept answer cannot hold it."""
    return str(text).replace("\0", "␀")


def _of_rule(violation: RuleViolation) -> dict[str, Any]:
    status = 404 if violation.code == "not_found" else violation.status
    told = violation.as_dict()
    top = {key: value for key, value in told.items() if key not in {"code", "detail"}}
    errors = [one.as_dict() for one in violation.errors] or ([told] if violation.field else [])
    return problem(status, told["code"], told["detail"], **top, errors=errors)


def _of_validation(exc: exceptions.ValidationError) -> dict[str, Any]:
    errors = list(_flatten(exc.detail, ""))
    fields = ", ".join(dict.fromkeys(error["field"] for error in errors if "field" in error))
    detail = _("The request is wrong in: %(fields)s.") % {"fields": fields} if fields else errors[0]["detail"]
    body = problem(400, "invalid", detail, next_step=_("Correct what errors names and send it again."), errors=errors)
    if len({error.get("field") for error in errors}) == 1 and fields:
        body["field"], body["detail"] = fields, f"{fields}: {errors[0]['detail']}"
    return body


def _flatten(detail: Any, field: str) -> Iterator[dict[str, str]]:
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            name = "" if key in {"non_field_errors", "__all__"} else _shown(key)
            yield from _flatten(value, ".".join(filter(None, (field, name))))
    elif isinstance(detail, (list, tuple)):
        for value in detail:
            yield from _flatten(value, field)
    else:
        found = {"code": getattr(detail, "code", None) or "invalid", "detail": _shown(detail)}
        yield found | {"field": field} if field else found


def _of_api(exc: exceptions.APIException) -> tuple[dict, dict[str, str]]:
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header
    if getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(exc.wait) + 1)
    codes = exc.get_codes()
    code = codes if isinstance(codes, str) else "error"
    next_step = {
        401: _("Sign in, or send Authorization: Bearer with an API key that is in force."),
        429: _("Wait as long as Retry-After says."),
    }.get(exc.status_code, "")
    return problem(exc.status_code, code, str(exc.detail), next_step=next_step), headers
