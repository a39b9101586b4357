"""Roots of the chain kept outside the database, so that a tail cut off by its superuser is found."""

from pathlib import Path

from django.conf import settings


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
    """Every anchor on file; empty without a file."""
    path = anchor_file()
    if path is None or not path.exists():
        return {}
    pairs = (line.split() for line in path.read_text(encoding="ascii").splitlines() if line.strip())
    return {int(seq): digest for seq, digest in pairs}
