"""What the money pages, exports and papers read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from programs.access import Access
from programs.models import Inspection, Project, Target, Unit
from subsidies.models import Award, AwardRule, Fund, FundBudget, FundUse, MoneyAlert, Receipt, Transfer
from subsidies.route import Party, route, units_of
from subsidies.services.alerts import Book, books, with_related

if TYPE_CHECKING:
    from typing import TypedDict

    from django_stubs_ext import WithAnnotations

    class Arrived(TypedDict):
        arrived: Decimal

    AwardWithArrived = WithAnnotations[Award, Arrived]

ZERO = Decimal("0.00")


# funds ---------------------------------------------------------------------------------------------------------------


@dataclass
class FundYear:
    """One fund in one year (``year`` None: all years together): what it holds, what is promised, sent and arrived."""

    year: int | None
    budget: Decimal | None  # None: nobody knows
    authority: str = ""  # paper of a budget that the city entered
    awards: Decimal = ZERO
    spent: Decimal = ZERO
    paid: Decimal = ZERO  # left the city
    arrived: Decimal = ZERO  # confirmed by the payee itself

    @property
    def committed(self) -> Decimal:
        return self.awards + self.spent

    @property
    def balance(self) -> Decimal | None:
        return None if self.budget is None else self.budget - self.committed


@dataclass
class FundRow:
    """A fund with its years, newest first, and the line of all years where the document allows that reading."""

    fund: Fund
    years: list[FundYear]
    whole: FundYear
    alerts: int = 0

    @property
    def current(self) -> FundYear:
        return self.years[0]


def fund_rows(funds: Iterable[Fund], year: int) -> list[FundRow]:
    """``funds`` with their figures in five queries; ``year`` has a line even where nothing happened."""
    found = list(funds)
    keys = [fund.pk for fund in found]
    awards = _sums(Award.objects.filter(fund__in=keys, cancelled_at=None), "fund_id", "year", "amount")
    spent = _sums(FundUse.objects.filter(fund__in=keys), "fund_id", "year", "amount")
    paid = _sums(Transfer.objects.filter(award__fund__in=keys, hop=0), "award__fund_id", "award__year", "amount")
    arrived = _sums(_final_receipts().filter(transfer__award__fund__in=keys), "transfer__award__fund_id", "transfer__award__year", "amount")  # fmt: skip
    budgets = {(one.fund_id, one.year): one for one in FundBudget.objects.filter(fund__in=keys, replaced_at=None)}
    over = dict(MoneyAlert.objects.filter(fund__in=keys, closed_on=None).values_list("fund").annotate(n=Count("id")))
    rows = []
    for fund in found:
        years = {year} | {y for part in (awards, spent, budgets) for f, y in part if f == fund.pk}
        lines = []
        for one in sorted(years, reverse=True):
            key = (fund.pk, one)
            entered = budgets.get(key)
            yearly = fund.amount if fund.reading != Fund.Reading.PLAN and fund.year in (None, one) else None
            lines.append(
                FundYear(
                    one,
                    entered.amount if entered else yearly,
                    entered.authority if entered else "",
                    *(part.get(key, ZERO) for part in (awards, spent, paid, arrived)),
                )
            )
        totals = [sum((getattr(line, name) for line in lines), ZERO) for name in ("awards", "spent", "paid", "arrived")]
        whole = FundYear(None, fund.amount if fund.reading != Fund.Reading.YEAR else None, "", *totals)
        rows.append(FundRow(fund, lines, whole, over.get(fund.pk, 0)))
    return rows


def _sums(rows: QuerySet, *names: str) -> dict[tuple[int, int], Decimal]:
    """{(fund, year): sum}."""
    fund, year, amount = names
    return {(f, y): s for f, y, s in rows.order_by().values_list(fund, year).annotate(s=Sum(amount))}


def _final_receipts() -> QuerySet[Receipt]:
    """Receipts by the payees of the awards themselves."""
    at_unit = Q(transfer__payee_unit=F("transfer__award__payee_unit"))
    at_body = Q(transfer__payee_organization=F("transfer__award__payee_organization"))
    return Receipt.objects.filter(at_unit | at_body)


def inspections_of(fund: Fund, user: User) -> QuerySet[Inspection]:
    """Special inspections of this fund that the person may see."""
    return Inspection.objects.visible_to(user).filter(of_fund__fund=fund)


def places_paid(fund: Fund, user: User) -> QuerySet[Project]:
    """Projects that earned an award from the fund, those that the person may see."""
    paid = Award.objects.filter(fund=fund, cancelled_at=None).values("project")
    return Project.objects.visible_to(user).filter(pk__in=paid).select_related("unit__parent").order_by("code")


# what the plans promise ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Promise:
    """What a rule costs if everything the plan names is done. ``unsettled``: units that may or may not count (DI06)."""

    rule: AwardRule
    count: Decimal | None  # a year by quota, or in all by the register; None: nothing to count
    per_year: bool
    unsettled: Decimal = ZERO  # how many more if every unsettled unit counts as a district

    @property
    def cost(self) -> Decimal | None:
        return None if self.count is None or self.rule.amount is None else self.count * self.rule.amount

    @property
    def cost_with_unsettled(self) -> Decimal | None:
        return None if self.cost is None or self.rule.amount is None else self.cost + self.unsettled * self.rule.amount


def promises(rules: Iterable[AwardRule]) -> list[Promise]:
    """What each rule would cost: yearly quota of its indicator at the jurisdiction, else its registered projects."""
    found = list(rules)
    indicators = [rule.quota_indicator_id for rule in found if rule.quota_indicator_id]
    targets = list(
        Target.objects.filter(indicator__in=indicators, replaced_at=None).select_related("unit").order_by("unit__code")
    )
    registered = {
        (programme, kind, level): count
        for programme, kind, level, count in Project.objects.filter(
            programme__in={rule.programme_id for rule in found}, is_active=True
        ).order_by().values_list("programme", "kind", "decider_level").annotate(n=Count("id"))
    }  # fmt: skip
    answers = []
    for rule in found:
        if rule.quota_indicator_id:
            own = [one for one in targets if one.indicator_id == rule.quota_indicator_id]
            home = [one.value for one in own if one.unit_id == rule.programme.jurisdiction_id and one.value is not None]
            answers.append(Promise(rule, home[0] if home else None, True, _unsettled(own)))
        else:
            numbers = [
                count
                for (programme, kind, level), count in registered.items()
                if programme == rule.programme_id and level == rule.decider_level and rule.kind in ("", kind)
            ]
            answers.append(Promise(rule, Decimal(sum(numbers)) if numbers else None, per_year=False))
    return answers


def _unsettled(targets: list[Target]) -> Decimal:
    """What units of no settled class would add if each counted as a district."""
    district = {
        one.value for one in targets if one.unit.quota_class == Unit.QuotaClass.DISTRICT and one.value is not None
    }
    open_ = [one for one in targets if one.unit.quota_class == Unit.QuotaClass.AMBIGUOUS and one.value is None]
    return max(district) * len(open_) if len(district) == 1 else ZERO


# awards --------------------------------------------------------------------------------------------------------------


@dataclass
class Hop:
    """One hop of one award's way with what was recorded."""

    number: int
    payer: Party
    payee: Party
    available: Decimal  # what the payer has in all: the award, or what it received
    transfers: list[tuple[Transfer, list[Receipt], Decimal]]  # (transfer, receipts, arrived)
    alerts: list[MoneyAlert] = field(default_factory=list)

    @property
    def sent(self) -> Decimal:
        return sum((row.amount for row, _receipts, _arrived in self.transfers), ZERO)

    @property
    def received(self) -> Decimal:
        return sum((arrived for _row, _receipts, arrived in self.transfers), ZERO)

    @property
    def left(self) -> Decimal:
        """What the payer still holds."""
        return self.available - self.sent

    @property
    def moving(self) -> Decimal:
        """Sent, not confirmed."""
        return self.sent - self.received

    @property
    def light(self) -> tuple[str, str]:
        if self.alerts:
            return "late", self.alerts[0].get_kind_display()
        if self.moving:
            return "wait", pgettext("light", "on its way")
        if self.left:
            return "todo", pgettext("light", "to be sent")
        return ("done", pgettext("light", "arrived")) if self.received else ("none", pgettext("light", "not there yet"))


