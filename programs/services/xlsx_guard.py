"""Whether an uploaded .xlsx is safe to open: looked at as a zip and as a stream of XML, before any library parses it."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from programs.errors import RuleViolation

MAX_BYTES = 5 * 1024 * 1024
MAX_ENTRIES = 200
MAX_UNPACKED = 60 * 1024 * 1024
MAX_RATIO = 200
MAX_ROWS, MAX_COLUMNS = 5_000, 200
FORBIDDEN = (
    "vbaproject",
    "externallinks/",
    "macrosheets/",
    "embeddings/",
    "activex/",
    "connections.xml",
    "querytables/",
)
CHUNK = 64 * 1024
REF = re.compile(r"([A-Z]{1,3})(\d{1,7})\Z")


class _Enough(Exception):
    """The sheet is larger than a grid can be."""


@dataclass
class SheetFacts:
    """What the XML of one sheet says: merged ranges, and the cells that hold formulas."""

    merged: list[str] = field(default_factory=list)
    formulas: set[str] = field(default_factory=set)


def inspect(file: IO[bytes], size: int) -> dict[str, SheetFacts]:
    """Facts of each worksheet by its part name (``xl/worksheets/sheet1.xml``). Raises RuleViolation for anything unsafe."""
    if size > MAX_BYTES:
        raise _refuse(
            "too_large", _("The file has %(mb)s MB; at most 5 MB are accepted.") % {"mb": round(size / 1024 / 1024, 1)}
        )
    if file.read(4) != b"PK\x03\x04":
        raise _refuse("not_xlsx", _("This is not an .xlsx file."))
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            _check_entries(archive.infolist())
            return {
                info.filename: _scan(archive, info)
                for info in archive.infolist()
                if re.match(r"xl/worksheets/[^/]+\.xml\Z", info.filename)
            }
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as problem:
        raise _refuse("not_xlsx", _("The file is damaged or encrypted.")) from problem
    except expat.ExpatError as problem:
        raise _refuse("not_xlsx", _("The file is damaged.")) from problem
    except _Enough as problem:
        raise _refuse("too_many_cells", _("A sheet has more than 5,000 rows or 200 columns.")) from problem


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename.lower() for entry in entries]
    if any(part in name for name in names for part in FORBIDDEN):
        raise _refuse("active_content", _("The file carries macros, links to other files or embedded objects."))
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise _refuse("not_xlsx", _("This is not an .xlsx file."))
    packed, unpacked = sum(e.compress_size for e in entries), sum(e.file_size for e in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1):
        raise _refuse("zip_bomb", _("Unpacked, the file is far larger than any grid."))


def _scan(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> SheetFacts:
    """Read one sheet as a stream; stops at the first row or column beyond the limits. Memory: one chunk."""
    facts, at = SheetFacts(), [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            at[0] = attributes.get("r", "")
            match = REF.match(at[0])
            if match is None or int(match[2]) > MAX_ROWS or column_number(match[1]) > MAX_COLUMNS:
                raise _Enough
        elif name == "row" and int(attributes.get("r", "1")) > MAX_ROWS:
            raise _Enough
        elif name == "f":
            facts.formulas.add(at[0])
        elif name == "mergeCell":
            facts.merged.append(attributes.get("ref", ""))

    def doctype(*_parts: Any) -> None:
        raise _refuse("not_xlsx", _("The file declares XML entities, which no spreadsheet program writes."))

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, doctype
    with archive.open(info) as stream:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk)
    parser.Parse(b"", True)
    return facts


def column_number(letters: str) -> int:
    """``A`` → 1, ``AA`` → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _refuse(code: str, message: str) -> RuleViolation:
    return RuleViolation(
        code,
        message,
        field="file",
        rule=_("Only an .xlsx downloaded from this grid and filled in is read; nothing was imported."),
        next_step=_("Download the file again, fill in the white cells and upload it."),
    )
