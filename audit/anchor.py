"""Roots of the chain kept outside the database, so that a tail cut off by its superuser is found."""

import re
from pathlib import Path

from django.conf import settings

DIGEST = re.compile(r"[0-9a-f]{64}")


def anchor_file() -> Path | None:
    """Path of the anchor file, or None when no state folder is configured (tests)."""
    folder = getattr(settings, "AUDIT_ANCHOR_DIR", None)
    return Path(folder) / "audit-anchors.txt" if folder else None


def write_anchor(seq: int, digest: str) -> None:
    """Append ``seq digest``. The file only grows; an operator may copy it to a write-once medium."""
    path = anchor_file()
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as out:
        out.write(f"{seq} {digest}\n")


def read_anchors() -> dict[int, str]:
    """Every anchor on file; empty without a file. Raises ValueError for a damaged file."""
    path = anchor_file()
    if path is None or not path.exists():
        return {}
    return parse_anchors(path.read_text(encoding="ascii"))


def parse_anchors(text: str) -> dict[int, str]:
    """``seq digest`` lines to a mapping. Raises ValueError naming the line that is neither."""
    anchors = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        seq, _space, digest = line.strip().partition(" ")
        if not seq.isdigit() or not DIGEST.fullmatch(digest):
            raise ValueError(f"line {number} is not an anchor: {line[:80]!r}")
        anchors[int(seq)] = digest
    return anchors
