"""Tasks handed to bodies, and every step after that: accepted, reported, checked by somebody else, closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from audit.services import record
from programs.access import Access, Held, read_access
from programs.assignment_steps import CHECKER, CLOSER, FINAL, OVERSEER, OWNER, Step, step_of
from programs.errors import Conflict, RuleViolation
from programs.models import AssignmentStep, Milestone, Organization, Programme, Role, Task, TaskAssignment, Unit
from programs.services import evidence, extensions
from programs.services.rectifications import last_day
from programs.services.refusals import Forbidden

Part, State = TaskAssignment.Part, TaskAssignment.State
HANDS_IN = ("report", "rectified")  # who took one of these neither checks nor closes
MOST_MILESTONES = 12
WHO = {
    OWNER: gettext_lazy("A reporter of the body that owes the task takes this step."),
    CHECKER: gettext_lazy("A reviewer of the unit, or the bureau that leads the task, takes this step."),
    CLOSER: gettext_lazy("The approver of the programme takes this step."),
    OVERSEER: gettext_lazy("The approver of the programme or the bureau that leads the task takes this step."),
}


@transaction.atomic
def assign_all(*, programme: Programme, actor: User | None = None) -> int:
    """Make the assignments that are missing: the lead, every responsible body, and each county where a clause says so.

    DI18: one clause makes every county and zone committee of the jurisdiction responsible for tasks that do not name
    them; a county without a row in the plan's table is one of them. Due on the last day of the task's year; without one
    there is no date. Assigned on the day the plan begins, because the plan assigns; the step and the audit entry keep the
    moment it was entered here. May run again: what exists stays. Returns how many were made.
    """
    Programme.objects.select_for_update().get(pk=programme.pk)  # two loads at once must not double anything
    tasks = list(Task.objects.filter(programme=programme).select_related("lead").prefetch_related("responsible"))
    counties = list(Unit.objects.filter(parent=programme.jurisdiction_id, level=Unit.Level.COUNTY, valid_to=None))
    known: set[tuple[int, int, int | None]] = set(
        TaskAssignment.objects.filter(task__programme=programme).values_list("task_id", "unit_id", "organization_id")
    )
    begins = timezone.make_aware(datetime.combine(programme.starts_on, time()))
    rows: list[TaskAssignment] = []
    for task in tasks:
        due = date(task.year, 12, 31) if task.year else None
        for part, unit, body in _parts(task, counties):
            if (task.pk, unit, body) not in known:
                known.add((task.pk, unit, body))
                rows.append(
                    TaskAssignment(
                        task=task,
                        part=part,
                        unit_id=unit,
                        organization_id=body,
                        due_on=due,
                        first_due_on=due,
                        assigned_at=begins,
                    )
                )
    made = TaskAssignment.objects.bulk_create(rows)
    AssignmentStep.objects.bulk_create(
        [AssignmentStep(assignment=one, verb="assign", to_state=State.ASSIGNED, actor=actor) for one in made]
    )
    if made:
        record(
            "assignment.assign",
            actor=actor,
            obj=programme,
            unit_path=programme.jurisdiction.path,
            after={"programme": programme.code, "tasks": len(tasks), "assignments": len(made)},
        )
    return len(made)


def _parts(task: Task, counties: list[Unit]) -> list[tuple[str, int, int | None]]:
    """(part, unit, organization) of everybody who answers for a task; the lead first."""
    found: list[tuple[str, int, int | None]] = []
    bodies: list[Organization] = list(task.responsible.all())
    if task.lead is not None:
        found.append((Part.LEAD, task.lead.unit_id, task.lead.pk))
    found += [(Part.RESPONSIBLE, body.unit_id, body.pk) for body in bodies if body.pk != task.lead_id]
    if task.counties_implicitly_responsible:
        found += [(Part.IMPLICIT, county.pk, None) for county in counties]
    return found


def take(
    *,
    actor: User,
    assignment_id: int,
    verb: str,
    version: int | None,
    comment: str = "",
    upload: File | None = None,
    due_on: date | None = None,
    workdays: int | None = None,
) -> TaskAssignment:
    """Take one step of ``assignment_steps``; the only writer of an assignment's state beside ``give_feedback``.

    ``version``: the one the person looked at. ``due_on`` or ``workdays``: with rectify, the last day for putting it right,
    which becomes the date of the task. Raises RuleViolation ``not_found`` out of scope, ``comment_missing``,
    ``due_missing``, ``due_range``, ``not_handed_in``; Conflict ``stale``, ``wrong_state``; PermissionDenied for another role; Forbidden ``self_check``,
    ``own_closing``; RuleViolation with ``field`` file for a bad paper.
    """
    kept = evidence.keep(upload)
    with transaction.atomic():
        return take_locked(
            actor=actor, access=read_access(actor), assignment=locked(assignment_id), verb=verb, version=version,
            comment=comment, kept=kept, due_on=due_on, workdays=workdays,
        )  # fmt: skip


@transaction.atomic
def take_many(*, actor: User, verb: str, versions: Mapping[int, int]) -> int:
    """The same step for several assignments (id → version looked at), all or none; returns how many."""
    access = read_access(actor)
    for pk in sorted(versions):
        take_locked(actor=actor, access=access, assignment=locked(pk), verb=verb, version=versions[pk])
    return len(versions)


def locked(assignment_id: int) -> TaskAssignment:
    """The assignment under lock, with its task, programme, unit and body; RuleViolation ``not_found``."""
    found = (
        TaskAssignment.objects.select_for_update(of=("self",))
        .select_related("task__programme__jurisdiction", "unit", "organization")
        .filter(pk=assignment_id)
        .first()
    )
    if found is None:
        raise _not_found()
    return found


def take_locked(
    *,
    actor: User,
    access: Access,
    assignment: TaskAssignment,
    verb: str,
    version: int | None,
    comment: str = "",
    kept: evidence.Evidence | None = None,
    due_on: date | None = None,
    workdays: int | None = None,
) -> TaskAssignment:
    """``take`` for a row that is locked already, inside the caller's transaction."""
    refuse_unseen(access, assignment)
    refuse_stale(assignment, version)
    step = _step(assignment, verb)
    held = acting(access, assignment, step.side)
    if held is None:
        raise PermissionDenied(str(WHO[step.side]))
    _refuse_own(assignment, step, actor, held)
    if step.wants_comment and not comment.strip():
        raise RuleViolation(
            "comment_missing",
            _("This step wants some words."),
            field="comment",
            next_step=_("Write what was done, or what is to be put right."),
        )
    new_date = last_day(due_on, workdays, timezone.localdate()).date if step.wants_date else None
    before = {"state": assignment.state} | ({"due_on": assignment.due_on} if new_date else {})
    write_step(
        assignment, verb=verb, to_state=step.target, actor=actor, held=held, comment=comment, kept=kept, due_on=new_date
    )
    if verb in HANDS_IN:
        assignment.reported_by = actor
    elif verb in ("rectify", "withdraw"):
        assignment.reported_by = None
    assignment.save(update_fields=["state", "version", "reported_by", "due_on"])
    if verb in HANDS_IN or assignment.state in FINAL:
        extensions.lapse(assignment, actor=actor)
    record(
        "assignment.step",
        actor=actor,
        obj=assignment,
        unit_path=assignment.unit.path,
        reason=comment.strip(),
        before=before,
        after={"state": assignment.state, "verb": verb, "task": assignment.task.number}
        | ({"due_on": new_date} if new_date else {}),
    )
    return assignment


