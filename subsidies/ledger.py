"""A fund's ledger (资金台账): every entry of one year in order of its paper, with the balance after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from subsidies.models import Award, Fund, FundUse
from subsidies.services.funds import budget_of

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Line:
    """One entry: ``added`` comes into the fund, ``committed`` is promised or spent from it, ``balance`` is left after it."""

    on: date
    what: str
    where: str
    paper: str
    added: Decimal | None = None
    committed: Decimal | None = None
    balance: Decimal | None = None
    award: Award | None = None
    spending: FundUse | None = None
    is_reversed: bool = False


def ledger(fund: Fund, user: User, year: int) -> list[Line]:
    """Entries that ``user`` may see: the city all, a county those of its own places (no balance then: it is the city's)."""
    budget = budget_of(fund, year)
    entered = fund.budgets.filter(year=year, replaced_at=None).first()
    lines = []
    if budget is not None:
        paper = entered.authority if entered else (fund.clause.path if fund.clause else "")
        lines.append(Line(date(year, 1, 1), _("budget"), fund.programme.jurisdiction.label, paper, added=budget))
    awards = list(
        Award.objects.visible_to(user)
        .filter(fund=fund, year=year)
        .select_related("project__unit__parent", "rule", "decision", "order")
        .order_by("id")
    )
    entries = []
    for award in awards:
        name = _("%(award)s: %(project)s") % {"award": award.rule.name, "project": award.project.name}
        paper = award.order.number if award.order else _("no order yet")
        entries.append(
            Line(award.decision.decided_on, name, _place(award), paper, committed=award.amount, award=award,
                 is_reversed=award.cancelled_at is not None)
        )  # fmt: skip
        if award.cancelled_at is not None:
            why = _("cancelled: %(why)s") % {"why": award.cancelled_reason}
            entries.append(
                Line(award.cancelled_at.date(), why, _place(award), "", committed=-award.amount, award=award)
            )
    uses = (
        FundUse.objects.visible_to(user)
        .filter(fund=fund, year=year)
        .select_related("unit__parent", "reversed_by")
        .order_by("id")
    )
    for row in uses:
        back = hasattr(row, "reversed_by")
        what = _("taken back: %(why)s") % {"why": row.purpose} if row.reverses_id else row.purpose
        entries.append(
            Line(row.spent_on, what, row.unit.label, row.voucher, committed=row.amount, spending=row, is_reversed=back)
        )
    lines += sorted(entries, key=lambda line: line.on)
    if fund.programme.jurisdiction.path not in _paths(fund, user):
        return lines
    return _with_balance(lines, budget)


def _paths(fund: Fund, user: User) -> set[str]:
    """The path of the fund's city when the person is granted at it or above."""
    from programs.access import access_of

    home = fund.programme.jurisdiction.path
    return {home} if any(home.startswith(path) for path in access_of(user).paths()) else set()


def _with_balance(lines: list[Line], budget: Decimal | None) -> list[Line]:
    if budget is None:
        return lines
    left, done = ZERO, []
    for line in lines:
        left += (line.added or ZERO) - (line.committed or ZERO)
        done.append(replace(line, balance=left))
    return done


def _place(award: Award) -> str:
    unit = award.project.unit
    return f"{unit.parent.label} {unit.label}" if unit.parent else unit.label
