"""A publicity notice as PDF in the layout of GB/T 9704-2012 (specification 10.1), printed from its own rows alone."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from programs.documents import pdf
from programs.documents.bulletin import STYLE, page_sides, qr_of
from programs.models import Notice
from programs.queries.notices import table_of


def print_notice(notice: Notice) -> bytes:
    """The PDF, always in Chinese, with ``items`` read. A draft is marked on every page; the same rows give the same bytes."""
    with translation.override("zh-hans"):
        address = settings.LUOSHI_PUBLIC_URL + reverse("public-notice", args=[notice.code])
        html = render_to_string(
            "pdf/notice.html",
            {
                "notice": notice,
                "table": table_of(notice),
                "address": address,
                "qr": qr_of(address),
                "is_draft": notice.state == Notice.State.DRAFT,
                "is_withdrawn": notice.state == Notice.State.WITHDRAWN,
                "demo": settings.LUOSHI_DEMO,
            },
        )
        content, _pages = pdf.render(html, style=STYLE, extra=page_sides(0))
        return content