@dataclass
class Chain:
    """One award and its way."""

    award: Award
    hops: list[Hop]
    alerts: list[MoneyAlert]

    @property
    def arrived(self) -> Decimal:
        return self.hops[-1].received if self.hops else ZERO

    @property
    def is_done(self) -> bool:
        return self.arrived == self.award.amount

    @property
    def way(self) -> str:
        """The places between the city and the payee: 叶县 任店镇."""
        return " ".join(hop.payee.label for hop in self.hops[:-1])

    @property
    def payee(self) -> str:
        return self.hops[-1].payee.label if self.hops else ""

    @property
    def light(self) -> tuple[str, str]:
        """The award's light and where its money is."""
        if self.award.cancelled_at is not None:
            return "none", pgettext("light", "cancelled")
        if self.is_done:
            return "done", pgettext("light", "arrived")
        if self.award.order is None:
            return ("late" if self.alerts else "todo"), pgettext("light", "no order yet")
        at = next((hop for hop in self.hops if hop.left or hop.moving), None)
        where = ""
        if at is not None:
            where = _("on its way to %(place)s") if at.moving else _("at %(place)s")
            where %= {"place": (at.payee if at.moving else at.payer).label}
        return ("late" if self.alerts else "wait"), where


def chains(awards: Iterable[Award], today: date) -> list[Chain]:
    """Awards with their ways in four queries, whatever their number."""
    found = list(awards)
    units, rows = units_of(found), books(found, today)
    alerts: dict[int, list[MoneyAlert]] = defaultdict(list)
    for alert in MoneyAlert.objects.filter(award__in=[one.pk for one in found], closed_on=None).order_by("id"):
        alerts[alert.award_id or 0].append(alert)
    return [_chain(award, units, rows[award.pk], alerts[award.pk]) for award in found]


