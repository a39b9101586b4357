"""Where an act came from: every entry written during a request carries its kind, address and request id."""

import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.http import HttpRequest, HttpResponse

from audit.services import acting

GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class OriginMiddleware:
    """Wrap each request in ``audit.services.acting`` and answer with ``X-Request-ID``.

    A well-formed id that a proxy or client sent is kept, so that its log and ours can be joined.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]  # error pages show it
        via = "api" if request.path.startswith("/api/") else "web"
        with acting(via=via, address=client_address(request), request_id=request_id):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response


def client_address(request: HttpRequest) -> str | None:
    """The caller's address: ``REMOTE_ADDR``, or the entry of X-Forwarded-For that the outermost trusted proxy wrote.

    ``LUOSHI_PROXIES`` counts the proxies in front that append to the header; with 0 the header is ignored, because
    anybody can send it. None when no address is known (a Unix socket).
    """
    address = request.META.get("REMOTE_ADDR", "")
    proxies = settings.LUOSHI_PROXIES
    if proxies:
        chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(chain) >= proxies:
            address = chain[-proxies]
    try:
        validate_ipv46_address(address.partition("%")[0])  # a zone such as fe80::1%eth0 means nothing to PostgreSQL
    except ValidationError:
        return None
    return address.partition("%")[0]
