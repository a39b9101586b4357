"""Fonts of printed documents: Fandol where it was fetched, Noto CJK behind it, a Latin subset in front.

FandolFang lacks some place-name characters and its digits look wrong, so every family list begins with an ASCII-only
subset of FandolSong and ends with Noto; ``unicode-range`` would give empty boxes and is not used. Without Fandol
everything is printed in Noto.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.conf import settings
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FANDOL = (
    ("FandolFang", "FandolFang-Regular.otf", 400), ("FandolHei", "FandolHei-Regular.otf", 400), ("FandolHei", "FandolHei-Bold.otf", 700),
    ("FandolKai", "FandolKai-Regular.otf", 400), ("FandolSong", "FandolSong-Regular.otf", 400), ("FandolSong", "FandolSong-Bold.otf", 700),
)  # fmt: skip
LATIN = (("Luoshi Latin", "FandolSong-Regular.otf", 400), ("Luoshi Latin", "FandolSong-Bold.otf", 700))
ASCII = range(0x20, 0x7F)
FACE = '@font-face{{font-family:"{family}";font-weight:{weight};src:url("{url}")}}'


def faces() -> list[tuple[str, Path, int]]:
    """(family, file, weight) of every font file that is there; may be empty."""
    found = [(family, settings.LUOSHI_FONTS / name, weight) for family, name, weight in FANDOL]
    found += [(family, path, weight) for family, name, weight in LATIN if (path := _latin(name)) is not None]
    return [face for face in found if face[1].is_file()]


def style_sheet(available: list[tuple[str, Path, int]]) -> str:
    """``@font-face`` rules for the given files."""
    return "\n".join(FACE.format(family=family, weight=weight, url=path.as_uri()) for family, path, weight in available)


def _latin(name: str) -> Path | None:
    """The ASCII subset of a font, made once per folder in a third of a second; None where the font was not fetched."""
    source = settings.LUOSHI_FONTS / name
    target = source.with_name(f"latin-{name}")
    if not source.is_file():
        return None
    if not target.is_file():
        with TTFont(source, lazy=True) as font:
            _write_subset(font, target)
    return target


def _write_subset(font: TTFont, target: Path) -> None:
    options = Options(layout_features=["kern"], hinting=False, recalc_timestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=ASCII)
    subsetter.subset(font)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".tmp")
    with os.fdopen(handle, "wb") as out:
        font.save(out)
    os.replace(name, target)
