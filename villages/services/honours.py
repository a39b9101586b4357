"""Honours: given with plaque and paper, revoked with three consequences, restored after an objection. Called by ``decide``."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import Decision, Declaration, Role
from villages.clauses import clause
from villages.guards_honours import honour_in_force
from villages.models import Honour, Sanction


def grant(*, declaration: Declaration, decision: Decision, actor: User | None) -> Honour:
    """Record the honour that the step ``honour`` gives. An effect: runs in the transaction of ``decide``."""
    project = declaration.project
    honour = Honour.objects.create(
        project=project,
        declaration=declaration,
        decision=decision,
        level=project.decider_level,
        year=declaration.cycle.year,
        plaque_no=decision.facts["plaque"],
        commendation_no=decision.number,
        honoured_on=decision.decided_on,
    )
    _note("village.honour", honour, actor, {"plaque": honour.plaque_no, "paper": honour.commendation_no})
    return honour


def revoke(*, declaration: Declaration, decision: Decision, actor: User | None) -> Honour:
    """End the honour in force and record the three consequences of clause 6(5), open-ended: the plan names no end."""
    honour = _locked(declaration, revoked=False)
    honour.revoked_on, honour.revoked_by = decision.decided_on, decision
    honour.save(update_fields=["revoked_on", "revoked_by"])
    Sanction.objects.bulk_create(
        Sanction(honour=honour, unit=declaration.project.unit, kind=kind, since=decision.decided_on, decision=decision)
        for kind in Sanction.Kind
    )
    _note("village.revoke", honour, actor, {"paper": decision.number, "reason": decision.comment})
    return honour


def restore(*, declaration: Declaration, decision: Decision, actor: User | None) -> Honour:
    """Give the honour back after an objection was found right; its open consequences end that day.

    Raises Conflict ``honoured_again`` when the place earned the honour anew meanwhile.
    """
    honour = _locked(declaration, revoked=True)
    newer = honour_in_force(declaration.project)
    if newer is not None:
        raise Conflict(
            "honoured_again",
            _("%(place)s has been honoured again on %(day)s (plaque %(plaque)s); two honours are not in force at once.")
            % {"place": declaration.project.name, "day": newer.honoured_on, "plaque": newer.plaque_no},
            next_step=_("Answer the objection in writing; the honour in force stays."),
        )
    honour.revoked_on = honour.revoked_by = None
    honour.save(update_fields=["revoked_on", "revoked_by"])
    honour.sanctions.filter(lifted_on=None).update(
        lifted_on=decision.decided_on, lift_reason=decision.facts["answer"], lifted_by=actor
    )
    _note("village.restore", honour, actor, {"paper": decision.number})
    return honour


@transaction.atomic
def lift_sanction(*, actor: User, sanction_id: int, on: date, reason: str) -> Sanction:
    """End one consequence. Only an approver at the city; raises RuleViolation ``reason``, Conflict ``lifted``."""
    sanction = (
        Sanction.objects.select_for_update(of=("self",))
        .select_related("unit", "honour__project__programme__jurisdiction")
        .filter(pk=sanction_id)
        .first()
    )
    if sanction is None:
        raise RuleViolation("not_found", _("There is no such consequence."), next_step=_("Reload the page."))
    programme = sanction.honour.project.programme
    require(actor, Role.APPROVER, unit=programme.jurisdiction, programme=programme)
    if sanction.lifted_on is not None:
        raise Conflict(
            "lifted", _("It was lifted on %(day)s.") % {"day": sanction.lifted_on}, next_step=_("Reload the page.")
        )
    if not reason.strip() or on < sanction.since:
        raise RuleViolation(
            "reason",
            _("A reason is wanted, and a day from %(day)s on.") % {"day": sanction.since},
            rule=_("The plan names no end of the consequences; whoever ends one says why."),
            clause=clause("recheck"),
            field="reason",
            next_step=_("Write the reason; it is kept beside the consequence."),
        )
    sanction.lifted_on, sanction.lift_reason, sanction.lifted_by = on, reason.strip(), actor
    sanction.save(update_fields=["lifted_on", "lift_reason", "lifted_by"])
    record(
        "village.lift",
        actor=actor,
        obj=sanction,
        unit_path=sanction.unit.path,
        reason=reason.strip(),
        after={"kind": sanction.kind, "lifted_on": on},
    )
    return sanction


def _locked(declaration: Declaration, *, revoked: bool) -> Honour:
    """The newest honour of the place, under lock; Conflict when there is none in that state."""
    honour = (
        Honour.objects.select_for_update()
        .filter(project_id=declaration.project_id, revoked_on__isnull=not revoked)
        .order_by("-honoured_on", "-id")
        .first()
    )
    if honour is None:
        raise Conflict(
            "no_honour",
            _("%(place)s holds no honour that this step could change.") % {"place": declaration.project.name},
            next_step=_("Reload the page; somebody may have been faster."),
        )
    return honour


def _note(verb: str, honour: Honour, actor: User | None, after: dict) -> None:
    record(
        verb,
        actor=actor,
        obj=honour,
        unit_path=honour.project.unit.path,
        after={"project": honour.project.code, "level": honour.level, "year": honour.year} | after,
    )
