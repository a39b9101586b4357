"""Supervision notices (督办单): a numbered paper to one body about tasks of its own, and what it answered."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import read_access
from programs.assignment_steps import CLOSER, FINAL, OWNER
from programs.documents.supervision_notice import print_notice
from programs.errors import Conflict, RuleViolation
from programs.models import Programme, StoredFile, SupervisionNotice, TaskAssignment
from programs.services import files
from programs.services.assignments import WHO, acting, refuse_unseen, write_step
from programs.services.bulletins.lifecycle import ALPHABET, CODE_GROUPS, GROUP

PDF = "application/pdf"


def issue(
    *, actor: User, assignment_ids: Sequence[int], demand: str, due_on: date, today: date | None = None
) -> SupervisionNotice:
    """Issue a notice about assignments of one body, number it, print it.

    The approver of the programme issues. Raises RuleViolation ``not_found``, ``several_bodies``, ``demand_missing``,
    ``past``; Conflict ``finished``; PermissionDenied for another role.
    """
    notice = _issue(actor, assignment_ids, demand, due_on, today or timezone.localdate())
    file_of(notice)
    return notice


@transaction.atomic
def _issue(actor: User, ids: Sequence[int], demand: str, due_on: date, today: date) -> SupervisionNotice:
    rows = list(
        TaskAssignment.objects.select_for_update(of=("self",))
        .select_related("task__programme__jurisdiction", "task__programme__document", "task__programme__lead",
                        "task__clause", "unit", "organization")
        .filter(pk__in=ids)
        .order_by("task__number")
    )  # fmt: skip
    if not rows or len(rows) != len(set(ids)):
        raise RuleViolation(
            "not_found", _("The task is missing or outside your scope."), next_step=_("Reload the page.")
        )
    access = read_access(actor)
    for row in rows:
        refuse_unseen(access, row)
    helds = [acting(access, row, CLOSER) for row in rows]
    if None in helds:
        raise PermissionDenied(str(WHO[CLOSER]))
    _refuse(rows, demand, due_on, today)
    first, held = rows[0], helds[0]
    programme = first.task.programme
    Programme.objects.select_for_update().get(pk=programme.pk)  # one number after the other
    before = SupervisionNotice.objects.filter(programme=programme, year=today.year).aggregate(top=Max("number"))["top"]
    notice = SupervisionNotice(
        programme=programme, unit=first.unit, organization=first.organization, year=today.year, number=(before or 0) + 1,
        demand=demand.strip(), due_on=due_on, code=_new_code(), issued_by=actor,
    )  # fmt: skip
    issuer = (held.organization if held else "") or (programme.lead.name if programme.lead else "")
    notice.snapshot = _snapshot(notice, rows, issuer, today)
    notice.save(force_insert=True)
    notice.assignments.set(rows)
    for row in rows:
        words = f"{notice.year}/{notice.number}: {notice.demand}"
        write_step(row, verb="notice", to_state=row.state, actor=actor, held=held, comment=words)
        row.save(update_fields=["version"])
    record(
        "supervision_notice.issue", actor=actor, obj=notice, unit_path=first.unit.path, reason=notice.demand,
        after={"number": f"{notice.year}/{notice.number}", "tasks": [row.task.number for row in rows], "due_on": due_on},
    )  # fmt: skip
    return notice


def _refuse(rows: list[TaskAssignment], demand: str, due_on: date, today: date) -> None:
    if len({(row.unit_id, row.organization_id, row.task.programme_id) for row in rows}) > 1:
        raise RuleViolation(
            "several_bodies", _("The tasks belong to different bodies."),
            rule=_("A supervision notice goes to one body."), next_step=_("Issue one notice for each."),
        )  # fmt: skip
    if any(row.state in FINAL for row in rows):
        raise Conflict("finished", _("One of the tasks is finished already."), next_step=_("Leave it out."))
    if not demand.strip():
        raise RuleViolation(
            "demand_missing", _("Nothing is demanded."), field="demand",
            next_step=_("Write what is to be done and by when."),
        )  # fmt: skip
    if due_on <= today:
        raise RuleViolation(
            "past", _("%(day)s leaves no time to answer.") % {"day": due_on}, field="due_on",
            next_step=_("Choose a later day."),
        )  # fmt: skip


def _snapshot(notice: SupervisionNotice, rows: list[TaskAssignment], issuer: str, today: date) -> dict[str, Any]:
    """Everything that is printed, in Chinese as the paper is."""
    with translation.override("zh-hans"):
        programme, body = notice.programme, notice.organization or notice.unit
        return {
            "issuer": issuer,
            "programme": programme.name_zh,
            "document": programme.document.number or programme.document.title_zh,
            "title": _("On tasks of %(programme)s") % {"programme": programme.short_zh or programme.name_zh},
            "body": body.name,
            "year": notice.year,
            "number": notice.number,
            "demand_lines": [line.strip() for line in notice.demand.splitlines() if line.strip()],
            "due_on": notice.due_on.isoformat(),
            "issued_on": today.isoformat(),
            "demo": bool(settings.LUOSHI_DEMO),
            "tasks": [
                {
                    "number": row.task.number,
                    "summary": row.task.summary_zh,
                    "clause": row.task.clause.path if row.task.clause else "",
                    "state": str(row.get_state_display()),
                    "due_on": row.due_on.isoformat() if row.due_on else "",
                }
                for row in rows
            ],
        }


def file_of(notice: SupervisionNotice) -> StoredFile:
    """The PDF, printed from the snapshot if that has not been done or its content is lost; the same bytes each time."""
    if notice.file is not None and files.is_intact(notice.file):
        return notice.file
    content = print_notice(notice.snapshot, notice.code)
    name = f"{notice.programme.code}-supervision-{notice.year}-{notice.number:02d}.pdf"
    stored = files.store_bytes(content, name=name, content_type=PDF)
    if notice.file is not None and stored.sha256 != notice.file.sha256:
        return notice.file  # wording or fonts have changed since: another paper must not pass for the issued one
    SupervisionNotice.objects.filter(pk=notice.pk, file=None).update(file=stored)
    notice.file = stored
    return stored


@transaction.atomic
def answer(*, actor: User, notice_id: int, text: str) -> SupervisionNotice:
    """What the body answers, once. Raises RuleViolation ``not_found``, ``text_missing``; Conflict ``answered``."""
    notice = SupervisionNotice.objects.select_for_update().filter(pk=notice_id).first()
    rows = list(
        TaskAssignment.objects.filter(notices=notice_id).select_related(
            "task__programme__jurisdiction", "unit", "organization"
        )
    )
    access = read_access(actor)
    if notice is None or not rows or not access.sees(rows[0].unit, rows[0].task.programme):
        raise RuleViolation(
            "not_found", _("The supervision notice is missing or outside your scope."), next_step=_("Reload the page.")
        )
    held = acting(access, rows[0], OWNER)
    if held is None:
        raise PermissionDenied(str(WHO[OWNER]))
    if notice.answered_at is not None:
        raise Conflict(
            "answered", _("The notice was answered already."), next_step=_("Say more as a report on the task.")
        )
    if not text.strip():
        raise RuleViolation(
            "text_missing", _("Nothing was written."), field="answer",
            next_step=_("Write what was done, what remains and until when."),
        )  # fmt: skip
    notice.answer, notice.answered_at = text.strip(), timezone.now()
    notice.answered_by, notice.answered_for = actor, held.organization
    notice.save(update_fields=["answer", "answered_at", "answered_by", "answered_for"])
    record(
        "supervision_notice.answer", actor=actor, obj=notice, unit_path=rows[0].unit.path, reason=notice.answer,
        after={"number": f"{notice.year}/{notice.number}"},
    )  # fmt: skip
    return notice


def _new_code() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _i in range(GROUP)) for _g in range(CODE_GROUPS))
