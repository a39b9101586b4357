"""One paper that shows what was done: judged and stored by its hash, before any transaction begins."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.base import File

from programs.models import StoredFile
from programs.services import files
from programs.services.attachments import clean_name
from programs.services.paper_guard import judge, too_large


@dataclass(frozen=True)
class Evidence:
    """A stored paper and the name it was uploaded under."""

    file: StoredFile
    name: str


def keep(upload: File | None) -> Evidence | None:
    """Store ``upload``; None when there is none. Raises RuleViolation with ``field`` file for a bad one."""
    if upload is None:
        return None
    name, path = clean_name(upload.name or ""), _write(upload)
    try:
        kind = judge(path, name)
        return Evidence(files.store(source=path, name=name, content_type=kind.content_type), name)
    finally:
        path.unlink(missing_ok=True)


def _write(upload: File) -> Path:
    limit, written = settings.LUOSHI_PAPER_MB * 1024 * 1024, 0
    handle, name = tempfile.mkstemp(dir=files.scratch(), suffix=f".{os.getpid()}")
    with os.fdopen(handle, "wb") as out:
        for chunk in upload.chunks():
            written += len(chunk)
            if written > limit:
                Path(name).unlink()
                raise too_large(max(written, upload.size or 0))
            out.write(chunk)
    return Path(name)
