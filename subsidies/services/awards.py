"""Awards: created by the event that the clause names, ordered to be paid, cancelled while nothing was sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import read_access, require
from programs.errors import Conflict, RuleViolation
from programs.models import Decision, Declaration, Organization, Project, Role, Unit
from subsidies.models import Award, AwardOrder, AwardRule, Fund, MoneyAlert
from subsidies.services.funds import refuse_other_use, watch_commitments


@transaction.atomic
def create(*, declaration: Declaration, decision: Decision, actor: User | None) -> Award | None:
    """The award that ``decision`` earns ``declaration``'s project by the enabled rule; None when no rule pays it.

    An effect of ``Transition.effects``: runs in the transaction of ``decide``. A second call, or the same event taken
    again after a return, finds the award there is. An award of an earlier year for the same event is not paid twice:
    an alert asks the city. Raises RuleViolation ``ring_fence`` when the rule's fund is for other uses.
    """
    project = declaration.project
    rule = rule_for(project, declaration.workflow, decision.verb)
    if rule is None or rule.fund is None or rule.amount is None:
        return None
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    kept = Award.objects.filter(Q(project=project, event=rule.event, cancelled_at=None) | Q(decision=decision)).first()
    if kept is not None:
        if kept.declaration_id != declaration.pk:
            _ask_about_second(kept, declaration)
        return kept
    refuse_other_use(rule.fund, rule.use)
    Fund.objects.select_for_update(of=("self",)).get(pk=rule.fund.pk)  # two awards at once see each other's commitment
    unit, body = payee_of(rule, project)
    award = Award.objects.create(
        decision=decision,
        declaration=declaration,
        project=project,
        rule=rule,
        fund=rule.fund,
        event=rule.event,
        year=declaration.cycle.year,
        amount=rule.amount,
        payee_unit=unit,
        payee_organization=body,
        created_by=actor,
    )
    record(
        "award.create",
        actor=actor,
        obj=award,
        unit_path=project.unit.path,
        after={
            "project": project.code,
            "event": rule.event,
            "rule": rule.version,
            "amount": award.amount,
            "fund": rule.fund.code,
            "payee": (unit or body).code,  # type: ignore[union-attr]  # one of the two is set
        },
    )
    watch_commitments(rule.fund, award.year)
    return award


def rule_for(project: Project, workflow: str, verb: str) -> AwardRule | None:
    """The enabled rule in force for this event; that of the kind before that of every kind."""
    rules = AwardRule.objects.filter(
        programme_id=project.programme_id,
        workflow=workflow,
        verb=verb,
        kind__in=["", project.kind],
        decider_level=project.decider_level,
        is_enabled=True,
        replaced_at=None,
    ).select_related("fund__programme__jurisdiction", "fund__clause")
    return max(rules, key=lambda rule: len(rule.kind), default=None)


def payee_of(rule: AwardRule, project: Project) -> tuple[Unit | None, Organization | None]:
    """Whom the award is paid to: a unit or a body, never both (河湖·四(四): the county or the department)."""
    if rule.payee == AwardRule.Payee.UNIT:
        return project.unit, None
    applicant = project.applicant
    if (
        rule.payee == AwardRule.Payee.APPLICANT
        and applicant is not None
        and applicant.kind != Organization.Kind.GOVERNMENT
    ):
        return None, applicant
    keys = [int(part) for part in project.unit.path.strip("/").split("/")]
    county = Unit.objects.filter(pk__in=keys, level=Unit.Level.COUNTY).first()
    if county is not None:
        return county, None
    body = applicant or project.programme.lead
    return (None, body) if body is not None else (project.unit, None)


def _ask_about_second(kept: Award, declaration: Declaration) -> None:
    """Open the alert about an award that exists already for an earlier year."""
    MoneyAlert.objects.get_or_create(
        kind=MoneyAlert.Kind.AGAIN,
        award=kept,
        year=declaration.cycle.year,
        closed_on=None,
        defaults={
            "programme_id": declaration.project.programme_id,
            "unit": declaration.project.unit,
            "opened_on": timezone.localdate(),
            "details": {"first": str(kept.year), "again": str(declaration.cycle.year)},
        },
    )


@transaction.atomic
def issue_order(
    *, actor: User, award_ids: Iterable[int], number: str, ordered_on: date, today: date | None = None
) -> AwardOrder:
    """Order awards of one programme and year to be paid, by one paper. All of them or none.

    Raises PermissionDenied unless the actor approves for the city, RuleViolation ``no_awards``, ``mixed_awards``,
    ``number_missing``, ``date_future``, ``date_early``; Conflict ``ordered`` or ``number_taken``.
    """
    wanted = {int(one) for one in award_ids}
    awards = list(
        Award.objects.select_for_update(of=("self",))
        .select_related("project__unit", "project__programme__jurisdiction", "decision")
        .filter(pk__in=wanted)
        .order_by("id")
    )
    if not wanted or len(awards) != len(wanted):
        raise RuleViolation(
            "no_awards", _("No award was chosen, or one is missing."), next_step=_("Tick the awards again.")
        )
    programme = awards[0].project.programme
    access = require(actor, Role.APPROVER, unit=programme.jurisdiction, programme=programme)
    _refuse_mixed(awards)
    _refuse_ordered(awards)
    _refuse_bad_paper(awards, number, ordered_on, today or timezone.localdate())
    if AwardOrder.objects.filter(programme=programme, number=number.strip()).exists():
        raise Conflict(
            "number_taken",
            _("An award order %(number)s exists already.") % {"number": number.strip()},
            field="number",
            next_step=_("Enter the number of the new paper."),
        )
    order = AwardOrder.objects.create(
        programme=programme,
        number=number.strip(),
        ordered_on=ordered_on,
        year=awards[0].year,
        office=access.office(Role.APPROVER, unit=programme.jurisdiction, programme=programme),
        issued_by=actor,
    )
    Award.objects.filter(pk__in=wanted).update(order=order)
    record(
        "award.order",
        actor=actor,
        obj=order,
        unit_path=programme.jurisdiction.path,
        after={
            "number": order.number,
            "ordered_on": ordered_on,
            "awards": sorted(wanted),
            "amount": sum(award.amount for award in awards),
        },
    )
    return order


def _refuse_mixed(awards: list[Award]) -> None:
    if len({(award.project.programme_id, award.year) for award in awards}) > 1:
        raise RuleViolation(
            "mixed_awards",
            _("The chosen awards belong to several programmes or years."),
            rule=_("One order is for one programme and one year."),
            next_step=_("Choose awards of one programme and year, and make an order for each."),
        )


def _refuse_ordered(awards: list[Award]) -> None:
    for award in awards:
        if award.order is not None:
            raise Conflict(
                "ordered",
                _("%(project)s is ordered already, by %(number)s.")
                % {"project": award.project.name, "number": award.order.number},
                rule=_("An award is ordered once."),
                next_step=_("Reload the page and leave it out."),
            )
        if award.cancelled_at is not None:
            raise Conflict(
                "cancelled",
                _("The award of %(project)s was cancelled.") % {"project": award.project.name},
                next_step=_("Reload the page and leave it out."),
            )


def _refuse_bad_paper(awards: list[Award], number: str, ordered_on: date, today: date) -> None:
    if not number.strip():
        raise RuleViolation(
            "number_missing",
            _("The number of the document is missing."),
            field="number",
            next_step=_("Enter the number of the award order."),
        )
    refuse_future(ordered_on, today, field="ordered_on")
    earned = max(award.decision.decided_on for award in awards)
    if ordered_on < earned:
        raise RuleViolation(
            "date_early",
            _("The order is dated %(day)s; an award in it was earned on %(earned)s.")
            % {"day": ordered_on, "earned": earned},
            rule=_("Money is ordered after the event that earns it."),
            field="ordered_on",
            next_step=_("Correct the date, or leave that award out."),
        )


def refuse_future(day: date, today: date, *, field: str) -> None:
    """A paper is entered after it was signed. RuleViolation ``date_future``."""
    if day > today:
        raise RuleViolation(
            "date_future",
            _("%(day)s has not come yet; today is %(today)s.") % {"day": day, "today": today},
            field=field,
            next_step=_("Enter the date on the paper."),
        )


@transaction.atomic
def cancel(*, actor: User, award_id: int, reason: str) -> Award:
    """Cancel an award of which nothing was sent: the event it came from was taken back.

    Raises RuleViolation ``not_found`` or ``reason_missing``, PermissionDenied, Conflict ``cancelled`` or ``sent``.
    """
    award = locked(award_id)
    programme = award.project.programme
    if not read_access(actor).sees(award.project.unit, programme):
        raise not_found()
    require(actor, Role.APPROVER, unit=programme.jurisdiction, programme=programme)
    if not reason.strip():
        raise RuleViolation(
            "reason_missing",
            _("A cancellation wants a reason."),
            field="reason",
            next_step=_("Write why the award is not paid; the place sees it."),
        )
    if award.cancelled_at is not None:
        raise Conflict("cancelled", _("The award was cancelled already."), next_step=_("Reload the page."))
    if award.transfers.filter(reverses=None, is_reversed=False).exists():
        raise Conflict(
            "sent",
            _("Money of this award was sent."),
            rule=_("Only an award of which nothing was sent can be cancelled."),
            next_step=_("Have the transfers reversed first."),
        )
    award.cancelled_at, award.cancelled_by, award.cancelled_reason = timezone.now(), actor, reason.strip()
    award.save(update_fields=["cancelled_at", "cancelled_by", "cancelled_reason"])
    record(
        "award.cancel",
        actor=actor,
        obj=award,
        unit_path=award.project.unit.path,
        reason=reason.strip(),
        before={"amount": award.amount},
    )
    return award


def locked(award_id: int) -> Award:
    """The award under a row lock, with what steps need of it; RuleViolation ``not_found``."""
    award = (
        Award.objects.select_for_update(of=("self",))
        .select_related(
            "project__unit",
            "project__programme__jurisdiction",
            "payee_unit",
            "payee_organization__unit",
        )  # not the order: a joined row is as old as the statement, the locked one is not
        .filter(pk=award_id)
        .first()
    )
    if award is None:
        raise not_found()
    return award


def not_found() -> RuleViolation:
    return RuleViolation("not_found", _("The award is missing or outside your scope."), next_step=_("Reload the page."))
