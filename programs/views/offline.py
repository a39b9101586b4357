"""The worker that keeps the scoring page readable without network. It is served from here so that its scope is /inspections/."""

from __future__ import annotations

from django.contrib.staticfiles import finders
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

SCRIPT = "js/inspection-worker.js"


@require_safe
def inspection_worker(request: HttpRequest) -> FileResponse:
    """The script, always fresh: a browser asks for it again on every visit."""
    path = finders.find(SCRIPT)
    if not isinstance(path, str):
        raise Http404
    return FileResponse(
        open(path, "rb"),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"},
    )
