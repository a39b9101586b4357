"""Notices that anybody reads without signing in, as long as they are up. What has come down is gone from here."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View
from rest_framework.throttling import SimpleRateThrottle

from audit.middleware import client_address
from programs.models import Notice
from programs.queries.notices import notices_up, table_of
from programs.views.notices import pdf_response

PER_PAGE = 30


class ReadingRate(SimpleRateThrottle):
    """A hundred and twenty pages a minute and address: an office behind one address reads in peace, a robot does not."""

    scope = "public-read"
    rate = "120/min"

    def get_cache_key(self, request: HttpRequest, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": client_address(request) or "unknown"}


@method_decorator(never_cache, name="dispatch")
class PublicPage(View):
    """Rate-limited, never cached: a notice that came down must not stay in between."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        throttle = ReadingRate()
        if not throttle.allow_request(request, self):
            detail = _("Too many pages were asked for from your address.")
            response = render(request, "errors/429.html", {"status": 429, "detail": detail}, status=429)
            response.headers["Retry-After"] = str(int(throttle.wait() or 60) + 1)
            return response
        return super().dispatch(request, *args, **kwargs)


class PublicNoticeList(PublicPage, TemplateView):
    """What is up today."""

    template_name = "programs/notices/public_list.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        rows = notices_up(timezone.localdate()).select_related("unit", "programme")
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(**kwargs) | {"page": page}


def find(code: str) -> tuple[Notice | None, bool]:
    """The notice that is up under this code, and whether one ever was."""
    notice = (
        notices_up(timezone.localdate())
        .filter(code=code.upper())
        .select_related("unit", "programme", "clause__document")
        .prefetch_related("items")
        .first()
    )
    was_up = notice is not None or Notice.objects.filter(code=code.upper(), posted_on__isnull=False).exists()
    return notice, was_up


class PublicNoticeView(PublicPage):
    """One notice; 404 for a code under which none was posted, 410 with a sentence once it has come down."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        notice, was_up = find(code)
        if notice is None:
            return gone(request, was_up=was_up)
        return render(request, "programs/notices/public.html", {"notice": notice, "table": table_of(notice)})


class PublicNoticePdf(PublicPage):
    """The same as PDF."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        notice, was_up = find(code)
        return gone(request, was_up=was_up) if notice is None else pdf_response(notice)


def gone(request: HttpRequest, *, was_up: bool) -> HttpResponse:
    """Says that the notice came down, or that there is none; nothing of what it said."""
    status = 410 if was_up else 404
    return render(request, "programs/notices/public_gone.html", {"was_up": was_up}, status=status)