def write_step(
    assignment: TaskAssignment,
    *,
    verb: str,
    to_state: str,
    actor: User | None,
    held: Held | None = None,
    comment: str = "",
    kept: evidence.Evidence | None = None,
    due_on: date | None = None,
) -> None:
    """Insert the step and move ``state``, ``version`` and (when given) ``due_on`` of the row in memory; the caller saves it."""
    AssignmentStep.objects.create(
        assignment=assignment,
        verb=verb,
        from_state=assignment.state,
        to_state=to_state,
        actor=actor,
        office=held.organization if held else "",
        comment=comment.strip(),
        due_on=due_on,
        file=kept.file if kept else None,
        file_name=kept.name if kept else "",
    )
    assignment.state, assignment.version = to_state, assignment.version + 1
    assignment.due_on = due_on or assignment.due_on


def acting(access: Access, assignment: TaskAssignment, side: str) -> Held | None:
    """The grant under which the person acts on ``side`` (``unit``, ``organization``, ``task.programme.jurisdiction`` loaded).

    Owner: a reporter at the level of the unit, of the body named (or its successor). Checker: a reviewer there, or the
    lead bureau's reviewer or approver. Closer: an approver at the level of the jurisdiction; not of the body itself.
    """
    body, task = assignment.organization, assignment.task
    bodies = {None} if body is None else {None, body.pk, body.successor_id}
    top = task.programme.jurisdiction.level
    for held in access.business:
        if not held.covers(assignment.unit, task.programme):
            continue
        is_body = held.level == assignment.unit.level and (body is None or held.organization_id in bodies)
        leads = held.level == top and held.organization_id is not None and held.organization_id == task.lead_id
        fits = {
            OWNER: held.role == Role.REPORTER and is_body,
            CHECKER: (held.role == Role.REVIEWER and is_body)
            or (held.role in (Role.REVIEWER, Role.APPROVER) and leads),
            CLOSER: held.role == Role.APPROVER and held.level == top,
            OVERSEER: (held.role == Role.APPROVER and held.level == top) or (held.role == Role.REVIEWER and leads),
        }
        if fits[side]:
            return held
    return None