def _chain(award: Award, units: dict[int, Unit], book: Book, alerts: list[MoneyAlert]) -> Chain:
    way = route(award, units)
    hops = []
    for number in range(len(way) - 1):
        ordered = award.order_id is not None and award.cancelled_at is None
        has = (award.amount if ordered else ZERO) if number == 0 else book.into(number)
        lines = [(row, book.received[row.pk], book.arrived(row)) for row in book.sent[number]]
        own = [alert for alert in alerts if alert.hop == number]
        hops.append(Hop(number, way[number], way[number + 1], has, lines, own))
    return Chain(award, hops, alerts)


def award_list(user: User) -> QuerySet[AwardWithArrived]:
    """Visible awards with what chains need, and ``arrived``: yuan confirmed by the payee itself."""
    final = (
        _final_receipts()
        .filter(transfer__award=OuterRef("pk"))
        .order_by()
        .values("transfer__award")
        .annotate(s=Sum("amount"))
        .values("s")
    )
    return with_related(Award.objects.visible_to(user)).annotate(arrived=Coalesce(Subquery(final), ZERO))


# the desk ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """One thing to record: send what a hop holds, or confirm what is on its way (``transfer`` set)."""

    chain: Chain
    hop: Hop
    amount: Decimal
    transfer: Transfer | None = None

    @property
    def key(self) -> str:
        return f"r{self.transfer.pk}" if self.transfer else f"s{self.chain.award.pk}-{self.hop.number}"


MOST = 120  # rows of the desk: what one sitting can do; the rest follows when these are recorded


def desk(user: User, access: Access, today: date) -> tuple[list[Task], list[Task], bool]:
    """(to send, to confirm, whether there is more): what this person's offices have to record, oldest order first."""
    waiting = (
        award_list(user)
        .filter(order__isnull=False, cancelled_at=None, arrived__lt=F("amount"))
        .order_by("order__ordered_on", "id")
    )
    sending: list[Task] = []
    confirming: list[Task] = []
    for chain in chains(waiting[:1000], today):
        programme = chain.award.project.programme
        for hop in chain.hops:
            if hop.left > 0 and hop.payer.acting(access, programme):
                sending.append(Task(chain, hop, hop.left))
            if hop.moving > 0 and hop.payee.acting(access, programme):
                confirming += [
                    Task(chain, hop, row.amount - arrived, row)
                    for row, _receipts, arrived in hop.transfers
                    if arrived < row.amount
                ]
    return sending[:MOST], confirming[:MOST], max(len(sending), len(confirming)) > MOST
