"""Asking for a later date of an assignment or a rectification, and deciding it: once, by somebody else."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from audit.services import record
from programs.access import Access, Held, read_access
from programs.errors import Conflict, RuleViolation
from programs.models import (
    AssignmentStep,
    Extension,
    Programme,
    Rectification,
    RectificationStep,
    Role,
    TaskAssignment,
)
from programs.services.refusals import Forbidden

# While a body still works on it: what is reported, checked or finished needs no later date.
OPEN_ASSIGNMENT = (
    TaskAssignment.State.ASSIGNED,
    TaskAssignment.State.ACCEPTED,
    TaskAssignment.State.IN_PROGRESS,
    TaskAssignment.State.RECTIFYING,
)
OPEN_RECTIFICATION = (Rectification.State.ASSIGNED, Rectification.State.IN_PROGRESS)
WAITING = Q(decided_at=None, lapsed_at=None)  # neither decided nor overtaken by the report
DECIDERS = (Role.APPROVER,)
RECTIFICATION_DECIDERS = (Role.APPROVER, Role.INSPECTOR)


@transaction.atomic
def ask(
    *,
    actor: User,
    asked_until: date,
    reason: str,
    assignment_id: int | None = None,
    rectification_id: int | None = None,
    today: date | None = None,
) -> Extension:
    """Ask for ``asked_until`` as the new last day of one assignment or one rectification.

    A reporter of the body that owes it asks. Raises RuleViolation ``not_found`` out of scope, ``no_date`` when it has no
    date, ``not_later``, ``reason_missing``; Conflict ``already_asked`` while one waits, ``not_open`` when nothing is left
    to do; PermissionDenied for another role.
    """
    parent = _locked_parent(assignment_id, rectification_id)
    access = read_access(actor)
    _refuse_unseen(access, parent)
    if not _may_ask(access, parent):
        raise PermissionDenied(_("A later date is asked for by a reporter of the body that owes it."))
    _refuse_asking(parent, asked_until, reason, today or timezone.localdate())
    extension = Extension.objects.create(
        assignment=parent if isinstance(parent, TaskAssignment) else None,
        rectification=parent if isinstance(parent, Rectification) else None,
        unit=parent.unit,
        programme=_programme(parent),
        due_before=parent.due_on,
        asked_until=asked_until,
        reason=reason.strip(),
        asked_by=actor,
    )
    record(
        "extension.ask",
        actor=actor,
        obj=extension,
        unit_path=parent.unit.path,
        reason=reason.strip(),
        before={"due_on": parent.due_on},
        after={"asked_until": asked_until, "of": _name(parent)},
    )
    return extension


@transaction.atomic
def decide(*, actor: User, extension_id: int, grant: bool, answer: str = "") -> Extension:
    """Grant (the date moves, a step is written) or refuse (with a reason) a request.

    An approver over the unit decides, for a rectification an inspector too; never who asked or who reported the work.
    Raises RuleViolation ``not_found``, ``answer_missing``; Conflict ``already_decided``, ``lapsed``, ``not_open``; Forbidden
    ``self_decision``; PermissionDenied for another role.
    """
    found = Extension.objects.select_related("assignment", "rectification").filter(pk=extension_id).first()
    if found is None:
        raise _not_found()
    # the parent first, as everywhere: two deciders wait for each other here and the second sees the first's decision
    parent = _locked_parent(found.assignment_id, found.rectification_id)
    extension = Extension.objects.select_for_update().get(pk=extension_id)
    access = read_access(actor)
    _refuse_unseen(access, parent)
    held = _deciding(access, parent)
    if held is None:
        raise PermissionDenied(_("A later date is decided by an approver over this unit and programme."))
    _refuse_deciding(extension, parent, actor, grant, answer)
    extension.is_granted, extension.answer = grant, answer.strip()
    extension.decided_by, extension.decided_at = actor, timezone.now()
    extension.save(update_fields=["is_granted", "answer", "decided_by", "decided_at"])
    if grant:
        _move_date(parent, extension, actor, held.organization)
    record(
        "extension.grant" if grant else "extension.refuse",
        actor=actor,
        obj=extension,
        unit_path=parent.unit.path,
        reason=answer.strip(),
        before={"due_on": extension.due_before},
        after={"due_on": parent.due_on, "of": _name(parent)},
    )
    return extension


def lapse(parent: TaskAssignment | Rectification, *, actor: User | None) -> None:
    """End the request that waits, because the work was reported or finished before anybody decided it.

    For callers that hold the lock on ``parent`` inside their own transaction; the date stays as it was.
    """
    for extension in parent.extensions.filter(WAITING):
        extension.lapsed_at = timezone.now()
        extension.save(update_fields=["lapsed_at"])
        record(
            "extension.lapse",
            actor=actor,
            obj=extension,
            unit_path=parent.unit.path,
            before={"asked_until": extension.asked_until},
            after={"state": parent.state, "of": _name(parent)},
        )


def decides(access: Access, parent: TaskAssignment | Rectification) -> bool:
    """Whether this person's role decides a later date of ``parent`` (``unit`` and the programme loaded)."""
    return _deciding(access, parent) is not None


def _deciding(access: Access, parent: TaskAssignment | Rectification) -> Held | None:
    roles = RECTIFICATION_DECIDERS if isinstance(parent, Rectification) else DECIDERS
    return access.acting(roles, levels=(), unit=parent.unit, programme=_programme(parent))


