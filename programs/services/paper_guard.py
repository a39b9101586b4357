"""What an uploaded paper really is: judged by its content and structure, never by its name. Nothing in it is executed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

import magic
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, IndirectObject

from programs.errors import RuleViolation

HEAD = 8192
MAX_PIXELS = 50_000_000
MAX_PAGES, MAX_OBJECTS = 500, 50_000
MAX_ENTRIES, MAX_UNPACKED, MAX_RATIO, MAX_RELS = 2_000, 200 * 1024 * 1024, 200, 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."
ACTIVE_PARTS = (
    "vbaproject", "vbadata", "activex/", "embeddings/", "externallinks/", "macrosheets/", "dialogsheets/", "connections.xml",
    "querytables/", "customui/", "webextensions/",
)  # fmt: skip
ACTIVE_KEYS = {"/JS", "/JavaScript", "/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent"}
ACTIVE_NAMES = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/RichMedia", "/FileAttachment", "/Movie",
    "/Screen", "/3D",
}  # fmt: skip


@dataclass(frozen=True)
class Type:
    """A kind of file that is accepted; ``seen``: what libmagic may call it."""

    extension: str
    content_type: str
    seen: tuple[str, ...]
    check: Callable[[IO[bytes]], None]


def judge(path: Path, name: str) -> Type:
    """The type of the file at ``path``, named ``name`` by the person. Raises RuleViolation (``field`` file) that says why not."""
    kind = TYPES.get(name.rpartition(".")[2].lower())
    if kind is None:
        raise _refuse("type", _("“%(name)s” is not a PDF, JPG, PNG, DOCX or XLSX file.") % {"name": name})
    size, limit = path.stat().st_size, settings.LUOSHI_PAPER_MB
    if size > limit * 1024 * 1024:
        raise too_large(size)
    if size == 0:
        raise _refuse("empty", _("“%(name)s” is empty.") % {"name": name})
    with path.open("rb") as file:
        seen = magic.from_buffer(file.read(HEAD), mime=True)
        if seen not in kind.seen:
            raise _refuse(
                "content",
                _("“%(name)s” is called .%(extension)s, but its content is %(seen)s.")
                % {"name": name, "extension": kind.extension, "seen": seen},
            )
        file.seek(0)
        kind.check(file)
    return kind


def too_large(size: int) -> RuleViolation:
    """The refusal of a file of ``size`` bytes."""
    return _refuse(
        "too_large",
        _("The file has %(mb)s MB; at most %(limit)s MB are accepted.")
        % {"mb": round(size / 1024 / 1024, 1), "limit": settings.LUOSHI_PAPER_MB},
    )


def _check_pdf(file: IO[bytes]) -> None:
    if file.read(5) != b"%PDF-":
        raise _damaged()
    _refuse_hidden_archive(file)
    file.seek(0)
    try:
        reader = PdfReader(file)
        if reader.is_encrypted:
            raise _refuse("encrypted", _("The PDF is protected by a password."))
        if len(reader.pages) > MAX_PAGES:
            raise _refuse("too_long", _("The PDF has more than %(n)s pages.") % {"n": MAX_PAGES})
        numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
        if len(numbers) > MAX_OBJECTS:
            raise _refuse("too_complex", _("The PDF has more than %(n)s parts.") % {"n": MAX_OBJECTS})
        active = any(_is_active(_object(reader, number), 0) for number in numbers) or _is_active(reader.trailer, 0)
    except RuleViolation:
        raise
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        RecursionError,
        OSError,
    ) as problem:
        raise _damaged() from problem
    if active:
        raise _refuse("active_content", _("The PDF carries scripts, embedded files or commands that start programs."))


def _object(reader: PdfReader, number: int) -> Any:
    generation = next((table_of for table_of, table in reader.xref.items() if number in table), 0)
    return reader.get_object(IndirectObject(number, generation, reader))


def _is_active(found: Any, depth: int) -> bool:
    """Whether a PDF object, or one written inside it, can do something; objects it only points at are looked at on their own."""
    if depth > 20:
        return True
    if isinstance(found, DictionaryObject):
        if (
            ACTIVE_KEYS.intersection(found)
            or {str(found.raw_get(k)) for k in ("/S", "/Subtype") if k in found} & ACTIVE_NAMES
        ):
            return True
        return any(_is_active(found.raw_get(key), depth + 1) for key in found)
    if isinstance(found, list):
        return any(_is_active(one, depth + 1) for one in list.__iter__(found))
    return False


def _check_image(file: IO[bytes]) -> None:
    try:
        with Image.open(file, formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise _refuse(
                    "too_many_pixels",
                    _("The picture has %(width)s × %(height)s pixels; at most 50 million are accepted.")
                    % {"width": picture.width, "height": picture.height},
                )
            picture.draft("RGB", (1024, 1024))
            picture.load()
    except RuleViolation:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as problem:
        raise _damaged() from problem
    _refuse_cut_off(file)
    _refuse_hidden_archive(file)


def _refuse_cut_off(file: IO[bytes]) -> None:
    """Pillow may be told to accept half a picture (WeasyPrint does so for the whole process): its end mark must be there."""
    file.seek(0)
    content = file.read()
    if (b"IEND\xaeB`\x82" if content.startswith(b"\x89PNG") else b"\xff\xd9") not in content:
        raise _damaged()


def _refuse_hidden_archive(file: IO[bytes]) -> None:
    file.seek(0)
    if zipfile.is_zipfile(file):
        raise _refuse("polyglot", _("The file is two files in one: an archive is hidden in it."))


def _check_office(main: str) -> Callable[[IO[bytes]], None]:
    def check(file: IO[bytes]) -> None:
        if file.read(4) != b"PK\x03\x04":
            raise _damaged()
        file.seek(0)
        try:
            with zipfile.ZipFile(file) as archive:
                _check_entries(archive.infolist(), main)
                _check_xml(archive)
        except (
            zipfile.BadZipFile,
            zipfile.LargeZipFile,
            NotImplementedError,
            RuntimeError,
            EOFError,
            OSError,
        ) as problem:
            raise _damaged() from problem
        except expat.ExpatError as problem:
            raise _damaged() from problem

    return check


def _check_entries(entries: list[zipfile.ZipInfo], main: str) -> None:
    names = [entry.filename.lower() for entry in entries]
    if "[content_types].xml" not in names or main not in names:
        raise _damaged()
    if any(part in name for name in names for part in ACTIVE_PARTS):
        raise _refuse("active_content", _("The file carries macros, links to other files or embedded objects."))
    if any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise _damaged()
    packed, unpacked = sum(e.compress_size for e in entries), sum(e.file_size for e in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1):
        raise _refuse("zip_bomb", _("Unpacked, the file is far larger than any paper."))


def _check_xml(archive: zipfile.ZipFile) -> None:
    """No macro content type, and nothing but a hyperlink may point outside the file."""

    def element(name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind in {"Override", "Default"} and "macroenabled" in attributes.get("ContentType", "").lower():
            raise _refuse("active_content", _("The file carries macros, links to other files or embedded objects."))
        outside = attributes.get("TargetMode", "").lower() == "external"
        if kind == "Relationship" and outside and not attributes.get("Type", "").endswith("/hyperlink"):
            raise _refuse("active_content", _("The file carries macros, links to other files or embedded objects."))

    def doctype(*_parts: Any) -> None:
        raise _damaged()

    for info in archive.infolist():
        name = info.filename.lower()
        if name == "[content_types].xml" or name.endswith(".rels"):
            if info.file_size > MAX_RELS:
                raise _refuse("zip_bomb", _("Unpacked, the file is far larger than any paper."))
            parser = expat.ParserCreate()
            parser.StartElementHandler, parser.StartDoctypeDeclHandler = element, doctype
            parser.Parse(archive.read(info), True)


def _damaged() -> RuleViolation:
    return _refuse("damaged", _("The file is damaged or is not what its name says."))


def _refuse(code: str, message: str) -> RuleViolation:
    return RuleViolation(
        code,
        message,
        field="file",
        rule=_(
            "Papers are PDF, JPG, PNG, DOCX or XLSX files without scripts, macros or hidden parts; nothing was stored."
        ),
        next_step=_("Save or print the paper as a plain PDF and upload that."),
    )


TYPES: dict[str, Type] = {
    "pdf": Type("pdf", "application/pdf", ("application/pdf",), _check_pdf),
    "jpg": Type("jpg", "image/jpeg", ("image/jpeg",), _check_image),
    "png": Type("png", "image/png", ("image/png",), _check_image),
    "docx": Type(
        "docx", OFFICE + "wordprocessingml.document",
        (OFFICE + "wordprocessingml.document", "application/zip", "application/octet-stream"), _check_office("word/document.xml"),
    ),
    "xlsx": Type(
        "xlsx", OFFICE + "spreadsheetml.sheet", (OFFICE + "spreadsheetml.sheet", "application/zip", "application/octet-stream"),
        _check_office("xl/workbook.xml"),
    ),
}  # fmt: skip
TYPES["jpeg"] = TYPES["jpg"]
