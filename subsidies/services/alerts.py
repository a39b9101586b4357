"""What is wrong with money, found anew each time: opened, escalated and closed, the same however often it runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from audit.services.record import record_many
from programs.models import Unit
from programs.services.calendar import WorkCalendar
from subsidies.models import Award, Fund, MoneyAlert, Receipt, Transfer
from subsidies.route import Party, route, units_of

ZERO = Decimal("0.00")
PER_AWARD = (MoneyAlert.Kind.SHORT, MoneyAlert.Kind.STALLED)


@dataclass(frozen=True)
class Found:
    """One thing that is wrong with one award at one hop (``hop`` None: no order yet)."""

    kind: str
    award: Award
    hop: int | None
    transfer_id: int | None
    since: date
    details: dict[str, str] = field(hash=False)

    @property
    def key(self) -> tuple:
        return self.kind, self.award.pk, self.transfer_id, self.hop


@dataclass
class Book:
    """The rows of one award as they stood on a day."""

    sent: dict[int, list[Transfer]] = field(default_factory=lambda: defaultdict(list))
    received: dict[int, list[Receipt]] = field(default_factory=lambda: defaultdict(list))  # by transfer

    def arrived(self, transfer: Transfer) -> Decimal:
        return sum((row.amount for row in self.received[transfer.pk]), ZERO)

    def into(self, hop: int) -> Decimal:
        """What the party that sends at ``hop`` received."""
        return sum((self.arrived(row) for row in self.sent[hop - 1]), ZERO)

    def out_of(self, hop: int) -> Decimal:
        return sum((row.amount for row in self.sent[hop]), ZERO)

    def last_arrival(self, hop: int) -> date | None:
        days = [one.received_on for row in self.sent[hop - 1] for one in self.received[row.pk]]
        return max(days, default=None)


def books(awards: Iterable[Award], day: date) -> dict[int, Book]:
    """Transfers and receipts of these awards by paper dates up to ``day``, rows that were taken back left out."""
    keys = [award.pk for award in awards]
    found: dict[int, Book] = defaultdict(Book)
    standing = Transfer.objects.filter(award__in=keys, reverses=None, is_reversed=False, sent_on__lte=day)
    for transfer in standing.order_by("id"):
        found[transfer.award_id].sent[transfer.hop].append(transfer)
    receipts = Receipt.objects.filter(
        transfer__award__in=keys, reverses=None, reversed_by=None, received_on__lte=day
    ).select_related("transfer")
    for receipt in receipts.order_by("id"):
        found[receipt.transfer.award_id].received[receipt.transfer_id].append(receipt)
    return found


def find(awards: list[Award], day: date) -> list[Found]:
    """Everything wrong with ``awards`` (related rows loaded by ``with_related``) on ``day``."""
    if not awards:
        return []
    first = min(min(award.decision.decided_on for award in awards), day - timedelta(days=1))
    calendar = WorkCalendar(first, day)
    units, rows = units_of(awards), books(awards, day)
    found: list[Found] = []
    for award in awards:
        found += _of_one(award, route(award, units), rows[award.pk], calendar, day)
    return found


def _of_one(award: Award, way: list[Party], book: Book, calendar: WorkCalendar, day: date) -> list[Found]:
    limit = award.rule.stall_workdays

    def is_late(since: date) -> bool:
        return calendar.between(since, day) > limit

    ordered = award.order if award.order is not None and award.order.ordered_on <= day else None
    if ordered is None:
        start = award.decision.decided_on
        return (
            [Found(MoneyAlert.Kind.STALLED, award, None, None, start, _words(way[0], award.amount, start))]
            if is_late(start)
            else []
        )
    found = []
    for hop in range(len(way) - 1):
        has = award.amount if hop == 0 else book.into(hop)
        held = has - book.out_of(hop)
        since = ordered.ordered_on if hop == 0 else book.last_arrival(hop)
        if held > 0 and since is not None and is_late(since):
            found.append(Found(MoneyAlert.Kind.STALLED, award, hop, None, since, _words(way[hop], held, since)))
        for transfer in book.sent[hop]:
            arrived = book.arrived(transfer)
            if arrived >= transfer.amount:
                continue
            details = _words(way[hop + 1], transfer.amount - arrived, transfer.sent_on) | {
                "sent": str(transfer.amount),
                "received": str(arrived),
                "voucher": transfer.voucher,
            }
            if arrived > 0:
                found.append(Found(MoneyAlert.Kind.SHORT, award, hop, transfer.pk, transfer.sent_on, details))
            elif is_late(transfer.sent_on):
                found.append(Found(MoneyAlert.Kind.STALLED, award, hop, transfer.pk, transfer.sent_on, details))
    return found


def _words(party: Party, amount: Decimal, since: date) -> dict[str, str]:
    english = party.organization.name_en if party.organization else party.unit.name_en
    name = party.organization.name if party.organization else party.unit.name
    return {"holder": name, "holder_en": english or name, "held": str(amount), "since": since.isoformat()}


def with_related(queryset):
    """Awards with everything that ``find`` and ``route`` read."""
    return queryset.select_related(
        "project__unit",
        "project__programme__jurisdiction",
        "payee_unit",
        "payee_organization__unit",
        "rule",
        "order",
        "decision",
    )


@transaction.atomic
def reconcile(awards: list[Award], day: date) -> dict[str, int]:
    """Bring the open alerts of ``awards`` in line with what is wrong on ``day``; counts of opened, escalated, closed.

    An alert opened after ``day`` is left alone: a late run for a past date closes nothing it cannot know.
    """
    wanted = {one.key: one for one in find(awards, day)}
    open_ = {
        (alert.kind, alert.award_id, alert.transfer_id, alert.hop): alert
        for alert in MoneyAlert.objects.select_for_update(of=("self",)).filter(
            kind__in=PER_AWARD, award__in=awards, closed_on=None
        )
    }
    closed = [alert for key, alert in open_.items() if key not in wanted and alert.opened_on <= day]
    new = [_alert(one, day) for key, one in wanted.items() if key not in open_]
    escalated = []
    if wanted:
        limits = {award.pk: award.rule.stall_workdays for award in awards}
        calendar = WorkCalendar(min([a.opened_on for a in open_.values()] or [day]), day)
        for key, alert in open_.items():
            if key not in wanted or alert.escalated_on is not None:
                continue
            if calendar.between(alert.opened_on, day) > limits[alert.award_id or 0]:
                alert.escalated_on = day
                escalated.append(alert)
    for alert in closed:
        alert.closed_on = day
    MoneyAlert.objects.bulk_create(new, ignore_conflicts=True)
    MoneyAlert.objects.bulk_update([*closed, *escalated], ["closed_on", "escalated_on"])
    for verb, rows in (("money_alert.open", new), ("money_alert.escalate", escalated), ("money_alert.close", closed)):
        record_many(verb, [_entry(alert) for alert in rows])
    return {"alerts_opened": len(new), "alerts_escalated": len(escalated), "alerts_closed": len(closed)}


def _alert(one: Found, day: date) -> MoneyAlert:
    unit: Unit = one.award.project.unit
    return MoneyAlert(
        kind=one.kind,
        programme_id=one.award.project.programme_id,
        unit=unit,
        award=one.award,
        transfer_id=one.transfer_id,
        hop=one.hop,
        details=one.details,
        opened_on=day,
    )


def _entry(alert: MoneyAlert) -> dict:
    return {
        "object_type": "subsidies.moneyalert",
        "object_id": alert.award_id or alert.fund_id or "",
        "unit_path": alert.unit.path,
        "after": {"kind": alert.kind, "award": alert.award_id, "fund": alert.fund_id, "hop": alert.hop} | alert.details,
    }


def refresh_award(award: Award, day: date) -> None:
    """The alerts of one award, right after something was recorded for it."""
    reconcile(list(with_related(Award.objects.filter(pk=award.pk))), day)


def review(day: date) -> dict[str, int]:
    """Every award still on its way and every fund, as of ``day``; safe twice, late, and for a past date."""
    from subsidies.services.funds import watch_commitments

    live = with_related(Award.objects.filter(cancelled_at=None, decision__decided_on__lte=day)).order_by("id")
    counts = reconcile(list(live), day)
    cancelled = MoneyAlert.objects.filter(kind__in=PER_AWARD, award__cancelled_at__isnull=False, closed_on=None)
    counts["alerts_closed"] += cancelled.update(closed_on=day)
    if day >= timezone.localdate():
        for fund in Fund.objects.select_related("programme__jurisdiction").prefetch_related("budgets"):
            for year in sorted(set(fund.awards.filter(cancelled_at=None).values_list("year", flat=True))):
                watch_commitments(fund, year, day)
    return counts
