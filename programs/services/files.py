"""Files by their content: ``LUOSHI_DATA/files/aa/bb/<sha256>``, written whole or not at all, never changed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from programs.models import StoredFile

CHUNK = 1 << 20


@dataclass(frozen=True)
class Digests:
    """Both digests (64 hex digits) and the size in bytes."""

    sha256: str
    sm3: str
    size: int


def digest(stream: BinaryIO) -> Digests:
    """Read ``stream`` to its end in pieces of one megabyte."""
    sha256, sm3, size = hashlib.sha256(), hashlib.new("sm3"), 0
    while chunk := stream.read(CHUNK):
        sha256.update(chunk)
        sm3.update(chunk)
        size += len(chunk)
    return Digests(sha256.hexdigest(), sm3.hexdigest(), size)


def path_of(stored: StoredFile | str) -> Path:
    """Where the content lies; accepts a row or a SHA-256."""
    sha256 = stored if isinstance(stored, str) else stored.sha256
    return settings.LUOSHI_DATA / "files" / sha256[:2] / sha256[2:4] / sha256


def scratch() -> Path:
    """A folder on the same file system, for files that are being written. A name ends in the process's id."""
    folder = settings.LUOSHI_DATA / "files" / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def store(*, source: Path, name: str, content_type: str) -> StoredFile:
    """Move ``source`` (in ``scratch()``) into the store and return its row; the same content is stored once.

    The content is on the disk before the row exists. Raises OSError when the disk refuses.
    """
    with source.open("rb") as stream:
        found = digest(stream)
        os.fsync(stream.fileno())
    target = path_of(found.sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.chmod(source, 0o440)
    os.replace(source, target)
    _sync_folder(target.parent)
    row, _created = StoredFile.objects.get_or_create(
        sha256=found.sha256,
        defaults={"sm3": found.sm3, "size": found.size, "name": name[:200], "content_type": content_type},
    )
    return row


def store_bytes(content: bytes, *, name: str, content_type: str) -> StoredFile:
    """``store`` for something that is in memory already."""
    handle, path = tempfile.mkstemp(dir=scratch())
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    return store(source=Path(path), name=name, content_type=content_type)


def is_intact(stored: StoredFile) -> bool:
    """Whether the content on the disk still has the digests of its row; False when it is missing."""
    path = path_of(stored)
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return digest(stream) == Digests(stored.sha256, stored.sm3, stored.size)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
