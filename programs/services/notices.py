"""Publicity notices (公示): built from allowed fields, posted for working days, taken down on time (specification 1.4, 5.4, 7.8).

A notice's table holds what ``register_fields`` allows for its workflow and nothing else. The day of posting is not counted.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from policies.models import Clause
from programs.errors import Conflict, RuleViolation
from programs.models import Decision, Declaration, Notice, NoticeItem, NoticeTerm, Programme, Unit
from programs.queries.notices import notice_of, precedes
from programs.services.calendar import add_working_days
from programs.services.notice_rules import OFFICE, POSTS, locked, refuse_numbers, require_office, wanted, wrong_state
from programs.services.objections import answer_objection, judge_objection, record_objection
from programs.workflow import Problem

__all__ = [
    "answer_objection",
    "end_due",
    "judge_objection",
    "post",
    "prepare",
    "publicity_problem",
    "recompute_terms",
    "record_objection",
    "register_fields",
    "shown_of",
    "withdraw",
]

State = Notice.State
Fields = Callable[[Declaration], dict[str, str]]
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that can be misread
CODE_LENGTH = 10
LONGEST_TERM = 60  # working days

_fields: dict[str, Fields] = {}


def register_fields(workflow_code: str, fields: Fields) -> None:
    """Name what a notice may show of a declaration: a function from it to ``{label: text}``, called in Chinese.

    Initiatives call this from ``AppConfig.ready()``. Without it: project, place, programme and year.
    """
    _fields[workflow_code] = fields


def shown_of(declaration: Declaration) -> list[list[str]]:
    """The allowed fields of one line as [label, text], in order and in Chinese: a notice is an official paper."""
    with translation.override("zh-hans"):
        found = _fields.get(declaration.workflow, _default_fields)(declaration)
        return [[str(label), str(text)] for label, text in found.items()]


def _default_fields(declaration: Declaration) -> dict[str, str]:
    project = declaration.project
    return {
        _("Project"): project.name,
        _("Place"): _place(project.unit),
        _("Programme"): project.programme.short,
        _("Year"): str(declaration.cycle.year),
    }


def _place(unit: Unit) -> str:
    """County and township of a village or township, the unit itself above that."""
    if unit.level not in (Unit.Level.VILLAGE, Unit.Level.TOWNSHIP):
        return unit.label
    township = unit.parent if unit.level == Unit.Level.VILLAGE else unit
    assert township is not None  # the constraint unit_has_parent
    assert township.parent is not None
    return township.parent.label + township.label


@transaction.atomic
def prepare(
    *,
    actor: User,
    programme: Programme,
    unit: Unit,
    declarations: Sequence[Declaration],
    title: str,
    text: str,
    contact: str,
    issuer: str,
    workdays: int,
    clause: Clause | None = None,
) -> Notice:
    """Draft a notice about ``declarations`` of ``programme`` below ``unit``, whose notice it is.

    Raises PermissionDenied or ``not_found``; RuleViolation ``…_missing``, ``workdays_wrong``, ``declarations_wrong``,
    ``personal_number``; Conflict ``noticed_already`` when one of them is in a notice that is a draft or up.
    """
    require_office(actor, OFFICE, unit=unit, programme=programme)
    texts = {"title": title, "text": text, "contact": contact, "issuer": issuer}
    texts = {name: value.strip() for name, value in texts.items()}
    _refuse_gaps(texts, workdays)
    chosen = _lock_declarations(programme, unit, declarations)
    shown = [(one, shown_of(one)) for one in chosen]
    labels = {"title": _("Title"), "text": _("Text"), "contact": _("Contact"), "issuer": _("Issuer")}
    lines = [
        (f"declaration-{one.pk}", f"{one.project.name} · {label}", value) for one, row in shown for label, value in row
    ]
    refuse_numbers([(name, labels[name], value) for name, value in texts.items()] + lines)
    notice = Notice.objects.create(
        code=_new_code(), programme=programme, unit=unit, workdays=workdays, clause=clause, created_by=actor, **texts
    )
    NoticeItem.objects.bulk_create(
        NoticeItem(notice=notice, declaration=one, position=number, shown=row)
        for number, (one, row) in enumerate(shown, start=1)
    )
    _log("notice.prepare", notice, actor, after=texts | {"workdays": workdays, "declarations": [d.pk for d in chosen]})
    return notice


@transaction.atomic
def post(*, actor: User, notice_id: int, on: date | None = None) -> Notice:
    """Put a draft up today; its last day is the ``workdays``-th working day after.

    ``on``: an earlier day, for what was posted before it was entered (loading older notices); pages never pass it.
    Raises Conflict ``wrong_state``, RuleViolation ``posted_in_future``, ``personal_number``, PermissionDenied.
    """
    notice = locked(notice_id)
    require_office(actor, POSTS, unit=notice.unit, programme=notice.programme)
    if notice.state != State.DRAFT:
        raise wrong_state(notice)
    day = on or timezone.localdate()
    if day > timezone.localdate():
        raise RuleViolation(
            "posted_in_future",
            _("%(day)s has not come yet.") % {"day": day},
            field="on",
            next_step=_("Post it on that day."),
        )
    deadline = add_working_days(day, notice.workdays)
    notice.state, notice.posted_on, notice.posted_by = State.POSTED, day, actor
    notice.ends_on, notice.ends_is_provisional = deadline.date, deadline.provisional
    notice.save(update_fields=["state", "posted_on", "posted_by", "ends_on", "ends_is_provisional"])
    _log(
        "notice.post",
        notice,
        actor,
        after={"posted_on": day, "ends_on": notice.ends_on, "provisional": notice.ends_is_provisional},
    )
    return notice


@transaction.atomic
def withdraw(*, actor: User, notice_id: int, reason: str) -> Notice:
    """Take a draft or a posted notice away for good, with a reason. Raises Conflict ``wrong_state``, ``reason_missing``."""
    notice = locked(notice_id)
    require_office(actor, POSTS, unit=notice.unit, programme=notice.programme)
    if notice.state not in (State.DRAFT, State.POSTED):
        raise wrong_state(notice)
    if not reason.strip():
        raise wanted("reason", _("Withdrawing a notice wants a reason."), _("Write why; auditors will read it."))
    refuse_numbers([("reason", _("Reason"), reason)])
    before, notice.state = notice.state, State.WITHDRAWN
    notice.withdrawn_reason, notice.ended_at = reason.strip()[:300], timezone.now()
    notice.save(update_fields=["state", "withdrawn_reason", "ended_at"])
    _log("notice.withdraw", notice, actor, before={"state": before}, after={"state": notice.state}, reason=reason)
    return notice


@transaction.atomic
def end_due(today: date) -> int:
    """Take down every notice whose last day lies before ``today``; answers how many. A second run finds none."""
    due = Notice.objects.select_for_update(of=("self",)).filter(state=State.POSTED, ends_on__lt=today)
    ended = 0
    for notice in due.select_related("unit").order_by("id"):
        notice.state, notice.ended_at = State.ENDED, timezone.now()
        notice.save(update_fields=["state", "ended_at"])
        _log("notice.end", notice, None, after={"ends_on": notice.ends_on, "as_of": today})
        ended += 1
    return ended


@transaction.atomic
def recompute_terms(*, reason: str, actor: User | None = None) -> int:
    """Count the terms again after the calendar changed: of notices that are up, and of ended ones that were provisional.

    The earlier end stays as a NoticeTerm. Answers how many changed.
    """
    rows = Notice.objects.select_for_update(of=("self",)).select_related("unit")
    rows = rows.filter(state=State.POSTED) | rows.filter(state=State.ENDED, ends_is_provisional=True)
    changed = 0
    for notice in rows.order_by("id"):
        assert notice.posted_on is not None  # the constraint notice_posted_has_dates
        assert notice.ends_on is not None
        deadline = add_working_days(notice.posted_on, notice.workdays)
        ends_on, provisional = notice.ends_on, notice.ends_is_provisional
        if (ends_on, provisional) == (deadline.date, deadline.provisional):
            continue
        NoticeTerm.objects.create(notice=notice, ends_on=ends_on, was_provisional=provisional, reason=reason[:200])
        notice.ends_on, notice.ends_is_provisional = deadline.date, deadline.provisional
        notice.save(update_fields=["ends_on", "ends_is_provisional"])
        _log(
            "notice.term",
            notice,
            actor,
            before={"ends_on": ends_on, "provisional": provisional},
            after={"ends_on": deadline.date, "provisional": deadline.provisional},
            reason=reason,
        )
        changed += 1
    return changed


def posting_problem(declaration: Declaration, *, result: Decision | None = None) -> Problem | None:
    """For guards: why the newest notice does not publish this; None when it is up, or was up, after ``result``."""
    notice = notice_of(declaration)
    if notice is None or notice.state == State.WITHDRAWN:
        return Problem(_("There is no notice about this."), _("Prepare and post a publicity notice first."))
    if notice.state == State.DRAFT:
        return Problem(_("The notice “%(title)s” is not posted.") % {"title": notice.title}, _("Post it."))
    if result is not None and precedes(notice, result):
        return Problem(
            _("The notice “%(title)s” was posted on %(posted)s, before the result of %(day)s: it does not publish it.")
            % {"title": notice.title, "posted": notice.posted_on, "day": result.decided_on},
            _("Prepare and post a notice of this result; the working days are counted from its posting."),
        )
    return None


def publicity_problem(declaration: Declaration, *, result: Decision | None = None) -> Problem | None:
    """For guards: what keeps publicity from being complete; None when the newest notice ran its whole term unstopped.

    ``result``: the decision that is published; a notice posted before it does not count. Specification 5.4: five
    working days and no *major and true* objection; an objection that nobody judged waits.
    """
    problem = posting_problem(declaration, result=result)
    if problem is not None:
        return problem
    notice = notice_of(declaration)
    assert notice is not None  # else it was a problem
    if notice.state == State.POSTED:
        return Problem(
            _("The notice is up until %(day)s (%(n)s working days).") % {"day": notice.ends_on, "n": notice.workdays},
            _("Wait until it has been taken down; that happens by itself."),
        )
    return _problem_of_ended(notice, declaration)


def _problem_of_ended(notice: Notice, declaration: Declaration) -> Problem | None:
    if notice.ends_is_provisional:
        return Problem(
            _("The end of the notice, %(day)s, is provisional: the holidays of that year are not loaded.")
            % {"day": notice.ends_on},
            _("Ask the system administrator to load the calendar; the term is counted again then."),
        )
    assert notice.ends_on is not None  # the constraint notice_posted_has_dates
    assert notice.ended_at is not None  # end_due sets it together with the state
    taken_down = timezone.localtime(notice.ended_at).date()
    if taken_down <= notice.ends_on:
        return Problem(
            _("The notice was taken down on %(day)s, before its last day %(last)s.")
            % {"day": taken_down, "last": notice.ends_on},
            _("Post a new notice."),
        )
    about = notice.objections.select_related("item")  # an objection to another line of the notice does not count here
    objections = [one for one in about if one.item is None or one.item.declaration_id == declaration.pk]
    waiting = [one for one in objections if one.judged_at is None]
    if waiting:
        return Problem(
            _("%(n)s objections are not judged, the first is %(number)s.")
            % {"n": len(waiting), "number": waiting[0].register_no},
            _("Judge them with reasons."),
        )
    stopping = next((one for one in objections if one.stops), None)
    if stopping is not None:
        return Problem(
            _("Objection %(number)s is major and true.") % {"number": stopping.register_no},
            _("Return the declaration, or post a new notice after the matter is settled."),
        )
    return None


def _refuse_gaps(texts: dict[str, str], workdays: int) -> None:
    for name, value in texts.items():
        if not value:
            raise wanted(name, _("A notice has a title, a text, a contact and an issuer."), _("Fill in this field."))
    if not 1 <= workdays <= LONGEST_TERM:
        raise RuleViolation(
            "workdays_wrong",
            _("A notice is up for 1 to %(most)s working days, not %(n)s.") % {"most": LONGEST_TERM, "n": workdays},
            field="workdays",
            next_step=_("Enter the number that the clause names."),
        )


def _lock_declarations(programme: Programme, unit: Unit, declarations: Sequence[Declaration]) -> list[Declaration]:
    keys = [one.pk for one in declarations]
    rows = (
        Declaration.objects.select_for_update(of=("self",))
        .select_related("project__unit__parent__parent", "project__programme", "cycle")
        .filter(pk__in=keys)
        .order_by("project__unit__code", "project__code", "id")
    )
    found = list(rows)
    fits = all(
        one.project.programme_id == programme.pk and one.project.unit.path.startswith(unit.path) for one in found
    )
    if not found or len(found) != len(set(keys)) or not fits:
        raise RuleViolation(
            "declarations_wrong",
            _("A notice is about one or more declarations of one programme, all below the publishing unit."),
            field="declarations",
            next_step=_("Choose them from the list."),
        )
    busy = (
        NoticeItem.objects.filter(declaration__in=found, notice__state__in=[State.DRAFT, State.POSTED])
        .select_related("notice", "declaration__project")
        .first()
    )
    if busy is not None:
        raise Conflict(
            "noticed_already",
            _("%(project)s is in the notice “%(title)s” (%(state)s).")
            % {
                "project": busy.declaration.project.name,
                "title": busy.notice.title,
                "state": busy.notice.get_state_display(),
            },
            field="declarations",
            next_step=_("Leave it out, or withdraw that notice first."),
        )
    return found


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _one in range(CODE_LENGTH))


def _log(verb: str, notice: Notice, actor: User | None, **changes) -> None:
    record(verb, actor=actor, obj=notice, unit_path=notice.unit.path, **changes)
