"""The demonstration's money: orders, hops, a short receipt, a chain that stands still. Everything goes through the services."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q

from accounts.models import User
from programs.models import Decision, Grant, Organization, Role, Unit
from programs.services.demo.series import read_yaml
from subsidies.models import Award, AwardRule, Fund, FundUse
from subsidies.route import SENDS, Party, route
from subsidies.services import alerts, awards, funds, transfers

GAP = timedelta(days=3)  # between one paper of a chain and the next


@dataclass
class Teller:
    """Deals out people, vouchers and outcomes, the same on every load."""

    words: dict[str, Any]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    people: dict[tuple[int, int | None, int], User] = field(default_factory=dict)
    names: Iterator[str] = field(default_factory=lambda: iter(()))

    def __post_init__(self) -> None:
        self.names = itertools.cycle(self.words["people"]["township_finance"])

    def voucher(self, level: str, day: date) -> str:
        pattern = self.words["vouchers"].get(level, self.words["vouchers"]["township"])
        return pattern.format(year=day.year, n=next(self.numbers))

    def bookkeeper(self, party: Party, programme: Any) -> User:
        """Who keeps the party's books: an account of the demonstration, else an invented person who never signs in."""
        unit = party.unit
        if unit.level == Unit.Level.VILLAGE and unit.parent is not None:
            unit = unit.parent
        key = (unit.pk, party.organization.pk if party.organization else None, programme.pk)
        if key not in self.people:
            self.people[key] = self._find(party, unit, programme) or self._invent(unit, party.organization)
        return self.people[key]

    def _find(self, party: Party, unit: Unit, programme: Any) -> User | None:
        roles = SENDS.get(Unit.Level(unit.level), (Role.APPROVER,))
        found = Grant.objects.filter(Q(programme=None) | Q(programme=programme), unit=unit, revoked_at=None)
        found = found.filter(organization=party.organization) if party.organization else found.filter(role__in=roles)
        grant = found.select_related("user").order_by("-programme", "role", "id").first()
        return grant.user if grant else None

    def _invent(self, unit: Unit, body: Organization | None) -> User:
        name = next(self.names)
        user = User(username=f"money-{body.code if body else unit.code}", full_name=name)
        user.set_unusable_password()
        user.save()
        role = Role.APPROVER if unit.level == Unit.Level.CITY and body is None else Role.REPORTER
        Grant.objects.create(user=user, role=role, family=Grant.Family.BUSINESS, unit=unit, organization=body)
        return user


def load_demo(*, today: date, say: Callable[[str], None]) -> None:
    """Awards for every event of the demonstration that a rule in force pays, ordered and passed on to different points."""
    words = read_yaml("subsidies.yaml")
    teller = Teller(words)
    _catch_up()
    made = list(
        alerts.with_related(Award.objects.filter(order=None, cancelled_at=None)).order_by("decision__decided_on", "id")
    )
    orders = _orders(made, teller, today)
    recent, old = itertools.cycle(words["chains"]), itertools.cycle(words["old_chains"])
    since = today - timedelta(days=words["recent_days"])
    for award in made:
        if award.pk in orders:
            award.refresh_from_db()
            assert award.order is not None
            _chain(award, next(recent if award.order.ordered_on >= since else old), teller, today)
    _spendings(words, today)
    for days in range(420, -1, -20):  # as the schedule would have run
        alerts.review(today - timedelta(days=days))
    say(f"  money: {len(made)} awards, {len(orders)} ordered")


def _catch_up() -> None:
    """Awards for events of the demonstration's history that were written down past ``decide``."""
    for rule in AwardRule.objects.filter(is_enabled=True, replaced_at=None):
        decisions = Decision.objects.filter(
            verb=rule.verb, declaration__workflow=rule.workflow, declaration__project__programme=rule.programme, award=None
        ).select_related("declaration__project__programme__jurisdiction", "declaration__project__unit", "declaration__project__applicant",
                         "declaration__cycle", "actor")  # fmt: skip
        for decision in decisions.order_by("decided_on", "id"):
            awards.create(declaration=decision.declaration, decision=decision, actor=decision.actor)


def _orders(made: list[Award], teller: Teller, today: date) -> set[int]:
    """One order for each programme and year; what was earned in the last weeks waits for the next one."""
    latest = today - timedelta(days=teller.words["unordered_last_days"])
    groups: dict[tuple[int, int], list[Award]] = {}
    for award in made:
        if award.decision.decided_on <= latest:
            groups.setdefault((award.project.programme_id, award.year), []).append(award)
    for group in groups.values():
        programme = group[0].project.programme
        day = min(max(award.decision.decided_on for award in group) + GAP, today)
        awards.issue_order(
            actor=teller.bookkeeper(Party(programme.jurisdiction), programme),
            award_ids=[award.pk for award in group],
            number=teller.words["orders"]["number"].format(year=day.year, n=next(teller.numbers)),
            ordered_on=day,
            today=today,
        )
    return {award.pk for group in groups.values() for award in group}


def _chain(award: Award, outcome: dict[str, Any], teller: Teller, today: date) -> None:
    """Pass one award on: ``hops`` confirmed hops, then done, sent (not confirmed), short, or stalled (nothing more)."""
    way = route(award)
    assert award.order is not None
    day = award.order.ordered_on
    for hop in range(len(way) - 1):
        is_last = hop == outcome["hops"]
        if hop > outcome["hops"] or (is_last and outcome["then"] == "stalled"):
            return
        day += GAP
        if day + GAP > today:
            return
        programme = award.project.programme
        sent = transfers.send(
            actor=teller.bookkeeper(way[hop], programme), award_id=award.pk, hop=hop, amount=transfers.may_send(award, hop),
            sent_on=day, voucher=teller.voucher(way[hop].unit.level, day), today=day,
        )  # fmt: skip
        if is_last and outcome["then"] == "sent":
            return
        day += GAP
        is_short = is_last and outcome["then"] == "short"
        transfers.receive(
            actor=teller.bookkeeper(way[hop + 1], programme),
            transfer_id=sent.pk,
            amount=sent.amount * Decimal("0.9") if is_short else sent.amount,
            received_on=day,
            note=outcome.get("note", "") if is_short else "",
            today=day,
        )
        if is_short:
            return


def _spendings(words: dict[str, Any], today: date) -> None:
    for row in words["spendings"]:
        fund = Fund.objects.filter(code=row["fund"]).select_related("programme__jurisdiction").first()
        unit = Unit.objects.filter(code=row["unit"], valid_to=None).first()
        if fund is None or unit is None or FundUse.objects.filter(fund=fund, voucher=row["voucher"]).exists():
            continue
        programme = fund.programme
        actor = Teller(words).bookkeeper(Party(programme.jurisdiction), programme)
        funds.spend(
            actor=actor, fund_id=fund.pk, unit=unit, use=row["use"], amount=Decimal(row["amount"]),
            spent_on=max(date(today.year, 1, 4), today - timedelta(days=60)), voucher=row["voucher"], purpose=row["purpose"],
        )  # fmt: skip
