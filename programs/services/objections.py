"""Objections to a notice: recorded by the office, judged by somebody else, answered. Who objected stays on paper."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.errors import Conflict, RuleViolation
from programs.models import Notice, Objection
from programs.services.notice_rules import OFFICE, locked, missing, refuse_numbers, require_office, wanted, wrong_state
from programs.services.refusals import Forbidden


@transaction.atomic
def record_objection(
    *,
    actor: User,
    notice_id: int,
    received_on: date,
    channel: str,
    register_no: str,
    text: str,
    item_id: int | None = None,
) -> Objection:
    """Write down what an objection says, under its number in the office's own register. ``item_id``: the line it is about.

    Raises RuleViolation ``text_missing``, ``register_no_missing``, ``personal_number``, ``outside_term``,
    ``item_unknown``, Conflict ``registered`` or ``wrong_state``, PermissionDenied.
    """
    notice = locked(notice_id)
    require_office(actor, OFFICE, unit=notice.unit, programme=notice.programme)
    if notice.state not in (Notice.State.POSTED, Notice.State.ENDED):
        raise wrong_state(notice)
    text, register_no = text.strip(), register_no.strip()
    if not text:
        raise wanted("text", _("The objection says nothing."), _("Write what is objected to, without names of people."))
    if not register_no:
        raise wanted(
            "register_no",
            _("The number in the register is missing."),
            _("Enter the objection in the office's register first; the person is named there only."),
        )
    refuse_numbers([("text", _("Objection"), text), ("register_no", _("Register number"), register_no)])
    _refuse_outside_term(notice, received_on)
    if item_id is not None and not notice.items.filter(pk=item_id).exists():
        raise RuleViolation(
            "item_unknown", _("This line is not in the notice."), field="item", next_step=_("Choose a line of it.")
        )
    if notice.objections.filter(register_no=register_no).exists():
        raise Conflict(
            "registered",
            _("Number %(number)s is recorded already.") % {"number": register_no},
            field="register_no",
            next_step=_("Compare it with the register."),
        )
    objection = Objection.objects.create(
        notice=notice,
        item_id=item_id,
        received_on=received_on,
        channel=channel,
        register_no=register_no,
        text=text,
        recorded_by=actor,
    )
    _log("objection.record", objection, actor, after={"register_no": register_no, "received_on": received_on})
    return objection


@transaction.atomic
def judge_objection(
    *,
    actor: User,
    objection_id: int,
    is_major: bool,
    is_true: bool,
    judgement: str,
    answered_on: date | None = None,
    answer: str = "",
) -> Objection:
    """Say whether it is major and whether it is true, with reasons; only one that is both stops the next step (5.4).

    Raises Forbidden ``own_objection`` for whoever recorded it or prepared the notice, Conflict ``judged``, RuleViolation
    ``judgement_missing``, ``personal_number``.
    """
    objection = _locked(objection_id)
    notice = objection.notice
    require_office(actor, OFFICE, unit=notice.unit, programme=notice.programme)
    if actor.pk in {objection.recorded_by_id, notice.created_by_id}:
        raise Forbidden(
            "own_objection",
            _("You prepared the notice or recorded this objection."),
            rule=_("An objection is judged by somebody who did neither."),
            next_step=_("Ask a colleague of your office with the role reviewer or approver."),
        )
    if objection.judged_at is not None:
        raise Conflict("judged", _("This objection has been judged."), next_step=_("Reload the page."))
    if not judgement.strip():
        raise wanted("judgement", _("The reasons are missing."), _("Write why it is or is not major and true."))
    refuse_numbers([("judgement", _("Reasons"), judgement), ("answer", _("Answer"), answer)])
    objection.is_major, objection.is_true, objection.judgement = is_major, is_true, judgement.strip()
    objection.judged_by, objection.judged_at = actor, timezone.now()
    objection.answered_on, objection.answer = _answered(objection, answered_on, answer), answer.strip()
    objection.save()
    _log("objection.judge", objection, actor, after={"is_major": is_major, "is_true": is_true}, reason=judgement)
    return objection


@transaction.atomic
def answer_objection(*, actor: User, objection_id: int, answered_on: date, answer: str) -> Objection:
    """Note when and what the objector was answered. Raises Conflict ``not_judged`` before the judgement."""
    objection = _locked(objection_id)
    notice = objection.notice
    require_office(actor, OFFICE, unit=notice.unit, programme=notice.programme)
    if objection.judged_at is None:
        raise Conflict("not_judged", _("The objection has not been judged."), next_step=_("Judge it first."))
    if not answer.strip():
        raise wanted("answer", _("The answer is missing."), _("Write what was answered, without the person's name."))
    refuse_numbers([("answer", _("Answer"), answer)])
    objection.answered_on, objection.answer = _answered(objection, answered_on, answer), answer.strip()
    objection.save(update_fields=["answered_on", "answer"])
    _log("objection.answer", objection, actor, after={"answered_on": answered_on})
    return objection


def _locked(objection_id: int) -> Objection:
    found = (
        Objection.objects.select_for_update(of=("self",))
        .select_related("notice__unit", "notice__programme")
        .filter(pk=objection_id)
        .first()
    )
    if found is None:
        raise missing()
    return found


def _answered(objection: Objection, answered_on: date | None, answer: str) -> date | None:
    if not answer.strip():
        return None
    day = answered_on or timezone.localdate()
    if not objection.received_on <= day <= timezone.localdate():
        raise RuleViolation(
            "answered_on_wrong",
            _("The answer is dated %(day)s; the objection came on %(received)s.")
            % {"day": day, "received": objection.received_on},
            field="answered_on",
            next_step=_("Enter a day between its arrival and today."),
        )
    return day


def _refuse_outside_term(notice: Notice, received_on: date) -> None:
    assert notice.posted_on is not None  # the constraint notice_posted_has_dates
    assert notice.ends_on is not None
    last = min(notice.ends_on, timezone.localdate())
    if not notice.posted_on <= received_on <= last:
        raise RuleViolation(
            "outside_term",
            _("Received on %(day)s; the notice could be objected to from %(first)s to %(last)s.")
            % {"day": received_on, "first": notice.posted_on, "last": last},
            clause=notice.clause.path if notice.clause else "",
            field="received_on",
            next_step=_("What arrives later is handled as an ordinary complaint."),
        )


def _log(verb: str, objection: Objection, actor: User, **changes) -> None:
    record(verb, actor=actor, obj=objection, unit_path=objection.notice.unit.path, **changes)
