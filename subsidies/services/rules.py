"""What an event is worth: a new version for every change, enabled only with an amount and the paper it stands on."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import Role
from subsidies.models import AwardRule, Fund
from subsidies.money import positive
from subsidies.services.funds import refuse_other_use

CARRIED = (
    "programme_id", "workflow", "verb", "kind", "decider_level", "name_zh", "name_en", "use", "payee", "quota_indicator_id",
    "clause_id", "issue_id", "question_zh", "question_en",
)  # fmt: skip


@transaction.atomic
def set_rule(
    *,
    actor: User,
    rule_id: int,
    amount: Decimal | None,
    fund: Fund | None,
    is_enabled: bool,
    stall_workdays: int,
    authority: str,
    reason: str,
) -> AwardRule:
    """Put the next version of a rule into force. Awards made before keep their amount.

    ``amount`` None: not stated. Raises RuleViolation ``not_found``, ``reason_missing``, ``rule_incomplete`` (enabled
    without amount, fund or authorising paper), ``ring_fence``, ``money_…``; Conflict ``newer_version``; PermissionDenied.
    """
    old = _locked(actor, rule_id)
    exact = None if amount is None else positive(amount)
    wrong = _incomplete(old, exact, fund, authority, reason, is_enabled, stall_workdays)
    if wrong:
        raise RuleViolation("rule_incomplete", wrong[0].message, field=wrong[0].field, errors=wrong)
    if fund is not None:
        refuse_other_use(fund, old.use)
    AwardRule.objects.filter(pk=old.pk).update(replaced_at=timezone.now())
    new = AwardRule.objects.create(
        **{name: getattr(old, name) for name in CARRIED},
        version=old.version + 1,
        amount=exact,
        fund=fund,
        is_enabled=is_enabled,
        stall_workdays=stall_workdays,
        authority=authority.strip(),
        reason=reason.strip(),
        set_by=actor,
    )
    record(
        "award_rule.set",
        actor=actor,
        obj=new,
        unit_path=old.programme.jurisdiction.path,
        reason=reason.strip(),
        before={"amount": old.amount, "enabled": old.is_enabled, "fund": old.fund.code if old.fund else None},
        after={
            "amount": exact,
            "enabled": is_enabled,
            "fund": fund.code if fund else None,
            "authority": new.authority,
            "version": new.version,
        },
    )
    return new


def _locked(actor: User, rule_id: int) -> AwardRule:
    """The version in force under a row lock; refused out of scope, without the role, or when a newer one exists."""
    old = (
        AwardRule.objects.select_for_update(of=("self",))
        .visible_to(actor)
        .select_related("programme__jurisdiction", "clause", "fund")
        .filter(pk=rule_id)
        .first()
    )
    if old is None:
        raise RuleViolation(
            "not_found", _("The rule is missing or outside your scope."), next_step=_("Reload the page.")
        )
    require(actor, Role.APPROVER, unit=old.programme.jurisdiction, programme=old.programme)
    if old.replaced_at is not None:
        raise Conflict(
            "newer_version",
            _("Somebody else put a newer version of this rule into force."),
            next_step=_("Reload and look at it first; what you typed is still on this page."),
        )
    return old


def _incomplete(
    old: AwardRule,
    amount: Decimal | None,
    fund: Fund | None,
    authority: str,
    reason: str,
    is_enabled: bool,
    stall_workdays: int,
) -> list[RuleViolation]:
    clause = old.clause.path if old.clause else ""
    wants = [
        (not reason.strip(), "reason", _("Why the rule changes is missing."), _("Write the reason.")),
        (stall_workdays < 1, "stall_workdays", _("The number of working days must be at least 1."), _("Correct it.")),
    ]
    if is_enabled:
        wants += [
            (amount is None, "amount", _("An enabled rule needs an amount."), _("Enter the amount the paper states.")),
            (fund is None, "fund", _("An enabled rule needs a fund."), _("Choose the fund it is paid from.")),
            (
                not authority.strip(),
                "authority",
                _("An enabled rule needs the paper that authorises it."),
                _("Enter the number and title of the award rules that were issued."),
            ),
        ]
    if fund is not None and fund.programme_id != old.programme_id:
        wants.append((True, "fund", _("The fund belongs to another programme."), _("Choose a fund of this one.")))
    return [
        RuleViolation("rule_incomplete", message, rule=_("Money is paid by a rule in force only."), clause=clause,
                      field=field, next_step=step)
        for is_wrong, field, message, step in wants
        if is_wrong
    ]  # fmt: skip
