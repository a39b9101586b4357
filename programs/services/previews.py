"""Pictures of papers: a page of a PDF or a photograph, drawn anew as PNG. Nothing of the file itself reaches the browser."""

from __future__ import annotations

import io
import threading

import pypdfium2
from PIL import Image, ImageOps

from programs.models import StoredFile
from programs.services.files import path_of

SIDE = 1400  # pixels of the longer side
PAGES = 20  # more are read in the file itself
SHOWN = {"application/pdf", "image/jpeg", "image/png"}
_pdfium = threading.Lock()  # PDFium works for one thread at a time


def pages_of(stored: StoredFile) -> int:
    """How many pages can be shown; 0 for an office file."""
    if stored.content_type != "application/pdf":
        return 1 if stored.content_type in SHOWN else 0
    with _pdfium:
        document = pypdfium2.PdfDocument(path_of(stored))
        try:
            return min(len(document), PAGES)
        finally:
            document.close()


def draw(stored: StoredFile, page: int = 1) -> bytes | None:
    """The page (from 1) as PNG; None when there is none to show. Raises OSError when the content is gone."""
    if stored.content_type == "application/pdf":
        picture = _draw_page(stored, page)
    elif stored.content_type in SHOWN and page == 1:
        with Image.open(path_of(stored), formats=("JPEG", "PNG")) as source:
            source.draft("RGB", (SIDE, SIDE))
            picture = ImageOps.exif_transpose(source).convert("RGB")
        picture.thumbnail((SIDE, SIDE))
    else:
        return None
    if picture is None:
        return None
    out = io.BytesIO()
    picture.save(out, "PNG")  # written from the pixels: no metadata, no place where it was taken
    return out.getvalue()


def _draw_page(stored: StoredFile, page: int) -> Image.Image | None:
    with _pdfium:
        document = pypdfium2.PdfDocument(path_of(stored))
        try:
            if not 1 <= page <= min(len(document), PAGES):
                return None
            sheet = document[page - 1]
            scale = min(SIDE / max(*sheet.get_size(), 1), 4)
            return sheet.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        finally:
            document.close()
