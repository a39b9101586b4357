"""The papers of the demonstration's waters: one small real PDF for each kind, stored once, attached where a step asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.html import format_html, format_html_join

from programs.documents import pdf
from programs.models import Attachment, Decision, Declaration, StoredFile
from programs.services import files
from programs.workflow import Transition


class Shelf:
    """Papers by kind, printed when the first declaration asks for one. ``words``: ``papers`` of rivers.yaml."""

    def __init__(self, words: dict[str, Any]) -> None:
        self.words = words
        self.stored: dict[str, StoredFile] = {}

    def of(self, declaration: Declaration, taken: Iterable[tuple[Transition, Decision]]) -> Iterator[Attachment]:
        """Unsaved rows for every paper that the steps taken wanted, each added by who took the step, on its day."""
        seen: set[str] = set()
        for step, decision in taken:
            for kind in step.documents:
                if kind in seen or decision.actor is None:
                    continue
                seen.add(kind)
                yield Attachment(
                    project=declaration.project,
                    declaration=declaration,
                    kind=kind,
                    file=self._file(kind),
                    name=f"{self.words['kinds'][kind]['title']}.pdf",
                    note=self.words["mark"],
                    uploaded_by=decision.actor,
                    uploaded_at=decision.at,
                )

    def _file(self, kind: str) -> StoredFile:
        if kind not in self.stored:
            told = self.words["kinds"][kind]
            lines = format_html_join("", "<p>{}</p>", ((line,) for line in (self.words["mark"], *told["lines"])))
            content, _pages = pdf.render(format_html("<h1>{}</h1>{}", told["title"], lines), style="official.css")
            self.stored[kind] = files.store_bytes(content, name=f"{kind}.pdf", content_type="application/pdf")
        return self.stored[kind]
