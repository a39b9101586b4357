"""The bare Django view of the dashboard's figures: a signed-in person, the summary SQL, one plain table."""

from __future__ import annotations

import os
from functools import cache

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import path

from benchmarks.floors.sql import SUMMARY

PAGE = """<!doctype html><title>Figures</title><table>{% for unit, cells in rows %}<tr><th>{{ unit }}</th>
{% for value, reports, expected in cells %}<td>{{ value }} ({{ reports }}/{{ expected }})</td>{% endfor %}</tr>{% endfor %}</table>"""


def figures(request: HttpRequest) -> HttpResponse:
    """``?indicators=1,2&periods=1&units=1,2``: the same cells as the dashboard's table."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    indicators, units = _keys(request, "indicators"), _keys(request, "units")
    with connection.cursor() as cursor:
        cursor.execute(SUMMARY, {"indicators": indicators, "units": units, "periods": _keys(request, "periods")})
        found = {(row[2], row[0]): row[3:] for row in cursor.fetchall()}
        cursor.execute("SELECT id, name FROM programs_unit WHERE id = ANY(%s) ORDER BY code", [units])
        names = cursor.fetchall()
    rows = [(name, [found[pk, i] for i in indicators if (pk, i) in found]) for pk, name in names]
    return HttpResponse(_page().render(Context({"rows": rows})))


@cache
def _page() -> Template:
    return Template(PAGE)


def _keys(request: HttpRequest, name: str) -> list[int]:
    return [int(key) for key in request.GET[name].split(",")]


def alive(request: HttpRequest) -> HttpResponse:
    """For the launcher."""
    return HttpResponse("ok")


urlpatterns = [path("", figures), path("healthz", alive)]
if os.environ.get("DJANGO_SETTINGS_MODULE") == "benchmarks.floors.bare_settings":
    application = get_wsgi_application()