def refuse_unseen(access: Access, assignment: TaskAssignment) -> None:
    if not access.sees(assignment.unit, assignment.task.programme):
        raise _not_found()


def refuse_stale(assignment: TaskAssignment, version: int | None) -> None:
    if version != assignment.version:
        raise Conflict(
            "stale",
            _("Somebody took a step since you opened the page: it stands at “%(state)s” now.")
            % {"state": assignment.get_state_display()},
            next_step=_("Reload the page and look again; what you typed is kept here."),
        )


def _not_found() -> RuleViolation:
    return RuleViolation("not_found", _("The task is missing or outside your scope."), next_step=_("Reload the page."))


def _step(assignment: TaskAssignment, verb: str) -> Step:
    step = step_of(assignment.state, verb)
    if step is None:
        raise Conflict(
            "wrong_state",
            _("The task stands at “%(state)s”; this step is not possible there.")
            % {"state": assignment.get_state_display()},
            next_step=_("Reload the page; somebody may have been faster."),
        )
    if step.handed_in is not None and step.handed_in != (assignment.reported_by_id is not None):
        raise RuleViolation(
            "not_handed_in" if step.handed_in else "handed_in_already",
            _("The body has not reported the rectification yet.")
            if step.handed_in
            else _("The rectification is reported already and waits to be rechecked."),
            next_step=_("Wait for the report.") if step.handed_in else _("Wait for the recheck."),
        )
    return step


def _refuse_own(assignment: TaskAssignment, step: Step, actor: User, held: Held) -> None:
    if step.side not in (CHECKER, CLOSER):
        return
    if assignment.steps.filter(verb__in=HANDS_IN, actor=actor).exists():
        raise Forbidden(
            "self_check",
            _("You reported this task yourself."),
            rule=_("Nobody checks or closes what they reported."),
            next_step=_("Ask a colleague with the same role."),
        )
    own = held.organization_id is not None and held.organization_id == assignment.organization_id
    if step.side == CLOSER and own:
        raise Forbidden(
            "own_closing",
            _("%(office)s owes this task and cannot close it.") % {"office": held.organization},
            rule=_("The body that did the work does not accept it."),
            next_step=_("An approver of the government or of another bureau closes it."),
        )


