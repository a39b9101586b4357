"""A supervision notice (督办单) as PDF in the layout of GB/T 9704-2012, printed from its snapshot alone."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import orjson
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from programs.documents import pdf
from programs.documents.bulletin import STYLE, page_sides, qr_of

Json = dict[str, Any]


def print_notice(snapshot: Json, code: str) -> bytes:
    """The PDF, always in Chinese. The same snapshot gives the same bytes."""
    with translation.override("zh-hans"):
        said = {
            **snapshot,
            "issued_on": date.fromisoformat(snapshot["issued_on"]),
            "due_on": date.fromisoformat(snapshot["due_on"]),
            "tasks": [
                {**task, "due_on": date.fromisoformat(task["due_on"]) if task["due_on"] else None}
                for task in snapshot["tasks"]
            ],
        }
        url = verify_url(code)
        html = render_to_string(
            "pdf/supervision_notice.html",
            {"said": said, "code": code, "verify_url": url, "qr": qr_of(url), "snapshot_sm3": sm3_of(snapshot)},
        )
        content, _pages = pdf.render(html, style=STYLE, extra=page_sides(0))
        return content


def verify_url(code: str) -> str:
    """The public address at which the paper can be checked."""
    return str(settings.LUOSHI_PUBLIC_URL) + reverse("verify-notice", args=[code])


def sm3_of(snapshot: Json) -> str:
    """SM3 of the snapshot in canonical JSON."""
    return hashlib.new("sm3", orjson.dumps(snapshot, option=orjson.OPT_SORT_KEYS)).hexdigest()
