"""Putting findings right: assigned with an owner and a date, accepted, reported, revisited by somebody else, closed."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import Held, read_access
from programs.errors import Conflict, RuleViolation
from programs.models import (
    Finding,
    Organization,
    Rectification,
    RectificationStep,
    Unit,
)
from programs.rectification_steps import STEPS, Step, acting, is_own, who_acts
from programs.services import evidence, extensions
from programs.services.calendar import WorkCalendar
from programs.services.inspections import require_inspector
from programs.services.refusals import Forbidden

State = Rectification.State
LONGEST = 400  # days; a date further away is a slip of the keyboard
ESCALATES_AFTER = (
    (1, 1),
    (5, 2),
)  # working days late → whom it is shown to: 1 the county, 2 the city (set by the city)


@transaction.atomic
def assign(
    *,
    actor: User,
    finding_id: int,
    goal: str,
    due_on: date | None = None,
    workdays: int | None = None,
    unit: Unit | None = None,
    organization: Organization | None = None,
    today: date | None = None,
) -> Rectification:
    """Give a finding an owner and a last day: ``due_on``, moved to the next working day, or ``workdays`` from today.

    ``unit`` None: where the inspection lies. Raises RuleViolation ``not_found``, ``goal_missing``, ``due_*``,
    ``owner_elsewhere``; Conflict ``already_assigned``; PermissionDenied for another role.
    """
    finding, held = _unassigned(actor, finding_id)
    inspection = finding.inspection
    if not goal.strip():
        raise RuleViolation(
            "goal_missing",
            _("The goal is empty."),
            field="goal",
            next_step=_("Write what has to be true when it is put right."),
        )
    owner = unit or inspection.unit
    _check_owner(owner, organization, inspection.unit)
    deadline = last_day(due_on, workdays, today or timezone.localdate())
    rectification = Rectification.objects.create(
        programme=inspection.programme,
        unit=owner,
        organization=organization,
        finding=finding,
        goal=goal.strip()[:300],
        due_on=deadline.date,
        first_due_on=deadline.date,
        due_is_provisional=deadline.provisional,
        assigned_by=actor,
        assigned_at=timezone.now(),
    )
    RectificationStep.objects.create(
        rectification=rectification, verb="assign", to_state=State.ASSIGNED, at=timezone.now(), actor=actor, office=held.organization,
        comment=goal.strip(),
    )  # fmt: skip
    record(
        "rectification.assign", actor=actor, obj=rectification, unit_path=owner.path,
        after={"finding": finding.pk, "goal": goal.strip(), "due_on": deadline.date,
               "organization": organization.code if organization else ""},
    )  # fmt: skip
    return rectification


def _unassigned(actor: User, finding_id: int) -> tuple[Finding, Held]:
    """The finding under lock and the grant under which the actor assigns it; Conflict when somebody did already."""
    finding = (
        Finding.objects.select_for_update(of=("self",))
        .select_related("inspection__unit", "inspection__programme", "inspection__project")
        .filter(pk=finding_id)
        .first()
    )
    if finding is None:
        raise _not_found()
    held = require_inspector(actor, finding.inspection)
    if Rectification.objects.filter(finding=finding).exists():
        raise Conflict(
            "already_assigned",
            _("This finding has been assigned already."),
            next_step=_("Reload the page; somebody was faster."),
        )
    return finding, held


def take(
    *,
    actor: User,
    rectification_id: int,
    verb: str,
    seen: int | None = None,
    comment: str = "",
    upload: File | None = None,
    revisited_on: date | None = None,
    today: date | None = None,
) -> Rectification:
    """Take one of STEPS. ``seen``: id of the newest step the person looked at (None: whatever is newest).

    Closing and sending back want the day of the revisit, after the report. Raises RuleViolation ``not_found``,
    ``comment_missing``, ``revisit_*``; Conflict ``stale``, ``wrong_state``; PermissionDenied for another role; Forbidden
    ``self_revisit``, ``own_revisit``; RuleViolation with ``field`` file for a bad paper.
    """
    kept = evidence.keep(upload)
    with transaction.atomic():
        rectification, access = _locked(rectification_id), read_access(actor)
        if not access.sees(rectification.unit, rectification.programme):
            raise _not_found()
        step = _step(rectification, verb)
        _refuse_stale(rectification, seen)
        held = acting(access, rectification, step)
        if held is None:
            raise PermissionDenied(who_acts(step))
        if not step.by_owner:
            _refuse_own(rectification, actor, held)
        day = today or timezone.localdate()
        _check_words(rectification, step, comment, revisited_on, day)
        _write(rectification, step, actor=actor, held=held, comment=comment, kept=kept, revisited_on=revisited_on)
        if rectification.state in (State.REPORTED, State.CLOSED):
            extensions.lapse(rectification, actor=actor)
        record(
            f"rectification.{verb}", actor=actor, obj=rectification, unit_path=rectification.unit.path,
            reason=comment.strip(), after={"state": rectification.state, "revisited_on": revisited_on},
        )  # fmt: skip
        return rectification


@transaction.atomic
def escalate(*, today: date) -> int:
    """Show what is late to the level above: the county after one working day, the city after five (set by the city).

    What is reported waits for its revisit and is not escalated. Answers how many moved up; a second run moves none.
    """
    rows = list(
        Rectification.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(state__in=(State.ASSIGNED, State.IN_PROGRESS), due_on__lt=today)
        .exclude(escalation=2)
        .order_by("pk")
    )
    if not rows:
        return 0
    calendar = WorkCalendar(min(row.due_on for row in rows), today)
    moved = 0
    for row in rows:
        late = calendar.between(row.due_on, today)
        level = max((to for after, to in ESCALATES_AFTER if late >= after), default=0)
        if level <= row.escalation:
            continue
        before, row.escalation = row.escalation, level
        row.save(update_fields=["escalation"])
        RectificationStep.objects.create(
            rectification=row, verb="escalate", from_state=row.state, to_state=row.state, at=timezone.now(),
            comment=_("%(days)s working days late") % {"days": late},
        )  # fmt: skip
        record(
            "rectification.escalate", obj=row, unit_path=row.unit.path,
            before={"escalation": before}, after={"escalation": level, "workdays_late": late},
        )  # fmt: skip
        moved += 1
    return moved


def _write(
    rectification: Rectification,
    step: Step,
    *,
    actor: User,
    held: Held,
    comment: str,
    kept: evidence.Evidence | None,
    revisited_on: date | None,
) -> None:
    RectificationStep.objects.create(
        rectification=rectification, verb=step.verb, from_state=rectification.state, to_state=step.target, actor=actor,
        office=held.organization, comment=comment.strip(), file=kept.file if kept else None,
        file_name=kept.name if kept else "", revisited_on=None if step.by_owner else revisited_on, at=timezone.now(),
    )  # fmt: skip
    rectification.state = step.target
    if step.verb == "report":
        rectification.reported_by = actor
    rectification.closed_at = timezone.now() if step.target == State.CLOSED else None
    rectification.save(update_fields=["state", "reported_by", "closed_at"])


def last_day(due_on: date | None, workdays: int | None, today: date):
    """Exactly one of both; the last day is a working day."""
    if (due_on is None) == (workdays is None):
        raise RuleViolation(
            "due_missing",
            _("The last day is missing."),
            field="due_on",
            next_step=_("Enter a date, or a number of working days."),
        )
    calendar = WorkCalendar(today, today + timedelta(days=LONGEST * 2))
    if workdays is not None:
        if not 1 <= workdays <= 250:
            raise _bad_due(_("%(days)s working days are not between 1 and 250.") % {"days": workdays}, "workdays")
        return calendar.add(today, workdays)
    assert due_on is not None
    if not today <= due_on <= today + timedelta(days=LONGEST):
        raise _bad_due(
            _("%(due)s does not lie between today, %(today)s, and %(last)s.")
            % {"due": due_on, "today": today, "last": today + timedelta(days=LONGEST)},
            "due_on",
        )
    return calendar.roll(due_on)


def _bad_due(message: str, field: str) -> RuleViolation:
    return RuleViolation("due_range", message, field=field, next_step=_("Correct the last day."))


def _check_owner(owner: Unit, organization: Organization | None, place: Unit) -> None:
    """The owner is the place itself, a unit above it, or one below; a body sits in that unit."""
    wrong = ""
    if not (place.path.startswith(owner.path) or owner.path.startswith(place.path)):
        wrong = _("%(unit)s has nothing to do with the place inspected.") % {"unit": owner.label}
    elif organization is not None and organization.unit_id != owner.pk:
        wrong = _("%(body)s is no body of %(unit)s.") % {"body": organization, "unit": owner.label}
    if wrong:
        raise RuleViolation(
            "owner_elsewhere", wrong, field="organization",
            next_step=_("Choose the unit inspected or one above or below it, and a body of that unit."),
        )  # fmt: skip


def _locked(rectification_id: int) -> Rectification:
    found = (
        Rectification.objects.select_for_update(of=("self",))
        .select_related(
            "unit", "programme", "finding__inspection__unit", "finding__inspection__project", "organization"
        )
        .filter(pk=rectification_id)
        .first()
    )
    if found is None:
        raise _not_found()
    return found


def _step(rectification: Rectification, verb: str) -> Step:
    step = STEPS.get(verb)
    if step is None or rectification.state not in step.sources:
        raise Conflict(
            "wrong_state",
            _("The rectification is “%(state)s”; this step is not possible there.")
            % {"state": rectification.get_state_display()},
            next_step=_("Reload the page; somebody may have been faster."),
        )
    return step


def _refuse_stale(rectification: Rectification, seen: int | None) -> None:
    newest = rectification.steps.order_by("-id").values_list("pk", flat=True).first()
    if seen is not None and seen != newest:
        raise Conflict(
            "stale",
            _("Somebody took a step since you opened the page: it stands at “%(state)s” now.")
            % {"state": rectification.get_state_display()},
            next_step=_("Reload the page and look again; what you typed is kept here."),
        )


def _refuse_own(rectification: Rectification, actor: User, held: Held) -> None:
    if not is_own(rectification, actor, held):
        return
    if held.organization_id is not None and held.organization_id == rectification.organization_id:
        raise Forbidden(
            "own_revisit",
            _("%(office)s owns this rectification and cannot revisit it.") % {"office": held.organization},
            rule=_("The body that did the work does not accept it."),
            next_step=_("Another body with the role to inspect revisits it."),
        )
    raise Forbidden(
        "self_revisit",
        _("You reported this rectification yourself."),
        rule=_("Somebody else than who reported it goes and looks."),
        next_step=_("Ask a colleague with the same role."),
    )


def _check_words(
    rectification: Rectification, step: Step, comment: str, revisited_on: date | None, today: date
) -> None:
    wrong: list[RuleViolation] = []
    if step.wants_comment and not comment.strip():
        wrong.append(
            RuleViolation(
                "comment_missing",
                _("This step wants some words."),
                field="comment",
                next_step=_("Write what was done, or what is still wrong."),
            )
        )
    if not step.by_owner:
        reported = rectification.steps.filter(verb="report").order_by("-id").values_list("at", flat=True).first()
        first = timezone.localtime(reported).date() if reported else None
        if revisited_on is None:
            wrong.append(
                RuleViolation(
                    "revisit_missing",
                    _("The day of the revisit is missing."),
                    rule=_("It is closed only after somebody went and looked."),
                    field="revisited_on",
                    next_step=_("Enter the day."),
                )
            )
        elif revisited_on > today or (first is not None and revisited_on < first):
            wrong.append(
                RuleViolation(
                    "revisit_range",
                    _("The revisit on %(day)s does not lie between the report, %(first)s, and today, %(today)s.")
                    % {"day": revisited_on, "first": first or "–", "today": today},
                    field="revisited_on",
                    next_step=_("Enter the day on which somebody went and looked."),
                )
            )
    if wrong:
        raise wrong[0] if len(wrong) == 1 else RuleViolation(
            "not_possible",
            _("%(count)s things are missing; nothing was changed.") % {"count": len(wrong)},
            errors=wrong,
        )  # fmt: skip


def _not_found() -> RuleViolation:
    return RuleViolation("not_found", _("This is missing or outside your scope."), next_step=_("Reload the page."))
