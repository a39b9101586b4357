"""Papers of a project: judged, stored by their hash, kept version by version; and their pictures for the page."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import Access, read_access
from programs.errors import Conflict, RuleViolation
from programs.models import Attachment, Declaration, DeclarationRevision, Project, Role
from programs.services import files
from programs.services.declarations.starting import is_editable
from programs.services.paper_guard import judge, too_large
from programs.services.refusals import Forbidden
from programs.workflow import Transition, workflow_of

MAY_ATTACH = (Role.REPORTER, Role.REVIEWER, Role.APPROVER, Role.INSPECTOR)
OTHER = "other"  # kind of a paper that no step wants
KIND = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")


def attach(
    *, actor: User, project: Project, declaration: Declaration | None = None, kind: str, upload: File, note: str = ""
) -> Attachment:
    """Keep ``upload`` as the current paper of ``kind``; the one before it stays as an older version.

    ``declaration`` None: the paper belongs to the project whatever the year. Papers of the kind ``other`` stand side by
    side. Raises RuleViolation ``not_found`` out of scope, PermissionDenied without a role over the project, Forbidden
    ``not_your_paper`` for a paper that another side hands in, Conflict ``handed_in`` for one that somebody decided or
    decides on, RuleViolation with ``field`` file for a bad file.
    """
    access = _require(actor, project)
    if not KIND.match(kind):
        raise RuleViolation(
            "kind", _("There is no such kind of paper."), field="kind", next_step=_("Choose one of the list.")
        )
    _refuse_other_side(access, project, kind)
    name = clean_name(upload.name or "")
    path = _write(upload)
    try:
        found = judge(path, name)
        stored = files.store(source=path, name=name, content_type=found.content_type)
    finally:
        path.unlink(missing_ok=True)
    return _keep(actor=actor, project=project, declaration=declaration, kind=kind, stored=stored, name=name, note=note)


@transaction.atomic
def _keep(*, actor: User, project: Project, declaration: Declaration | None, kind: str, stored, name: str, note: str):
    Project.objects.select_for_update().get(pk=project.pk)  # one version after the other
    rows = Attachment.objects.filter(project=project, declaration=declaration, kind=kind)
    before = rows.filter(replaced_at=None).order_by("-id").first() if kind != OTHER else None
    if before is not None:
        _refuse_handed_in(project, declaration, kind)
        rows.filter(replaced_at=None).update(replaced_at=timezone.now())
    paper = Attachment.objects.create(
        project=project,
        declaration=declaration,
        kind=kind,
        file=stored,
        name=name,
        version=before.version + 1 if before else 1,
        note=note.strip()[:200],
        uploaded_by=actor,
    )
    record(
        "attachment.add",
        actor=actor,
        obj=paper,
        unit_path=project.unit.path,
        before={"sha256": before.file.sha256, "version": before.version} if before else None,
        after={"project": project.code, "kind": kind, "name": name, "version": paper.version, "sha256": stored.sha256},
    )
    return paper


def clean_name(name: str) -> str:
    """The last part of a name, without control and direction characters, at most 150 characters with its ending."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    plain = "".join(one for one in last if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co", "Cn"}).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:140]}{dot}{ending[:8]}" if dot else plain[:140]


def _require(actor: User, project: Project) -> Access:
    access = read_access(actor)
    if not access.sees(project.unit, project.programme):
        raise RuleViolation(
            "not_found", _("The project is missing or outside your scope."), next_step=_("Reload the page.")
        )
    if not access.can(MAY_ATTACH, unit=project.unit, programme=project.programme):
        roles = " / ".join(str(role.label) for role in MAY_ATTACH)
        raise PermissionDenied(_("Papers are added by: %(roles)s of this unit and programme.") % {"roles": roles})
    return access


def wanted_by(declaration: Declaration, kind: str) -> list[Transition]:
    """The steps of a declaration's workflow that are taken with a paper of ``kind``."""
    return [step for step in workflow_of(declaration.workflow).transitions if kind in step.documents]


def hands_it_in(access: Access, project: Project, steps: Iterable[Transition]) -> bool:
    """Whether this person's side takes one of ``steps``, and so brings its papers; its reporters prepare them."""
    unit = project.unit
    return any(
        access.acting(
            (*step.roles, Role.REPORTER), levels=step.levels_for(unit.level), unit=unit, programme=project.programme
        )
        for step in steps
    )


def is_settled(declaration: Declaration, kind: str, taken: Collection[str]) -> bool:
    """Whether a step was taken with the paper and none that wants it lies ahead. ``taken``: verbs of the decisions."""
    ahead = workflow_of(declaration.workflow).steps_from(declaration.stage)
    return any(step.verb in taken for step in wanted_by(declaration, kind)) and not any(
        kind in step.documents for step in ahead
    )


def _refuse_other_side(access: Access, project: Project, kind: str) -> None:
    steps = [step for one in project.declarations.filter(is_open=True) for step in wanted_by(one, kind)]
    if steps and not hands_it_in(access, project, steps):
        raise Forbidden(
            "not_your_paper",
            _("This paper is handed in by another side."),
            field="file",
            rule=_("Who decides on a paper neither brings nor replaces it."),
            next_step=_("Ask who hands it in, or add yours as “other”."),
        )


def _refuse_handed_in(project: Project, own: Declaration | None, kind: str) -> None:
    """What was handed in stays as it was: while somebody decides on it, and once the declaration it belongs to has ended."""
    for declaration in project.declarations.filter(Q(is_open=True) | Q(pk=own.pk if own else None)):
        if is_settled(declaration, kind, set(declaration.decisions.values_list("verb", flat=True))):
            raise _handed_in(_("A step was taken with this paper: it stays as it was handed in."))
        if is_editable(declaration):
            continue
        revision = DeclarationRevision.objects.filter(declaration=declaration).order_by("-number").first()
        if revision and any(paper["kind"] == kind for paper in revision.papers):
            raise _handed_in(
                _("This paper is part of revision %(number)s, which is being decided.") % {"number": revision.number}
            )


def _handed_in(message: str) -> Conflict:
    return Conflict(
        "handed_in",
        message,
        field="file",
        rule=_("What was handed in stays as it was until it is returned or withdrawn."),
        next_step=_("Ask for the application to be returned, or withdraw it; or add the paper as “other”."),
    )


def _write(upload: File) -> Path:
    limit = settings.LUOSHI_PAPER_MB * 1024 * 1024
    handle, name = tempfile.mkstemp(dir=files.scratch(), suffix=f".{os.getpid()}")
    written = 0
    with os.fdopen(handle, "wb") as out:
        for chunk in upload.chunks():
            written += len(chunk)
            if written > limit:
                Path(name).unlink()
                raise too_large(max(written, upload.size or 0))
            out.write(chunk)
    return Path(name)
