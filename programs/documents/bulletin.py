"""A bulletin as PDF in the layout of GB/T 9704-2012 (specification 10.1), printed from its snapshot alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from programs.documents import pdf
from programs.documents.tables import Row
from programs.documents.wording import Wording
from programs.models import Bulletin
from programs.services.bulletins.snapshot import sm3_of

CHUNK = 250  # rows of a long table laid out at once: linear time, bounded memory
STYLE = "official.css"
# 4号半角宋体 with dashes, odd page right, even page left, one character from the edge, 7 mm below the text area.
PAGE_SIDES = """
@page :{odd} {{ @bottom-right {{ content: "— " counter(page) " —"; padding-right: 14pt }} @bottom-left {{ content: "" }} }}
@page :{even} {{ @bottom-left {{ content: "— " counter(page) " —"; padding-left: 14pt }} @bottom-right {{ content: "" }} }}
@page :first {{ counter-reset: page {start} }}
"""
Step = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Part:
    """One stretch of the document that is laid out at once."""

    rows: list[tuple[str, Row]]
    is_first: bool
    is_last: bool
    starts_annex: bool


def print_bulletin(bulletin: Bulletin, *, issued_on: date | None, step: Step) -> bytes:
    """The PDF, always in Chinese. ``issued_on`` None prints a draft, marked on every page. The same input gives the same bytes.

    ``step(done, total, message)`` is called before each part.
    """
    with translation.override("zh-hans"):
        words = Wording(bulletin.snapshot)
        parts = split(words.annex_rows)
        common = {
            "bulletin": bulletin, "words": words, "issued_on": issued_on, "is_draft": issued_on is None, "qr": qr_of(verify_url(bulletin.code)),
            "verify_url": verify_url(bulletin.code), "snapshot_sm3": sm3_of(bulletin.snapshot),
        }  # fmt: skip
        printed: list[bytes] = []
        before = 0
        for number, part in enumerate(parts):
            step(number, len(parts), "")
            html = render_to_string("pdf/bulletin.html", common | {"part": part})
            content, pages = pdf.render(html, style=STYLE, extra=page_sides(before))
            printed.append(content)
            before += pages
        return pdf.join(printed)


def split(rows: list[tuple[str, Row]]) -> list[Part]:
    """The text first, together with a short list; a long list in further parts of 250 rows."""
    if len(rows) <= CHUNK:
        return [Part(rows, is_first=True, is_last=True, starts_annex=bool(rows))]
    chunks = [rows[i : i + CHUNK] for i in range(0, len(rows), CHUNK)]
    parts = [Part([], is_first=True, is_last=False, starts_annex=False)]
    return parts + [
        Part(chunk, is_first=False, is_last=chunk is chunks[-1], starts_annex=chunk is chunks[0]) for chunk in chunks
    ]


def page_sides(before: int) -> str:
    """CSS of the page numbers of a part that follows ``before`` pages; a part's own first page is a right one for the printer."""
    odd, even = ("right", "left") if before % 2 == 0 else ("left", "right")
    return PAGE_SIDES.format(odd=odd, even=even, start=before + 1)


def verify_url(code: str) -> str:
    """The public address at which the file can be checked."""
    return settings.LUOSHI_PUBLIC_URL + reverse("verify-code", args=[code])


def qr_of(url: str) -> SafeString:
    """The address as a QR code: SVG of our own making, no outside content."""
    return mark_safe(segno.make(url, error="m").svg_inline(border=0, svgclass=None, lineclass=None, omitsize=True))  # noqa: S308
