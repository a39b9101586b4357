"""HTML to PDF: nothing is fetched for the content, our own style sheet and fonts only, the same bytes each time."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, ByteStringObject
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from programs.documents import fonts

LOCK = threading.Lock()  # fontconfig and pango are shared by the process
STYLES = Path(__file__).parents[2] / "templates" / "pdf"


class FontFiles(URLFetcher):
    """Fetches the named files and nothing else."""

    def __init__(self, allowed: Sequence[Path]) -> None:
        super().__init__(allowed_protocols=["file"], allow_redirects=False)
        self.allowed = {path.as_uri() for path in allowed}

    def fetch(self, url: str, headers: dict | None = None):
        if url not in self.allowed:
            raise ValueError(f"Not a font of ours: {url}")
        return super().fetch(url, headers)


def nothing() -> URLFetcher:
    """A fetcher that refuses every address: printed content brings everything along (no file, no network)."""
    return URLFetcher(allowed_protocols=(), allow_redirects=False)


@cache
def _fonts() -> tuple[FontConfiguration, CSS]:
    configuration = FontConfiguration()
    available = fonts.faces()
    fetcher = FontFiles([path for _family, path, _weight in available])
    return configuration, CSS(string=fonts.style_sheet(available), font_config=configuration, url_fetcher=fetcher)


@cache
def _style(name: str, configuration: FontConfiguration) -> CSS:
    return CSS(string=(STYLES / name).read_text(encoding="utf-8"), font_config=configuration, url_fetcher=nothing())


def render(html: str, *, style: str, extra: str = "") -> tuple[bytes, int]:
    """Print ``html`` with the style sheet ``templates/pdf/<style>`` and CSS ``extra``; returns (PDF, number of pages)."""
    with LOCK:
        configuration, faces = _fonts()
        sheets = [
            faces,
            _style(style, configuration),
            CSS(string=extra, font_config=configuration, url_fetcher=nothing()),
        ]
        document = HTML(string=html, url_fetcher=nothing(), base_url=None).render(
            font_config=configuration, stylesheets=sheets
        )
        identifier = hashlib.sha256((html + extra).encode()).hexdigest()[:32].encode()
        return document.write_pdf(pdf_identifier=identifier, pdf_tags=True), len(document.pages)


def join(parts: Sequence[bytes]) -> bytes:
    """One PDF of several, with a fixed identifier; a single part is returned as it is."""
    if len(parts) == 1:
        return parts[0]
    writer = PdfWriter()
    for part in parts:
        writer.append(PdfReader(io.BytesIO(part)))
    first = PdfReader(io.BytesIO(parts[0])).metadata
    writer.metadata = dict(first) if first else None
    identifier = ByteStringObject(
        hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()[:16]
    )
    writer._ID = ArrayObject([identifier, identifier])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