def _may_ask(access: Access, parent: TaskAssignment | Rectification) -> bool:
    body = parent.organization_id
    return any(
        grant.role == Role.REPORTER
        and grant.level == parent.unit.level
        and grant.covers(parent.unit, _programme(parent))
        and (body is None or grant.organization_id in (body, None))
        for grant in access.business
    )


def _locked_parent(assignment_id: int | None, rectification_id: int | None) -> Any:
    """The assignment or rectification under lock, with ``unit`` and the programme."""
    rows: Any
    if assignment_id is not None and rectification_id is None:
        rows = TaskAssignment.objects.select_related("unit", "task__programme").filter(pk=assignment_id)
    elif rectification_id is not None and assignment_id is None:
        rows = Rectification.objects.select_related("unit", "programme").filter(pk=rectification_id)
    else:
        raise ValueError("Name either an assignment or a rectification.")
    found = rows.select_for_update(of=("self",)).first()
    if found is None:
        raise _not_found()
    return found


def _programme(parent: TaskAssignment | Rectification) -> Programme:
    return parent.task.programme if isinstance(parent, TaskAssignment) else parent.programme


def _name(parent: TaskAssignment | Rectification) -> str:
    return f"{'assignment' if isinstance(parent, TaskAssignment) else 'rectification'} {parent.pk}"


def _is_open(parent: TaskAssignment | Rectification) -> bool:
    return parent.state in (OPEN_ASSIGNMENT if isinstance(parent, TaskAssignment) else OPEN_RECTIFICATION)


def _not_found() -> RuleViolation:
    return RuleViolation("not_found", _("This is missing or outside your scope."), next_step=_("Reload the page."))


def _refuse_unseen(access: Access, parent: TaskAssignment | Rectification) -> None:
    if not access.sees(parent.unit, _programme(parent)):
        raise _not_found()


def _refuse_closed(parent: TaskAssignment | Rectification) -> None:
    if not _is_open(parent):
        raise Conflict(
            "not_open",
            _("It is “%(state)s” already; the date no longer matters.") % {"state": parent.get_state_display()},
            next_step=_("Reload the page."),
        )


def _refuse_asking(parent: TaskAssignment | Rectification, until: date, reason: str, today: date) -> None:
    _refuse_closed(parent)
    if parent.due_on is None:
        raise RuleViolation(
            "no_date",
            _("It has no date yet, so there is nothing to extend."),
            field="asked_until",
            next_step=_("The approver of the programme sets the first date."),
        )
    if until <= max(parent.due_on, today):
        raise RuleViolation(
            "not_later",
            _("%(asked)s is not later than %(due)s.") % {"asked": until, "due": max(parent.due_on, today)},
            field="asked_until",
            rule=_("A new date lies after the present one and after today."),
            next_step=_("Choose a later day."),
        )
    if not reason.strip():
        raise RuleViolation(
            "reason_missing",
            _("A later date wants a reason."),
            field="reason",
            next_step=_("Write what is not finished and why."),
        )
    if parent.extensions.filter(WAITING).exists():
        raise Conflict(
            "already_asked",
            _("A request for a later date is waiting for a decision."),
            field="asked_until",
            next_step=_("Wait for the decision."),
        )


def _refuse_deciding(extension: Extension, parent: Any, actor: User, grant: bool, answer: str) -> None:
    if extension.lapsed_at is not None:
        raise Conflict(
            "lapsed",
            _("The work was reported before anybody decided; the request is no longer needed."),
            rule=_("What is reported as done needs no later date."),
            next_step=_("Check the report instead."),
        )
    if extension.decided_at is not None:
        raise Conflict(
            "already_decided",
            _("This request was %(what)s already.")
            % {"what": _("granted") if extension.is_granted else pgettext("later date", "refused")},
            next_step=_("Reload the page; somebody was faster."),
        )
    if actor.pk in (extension.asked_by_id, parent.reported_by_id):
        raise Forbidden(
            "self_decision",
            _("You asked for this date yourself, or report the work."),
            rule=_("Who asks for a later date does not grant it."),
            next_step=_("Ask a colleague with the same role."),
        )
    if grant:
        _refuse_closed(parent)
    elif not answer.strip():
        raise RuleViolation(
            "answer_missing",
            _("A refusal wants a reason."),
            field="answer",
            next_step=_("Write why the date stays."),
        )


def _move_date(parent: Any, extension: Extension, actor: User, office: str) -> None:
    words = _("%(before)s → %(until)s: %(reason)s") % {
        "before": extension.due_before,
        "until": extension.asked_until,
        "reason": extension.reason,
    }
    common = {"verb": "extend", "from_state": parent.state, "to_state": parent.state, "actor": actor, "office": office}
    parent.due_on = max(parent.due_on, extension.asked_until)
    if isinstance(parent, TaskAssignment):
        parent.first_due_on = parent.first_due_on or extension.due_before
        parent.version += 1
        parent.save(update_fields=["due_on", "first_due_on", "version"])
        AssignmentStep.objects.create(assignment=parent, comment=words, **common)
    else:
        parent.save(update_fields=["due_on"])
        RectificationStep.objects.create(rectification=parent, comment=words, **common)
