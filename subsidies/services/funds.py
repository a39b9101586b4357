"""Funds: the year's budget, what is spent beside awards, the ring-fence, and commitments beyond the budget."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import Role, Unit
from subsidies.models import Award, Fund, FundBudget, FundUse, MoneyAlert, Use
from subsidies.money import positive, yuan

ZERO = Decimal("0.00")


def refuse_other_use(fund: Fund, use: str) -> None:
    """RuleViolation ``ring_fence`` when ``fund`` is ring-fenced and ``use`` is not among what it is for."""
    if fund.is_ring_fenced and use not in fund.uses:
        raise RuleViolation(
            "ring_fence",
            _("%(fund)s is for %(uses)s only, not for %(use)s.")
            % {"fund": fund.name, "uses": " / ".join(fund.use_labels), "use": Use(use).label},
            rule=_("Ring-fenced money is used for its purpose only."),
            clause=fund.clause.path if fund.clause else "",
            field="use",
            next_step=_("Choose a fund that is for this use."),
        )


def budget_of(fund: Fund, year: int | None) -> Decimal | None:
    """What ``fund`` holds for ``year`` (None: for the whole plan); None when nobody knows.

    A budget that the city entered for the year comes before the document's amount. An amount of which the document does
    not say whether it is yearly is read as yearly for a year and as the whole for the plan: both readings are shown.
    """
    if year is not None:
        entered = fund.budgets.filter(year=year, replaced_at=None).values_list("amount", flat=True).first()
        if entered is not None:
            return entered
        return fund.amount if fund.reading != Fund.Reading.PLAN and fund.year in (None, year) else None
    return fund.amount if fund.reading != Fund.Reading.YEAR else None


def committed(fund: Fund, year: int | None) -> Decimal:
    """Awards not cancelled and other uses of ``fund`` in ``year`` (None: ever)."""
    awards, uses = Award.objects.filter(fund=fund, cancelled_at=None), FundUse.objects.filter(fund=fund)
    if year is not None:
        awards, uses = awards.filter(year=year), uses.filter(year=year)
    return (awards.aggregate(sum=Sum("amount"))["sum"] or ZERO) + (uses.aggregate(sum=Sum("amount"))["sum"] or ZERO)


def watch_commitments(fund: Fund, year: int, today: date | None = None) -> None:
    """Open or close the alerts about ``fund``: more promised than it holds in ``year``, or in all years together.

    Where the document is unclear and no year's budget was entered, the reading as one sum for the whole plan is
    watched too, and the alert says so.
    """
    today = today or timezone.localdate()
    settled = fund.reading == Fund.Reading.UNCLEAR and fund.budgets.filter(replaced_at=None).exists()
    for one in (year, None):
        budget = None if one is None and settled else budget_of(fund, one)
        promised = committed(fund, one)
        alerts = MoneyAlert.objects.filter(kind=MoneyAlert.Kind.OVER, fund=fund, year=one, closed_on=None)
        if budget is None or promised <= budget:
            alerts.update(closed_on=today)
            continue
        details = {"budget": str(budget), "committed": str(promised)}
        MoneyAlert.objects.get_or_create(
            kind=MoneyAlert.Kind.OVER,
            fund=fund,
            year=one,
            award=None,
            closed_on=None,
            defaults={
                "programme_id": fund.programme_id,
                "unit": fund.programme.jurisdiction,
                "opened_on": today,
                "details": details,
            },
        )
        alerts.exclude(details=details).update(details=details)


@transaction.atomic
def set_budget(*, actor: User, fund_id: int, year: int, amount: Decimal, authority: str) -> FundBudget:
    """Enter what ``fund`` holds in ``year``, with the paper it stands in; the former entry stays as history.

    Raises RuleViolation ``not_found``, ``authority_missing``, ``money_…``, ``budget_negative``; PermissionDenied.
    """
    fund = _locked(actor, fund_id)
    exact = yuan(amount)
    if exact < 0:
        raise RuleViolation(
            "budget_negative",
            _("A budget of %(amount)s yuan is below zero.") % {"amount": exact},
            field="amount",
            next_step=_("Enter what the paper says."),
        )
    if not authority.strip():
        raise RuleViolation(
            "authority_missing",
            _("The paper that sets this budget is not named."),
            rule=_("An amount stands on a paper."),
            field="authority",
            next_step=_("Enter its number and title."),
        )
    before = fund.budgets.filter(year=year, replaced_at=None).first()
    fund.budgets.filter(year=year, replaced_at=None).update(replaced_at=timezone.now())
    budget = FundBudget.objects.create(fund=fund, year=year, amount=exact, authority=authority.strip(), set_by=actor)
    record(
        "fund.budget",
        actor=actor,
        obj=fund,
        unit_path=fund.programme.jurisdiction.path,
        before={"amount": before.amount} if before else None,
        after={"year": year, "amount": exact, "authority": budget.authority},
    )
    watch_commitments(fund, year)
    return budget


@transaction.atomic
def spend(
    *,
    actor: User,
    fund_id: int,
    unit: Unit,
    use: str,
    amount: Decimal,
    spent_on: date,
    voucher: str,
    purpose: str,
) -> FundUse:
    """Record money of ``fund`` spent on something else than an award.

    Raises RuleViolation ``not_found``, ``ring_fence``, ``by_event``, ``voucher_missing``, ``date_future``, ``money_…``;
    Conflict ``voucher_taken``; PermissionDenied.
    """
    fund = _locked(actor, fund_id)
    refuse_other_use(fund, use)
    if use == Use.AWARD:
        raise RuleViolation(
            "by_event",
            _("An award cannot be entered by hand."),
            rule=_("An award is created by the event that the clause names."),
            clause=fund.clause.path if fund.clause else "",
            field="use",
            next_step=_("Take the step that earns it; the award follows by itself."),
        )
    if not unit.path.startswith(fund.programme.jurisdiction.path):
        raise RuleViolation(
            "unit_elsewhere",
            _("%(unit)s does not belong to %(city)s.")
            % {"unit": unit.label, "city": fund.programme.jurisdiction.label},
            field="unit",
            next_step=_("Choose a unit of the fund's city."),
        )
    _refuse_paper(fund, voucher, purpose, spent_on)
    row = FundUse.objects.create(
        fund=fund,
        year=spent_on.year,
        unit=unit,
        use=use,
        amount=positive(amount),
        spent_on=spent_on,
        voucher=voucher.strip(),
        purpose=purpose.strip(),
        recorded_by=actor,
    )
    record(
        "fund.spend",
        actor=actor,
        obj=row,
        unit_path=unit.path,
        after={"fund": fund.code, "use": use, "amount": row.amount, "voucher": row.voucher},
    )
    watch_commitments(fund, row.year)
    return row


@transaction.atomic
def reverse_spending(*, actor: User, use_id: int, purpose: str) -> FundUse:
    """Take one row of ``spend`` back with a reason. Raises RuleViolation ``not_found``, Conflict ``reversed``."""
    row = FundUse.objects.select_related("unit").filter(pk=use_id, reverses=None).first()
    fund = _locked(actor, row.fund_id if row else 0)
    if row is None or FundUse.objects.filter(reverses=row).exists():
        raise Conflict("reversed", _("This row was taken back already."), next_step=_("Reload the page."))
    if not purpose.strip():
        raise RuleViolation(
            "reason_missing", _("A reversal wants a reason."), field="purpose", next_step=_("Write what was wrong.")
        )
    back = FundUse.objects.create(
        fund=fund,
        year=row.year,
        unit=row.unit,
        use=row.use,
        amount=-row.amount,
        spent_on=row.spent_on,
        voucher=row.voucher,
        purpose=purpose.strip(),
        reverses=row,
        recorded_by=actor,
    )
    record("fund.reverse", actor=actor, obj=back, unit_path=row.unit.path, reason=purpose.strip(),
           before={"fund": fund.code, "amount": row.amount, "voucher": row.voucher})  # fmt: skip
    watch_commitments(fund, row.year)
    return back


def _refuse_paper(fund: Fund, voucher: str, purpose: str, spent_on: date) -> None:
    if not voucher.strip() or not purpose.strip():
        raise RuleViolation(
            "voucher_missing",
            _("The number of the voucher or the purpose is missing."),
            field="voucher" if not voucher.strip() else "purpose",
            next_step=_("Enter both; the ledger prints them."),
        )
    if spent_on > timezone.localdate():
        raise RuleViolation(
            "date_future",
            _("%(day)s has not come yet; today is %(today)s.") % {"day": spent_on, "today": timezone.localdate()},
            field="spent_on",
            next_step=_("Enter the date on the paper."),
        )
    if FundUse.objects.filter(fund=fund, voucher=voucher.strip(), reverses=None).exists():
        raise Conflict(
            "voucher_taken",
            _("Voucher %(voucher)s is in this fund's ledger already.") % {"voucher": voucher.strip()},
            rule=_("One voucher is entered once."),
            field="voucher",
            next_step=_("Look at that row; take it back if it is wrong."),
        )


def locked_fund(actor: User, fund_id: int) -> Fund:
    """The fund under a row lock; RuleViolation ``not_found`` out of scope."""
    fund = (
        Fund.objects.select_for_update(of=("self",))
        .visible_to(actor)
        .select_related("programme__jurisdiction", "clause")
        .filter(pk=fund_id)
        .first()
    )
    if fund is None:
        raise RuleViolation(
            "not_found", _("The fund is missing or outside your scope."), next_step=_("Reload the page.")
        )
    return fund


def _locked(actor: User, fund_id: int) -> Fund:
    fund = locked_fund(actor, fund_id)
    require(actor, Role.APPROVER, unit=fund.programme.jurisdiction, programme=fund.programme)
    return fund
