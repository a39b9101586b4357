"""What a guard may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from accounts.models import User
from programs.models import Attachment, Declaration, Inspection, Project
from programs.workflow import Transition


@dataclass
class StepContext:
    """One step about to be taken: the locked declaration, the day, who acts, and what was typed beside the comment."""

    declaration: Declaration
    transition: Transition
    actor: User | None
    today: date
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        return self.declaration.project

    @property
    def year(self) -> int:
        return self.declaration.cycle.year

    @cached_property
    def papers(self) -> dict[str, Attachment]:
        """Current attachments by kind: the project's own and this declaration's; the newest where there are several."""
        rows = (
            Attachment.objects.filter(project_id=self.declaration.project_id, replaced_at=None)
            .select_related("file")
            .order_by("id")
        )
        return {row.kind: row for row in rows if row.declaration_id in (None, self.declaration.pk)}

    def inspection(self, purpose: str) -> Inspection | None:
        """The newest closed inspection of this declaration for ``purpose``."""
        return (
            Inspection.objects.filter(declaration=self.declaration, purpose=purpose, state=Inspection.State.CLOSED)
            .order_by("-id")
            .first()
        )