@transaction.atomic
def set_date(
    *, actor: User, assignment_id: int, version: int | None, due_on: date, comment: str = ""
) -> TaskAssignment:
    """Give a task without a date its first one. The approver of the programme; a later date is an extension.

    Raises Conflict ``has_date``, ``stale``; RuleViolation ``past``; PermissionDenied for another role.
    """
    assignment, access = locked(assignment_id), read_access(actor)
    refuse_unseen(access, assignment)
    refuse_stale(assignment, version)
    held = acting(access, assignment, CLOSER)
    if held is None:
        raise PermissionDenied(str(WHO[CLOSER]))
    if assignment.due_on is not None or assignment.state in FINAL:
        raise Conflict(
            "has_date",
            _("The task has a date already (%(day)s) or is finished.") % {"day": assignment.due_on},
            field="due_on",
            next_step=_("A later date is asked for by the body and granted."),
        )
    assignment.due_on = assignment.first_due_on = due_on
    words = f"{due_on:%Y-%m-%d} {comment.strip()}".strip()
    write_step(assignment, verb="date", to_state=assignment.state, actor=actor, held=held, comment=words)
    assignment.save(update_fields=["due_on", "first_due_on", "version"])
    record(
        "assignment.date", actor=actor, obj=assignment, unit_path=assignment.unit.path, reason=comment.strip(),
        before={"due_on": None}, after={"due_on": due_on, "task": assignment.task.number},
    )  # fmt: skip
    return assignment


@transaction.atomic
def plan(
    *,
    actor: User,
    assignment_id: int,
    version: int | None,
    timetable: str,
    contact_office: str = "",
    milestones: list[tuple[str, date, date | None]] | None = None,
) -> TaskAssignment:
    """The body's own timetable, office in charge and milestones (text, due, done), replaced as a whole.

    003·五(二): every unit sets 时间表, 路线图, 责任单位, 责任事项. Raises RuleViolation ``too_many``, ``after_due``.
    """
    assignment, access = locked(assignment_id), read_access(actor)
    refuse_unseen(access, assignment)
    refuse_stale(assignment, version)
    if acting(access, assignment, OWNER) is None:
        raise PermissionDenied(str(WHO[OWNER]))
    steps = milestones or []
    if len(steps) > MOST_MILESTONES:
        raise RuleViolation(
            "too_many",
            _("%(n)s milestones; at most %(most)s are kept.") % {"n": len(steps), "most": MOST_MILESTONES},
            field="milestones",
            next_step=_("Keep those that somebody will look at."),
        )
    late = [day for _words, day, _when in steps if assignment.due_on is not None and day > assignment.due_on]
    if late:
        raise RuleViolation(
            "after_due",
            _("A milestone on %(day)s lies after the date of the task, %(due)s.")
            % {"day": max(late), "due": assignment.due_on},
            field="milestones",
            rule=_("Milestones lie on the way to the date."),
            next_step=_("Bring it forward, or ask for a later date."),
        )
    before = {"timetable": assignment.timetable, "milestones": assignment.milestones.count()}
    assignment.timetable, assignment.contact_office = timetable.strip(), contact_office.strip()
    assignment.version += 1
    assignment.save(update_fields=["timetable", "contact_office", "version"])
    assignment.milestones.all().delete()
    Milestone.objects.bulk_create(
        [Milestone(assignment=assignment, text=text[:200], due_on=day, done_on=done) for text, day, done in steps]
    )
    record(
        "assignment.plan", actor=actor, obj=assignment, unit_path=assignment.unit.path,
        before=before, after={"timetable": assignment.timetable, "milestones": len(steps)},
    )  # fmt: skip
    return assignment
