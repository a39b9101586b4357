"""Error pages; problem details for the API. A lost database or broker answers 503 with what to do, never a bare 500."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from redis.exceptions import ConnectionError as BrokerConnectionError
from redis.exceptions import TimeoutError as BrokerTimeoutError

LOST_SERVER = (OperationalError, InterfaceError, BrokerConnectionError, BrokerTimeoutError)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request cannot be understood."""
    return _answer(request, 400, _("The request could not be understood."))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the person may see the unit but not do this."""
    return _answer(request, 403, str(exception or "") or _("Your role does not allow this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token is missing or old; the remedy is to reload, so it has its own words."""
    detail = _("The page was open too long. Go back, reload it and send it again.")
    return _answer(request, 403, detail, page="csrf")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: missing and out of scope are deliberately the same answer."""
    return _answer(request, 404, _("There is nothing here, or it lies outside your units."))


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the cause is that PostgreSQL or the broker cannot be reached.

    Django calls this while the exception is being handled, also for exceptions raised in middleware.
    """
    if isinstance(sys.exc_info()[1], LOST_SERVER):
        response = _answer(request, 503, _("The database cannot be reached just now. Try again in a minute."))
        response.headers["Retry-After"] = "5"
        return response
    return _answer(request, 500, _("Something went wrong on our side. It has been written to the log."))


def _answer(request: HttpRequest, status: int, detail: str, *, page: str = "") -> HttpResponse:
    """Render ``templates/errors/<page or status>.html`` without touching the database; the API gets problem details."""
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": HttpResponse(status=status).reason_phrase, "status": status}
        return JsonResponse(body | {"detail": detail}, status=status, content_type="application/problem+json")
    context = {"status": status, "detail": detail, "request_id": getattr(request, "request_id", "")}
    # After a failure of ours no context processor runs: they read the person and the session from the database.
    safe_request = request if status < 500 else None
    return HttpResponse(render_to_string(f"errors/{page or status}.html", context, safe_request), status=status)
