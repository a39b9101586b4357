"""What the revisions of a procedure keep beside their form, and whether people can read it."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.module_loading import import_string

from programs.models import Project
from programs.workflow import workflow_of


def keys_of(data: dict[str, Any]) -> set[str]:
    """Keys of a snapshot, and the columns of its tables."""
    columns = {
        name
        for rows in data.values()
        if isinstance(rows, list)
        for row in rows
        if isinstance(row, dict)
        for name in row
    }
    return set(data) | columns


def unlabelled(code: str, project: Project) -> set[str]:
    """Fields of the snapshot of ``project`` without a name of their own in English and in Chinese."""
    flow = workflow_of(code)
    kept = keys_of(import_string(flow.snapshot)(project))
    assert kept
    found = set()
    for key in kept:
        words = {}
        for language in ("en", "zh-hans"):
            with translation.override(language):
                words[language] = str(dict(flow.labels).get(key, ""))
        if not all(words.values()) or words["en"] == words["zh-hans"]:
            found.add(key)
    return found
