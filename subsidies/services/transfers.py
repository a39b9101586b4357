"""Sending an award's money one hop further, confirming what arrived, taking wrong rows back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import Access, Held, read_access
from programs.errors import Conflict, RuleViolation
from programs.models import Unit
from subsidies.models import Award, Receipt, Transfer
from subsidies.money import positive
from subsidies.route import Party, route
from subsidies.services.alerts import refresh_award
from subsidies.services.awards import locked, not_found, refuse_future

ZERO = Decimal("0.00")


@transaction.atomic
def send(
    *,
    actor: User,
    award_id: int,
    hop: int,
    amount: Decimal,
    sent_on: date,
    voucher: str,
    today: date | None = None,
) -> Transfer:
    """Record that the party at ``hop`` of the award's way (0: the city) sent ``amount`` yuan to the next one.

    Raises RuleViolation ``not_found``, ``no_such_hop``, ``not_ordered``, ``voucher_missing``, ``date_future``,
    ``date_early``, ``money_…``, ``too_much`` (both numbers in it); PermissionDenied unless the actor keeps the payer's
    books; Conflict ``cancelled`` or ``voucher_taken``.
    """
    award = locked(award_id)
    access = read_access(actor)
    _refuse_unseen(award, access)
    payer, payee = _link(award, hop)
    held = _acting(access, payer, award)
    _refuse_unpayable(award)
    exact = positive(amount)
    _refuse_bad_voucher(voucher, sent_on, award, hop, today or timezone.localdate())
    limit, sent = may_send(award, hop), sent_at(award, hop)
    if sent + exact > limit:
        raise RuleViolation(
            "too_much",
            _("%(amount)s yuan is too much: of %(limit)s yuan %(sent)s are sent already, %(left)s are left.")
            % {"amount": exact, "limit": limit, "sent": sent, "left": limit - sent},
            rule=_("A hop never sends more than the award, or than it received.")
            if hop == 0
            else _("Only money that was received can be sent on."),
            clause=award.rule.clause.path if award.rule.clause else "",
            field="amount",
            next_step=_("Correct the amount, or have the receipt confirmed first.")
            if hop
            else _("Correct the amount."),
        )
    transfer = _insert_transfer(
        award=award,
        hop=hop,
        payer_unit_id=payer.key[0],
        payer_organization_id=payer.key[1],
        payee_unit_id=payee.key[0],
        payee_organization_id=payee.key[1],
        amount=exact,
        sent_on=sent_on,
        voucher=voucher.strip(),
        recorded_by=actor,
        office=held.organization,
    )
    _note("transfer.send", actor, award, transfer, payer=payer.label, payee=payee.label)
    refresh_award(award, today or timezone.localdate())
    return transfer


@transaction.atomic
def receive(
    *,
    actor: User,
    transfer_id: int,
    amount: Decimal,
    received_on: date,
    note: str = "",
    today: date | None = None,
) -> Receipt:
    """Record that ``amount`` yuan of a transfer arrived; less than was sent wants a note and raises an alert.

    Raises RuleViolation ``not_found``, ``date_future``, ``date_early``, ``money_…``, ``too_much``, ``note_missing``;
    PermissionDenied unless the actor keeps the payee's books; Conflict ``reversed`` or ``received``; Forbidden-like
    RuleViolation ``own_receipt`` when the same person recorded the sending.
    """
    transfer, award, access = _transfer(actor, transfer_id)
    payee = _link(award, transfer.hop)[1]
    held = _acting(access, payee, award)
    _refuse_own_receipt(transfer, actor, payee)
    exact = positive(amount)
    refuse_future(received_on, today or timezone.localdate(), field="received_on")
    _refuse_bad_receipt(transfer, award, exact, received_on, note)
    receipt = Receipt.objects.create(
        transfer=transfer,
        amount=exact,
        received_on=received_on,
        note=note.strip(),
        recorded_by=actor,
        office=held.organization,
    )
    _note("transfer.receive", actor, award, receipt, hop=transfer.hop, payee=payee.label)
    refresh_award(award, today or timezone.localdate())
    return receipt


@transaction.atomic
def reverse_transfer(*, actor: User, transfer_id: int, reason: str) -> Transfer:
    """Take a transfer back that was recorded wrongly, while nothing of it was confirmed; its voucher is free again.

    Raises RuleViolation ``not_found`` or ``reason_missing``, PermissionDenied, Conflict ``reversed`` or ``received``.
    """
    transfer, award, access = _transfer(actor, transfer_id)
    payer = _link(award, transfer.hop)[0]
    held = _acting(access, payer, award)
    _refuse_no_reason(reason)
    if received_of(transfer):
        raise Conflict(
            "received",
            _("%(amount)s yuan of this transfer were confirmed.") % {"amount": received_of(transfer)},
            rule=_("What was received cannot be unsent."),
            next_step=_("Ask the payee to take the receipt back first."),
        )
    back = _insert_transfer(
        award=award,
        hop=transfer.hop,
        payer_unit_id=transfer.payer_unit_id,
        payer_organization_id=transfer.payer_organization_id,
        payee_unit_id=transfer.payee_unit_id,
        payee_organization_id=transfer.payee_organization_id,
        amount=-transfer.amount,
        sent_on=transfer.sent_on,
        voucher=transfer.voucher,
        reverses=transfer,
        reason=reason.strip(),
        recorded_by=actor,
        office=held.organization,
    )
    _note("transfer.reverse", actor, award, back, reason=reason.strip())
    refresh_award(award, timezone.localdate())
    return back


@transaction.atomic
def reverse_receipt(*, actor: User, receipt_id: int, reason: str) -> Receipt:
    """Take a receipt back that was recorded wrongly, while its money was not sent on.

    Raises RuleViolation ``not_found`` or ``reason_missing``, PermissionDenied, Conflict ``reversed`` or ``sent_on``.
    """
    row = Receipt.objects.filter(pk=receipt_id, reverses=None).first()
    transfer, award, access = _transfer(actor, row.transfer_id if row else 0)
    payee = _link(award, transfer.hop)[1]
    held = _acting(access, payee, award)
    _refuse_no_reason(reason)
    if row is None or Receipt.objects.filter(reverses=row).exists():
        raise Conflict("reversed", _("This receipt was taken back already."), next_step=_("Reload the page."))
    onward, arrived = sent_at(award, transfer.hop + 1), may_send(award, transfer.hop + 1)
    if onward > arrived - row.amount:
        raise Conflict(
            "sent_on",
            _("%(amount)s yuan were sent on already.") % {"amount": onward},
            rule=_("Only money that was received can be sent on."),
            next_step=_("Take the next hop back first."),
        )
    back = Receipt.objects.create(
        transfer=transfer,
        amount=-row.amount,
        received_on=row.received_on,
        note=reason.strip(),
        reverses=row,
        recorded_by=actor,
        office=held.organization,
    )
    _note("transfer.unreceive", actor, award, back, reason=reason.strip())
    refresh_award(award, timezone.localdate())
    return back


def sent_at(award: Award, hop: int) -> Decimal:
    """Yuan sent at ``hop`` in all, reversals taken off."""
    return award.transfers.filter(hop=hop).aggregate(sum=Sum("amount"))["sum"] or ZERO


def may_send(award: Award, hop: int) -> Decimal:
    """Yuan that ``hop`` may send in all: the award at the city, elsewhere what was received."""
    if hop == 0:
        return award.amount
    found = Receipt.objects.filter(transfer__award=award, transfer__hop=hop - 1)
    return found.aggregate(sum=Sum("amount"))["sum"] or ZERO


def received_of(transfer: Transfer) -> Decimal:
    return transfer.receipts.aggregate(sum=Sum("amount"))["sum"] or ZERO


def _insert_transfer(**fields) -> Transfer:
    """Insert; a voucher that somebody else used a moment ago is a Conflict, not an error page."""
    try:
        with transaction.atomic():
            return Transfer.objects.create(**fields)
    except IntegrityError as error:
        if "transfer_voucher_once" not in str(error):
            raise
        raise Conflict(
            "voucher_taken",
            _("Voucher %(voucher)s of this payer is recorded already.") % {"voucher": fields["voucher"]},
            rule=_("One voucher pays once."),
            field="voucher",
            next_step=_("Look at that transfer; enter the number of the new voucher, or take the wrong row back."),
        ) from error


def _transfer(actor: User, transfer_id: int) -> tuple[Transfer, Award, Access]:
    """The transfer as it is under its award's lock, still standing."""
    found = Transfer.objects.filter(pk=transfer_id, reverses=None).first()
    if found is None:
        raise not_found()
    award = locked(found.award_id)
    access = read_access(actor)
    _refuse_unseen(award, access)
    found.refresh_from_db()
    if found.is_reversed:
        raise Conflict(
            "reversed",
            _("This transfer was taken back."),
            next_step=_("Reload the page; a corrected one may stand below it."),
        )
    return found, award, access


def _refuse_unseen(award: Award, access: Access) -> None:
    if not access.sees(award.project.unit, award.project.programme):
        raise not_found()


def _link(award: Award, hop: int) -> tuple[Party, Party]:
    way = route(award)
    if not 0 <= hop < len(way) - 1:
        raise RuleViolation(
            "no_such_hop",
            _("The way of this award has %(count)s hops; %(hop)s is none of them.")
            % {"count": len(way) - 1, "hop": hop},
            field="hop",
            next_step=_("Look at the chain of the award."),
        )
    return way[hop], way[hop + 1]


def _acting(access: Access, party: Party, award: Award) -> Held:
    held = party.acting(access, award.project.programme)
    if held is None:
        raise PermissionDenied(
            _("This entry belongs to the office that keeps the books of %(party)s (%(level)s).")
            % {"party": party.label, "level": Unit.Level(party.books_level).label}
        )
    return held


def _refuse_unpayable(award: Award) -> None:
    if award.cancelled_at is not None:
        raise Conflict(
            "cancelled",
            _("This award was cancelled: %(why)s") % {"why": award.cancelled_reason},
            next_step=_("Reload the page; nothing is to be paid."),
        )
    if award.order is None:
        raise RuleViolation(
            "not_ordered",
            _("There is no award order for this award yet."),
            rule=_("Money moves on an order of the city."),
            clause=award.rule.clause.path if award.rule.clause else "",
            next_step=_("Have the city bureau issue the order first."),
        )


def _refuse_bad_voucher(voucher: str, sent_on: date, award: Award, hop: int, today: date) -> None:
    if not voucher.strip():
        raise RuleViolation(
            "voucher_missing",
            _("The number of the voucher is missing."),
            rule=_("Every transfer stands on a voucher."),
            field="voucher",
            next_step=_("Enter the number of the payment voucher."),
        )
    refuse_future(sent_on, today, field="sent_on")
    first = award.order.ordered_on if award.order else sent_on
    if hop:
        arrived = Receipt.objects.filter(transfer__award=award, transfer__hop=hop - 1, reversed_by=None, reverses=None)
        first = min(arrived.values_list("received_on", flat=True), default=first)
    if sent_on < first:
        raise RuleViolation(
            "date_early",
            _("Sent on %(day)s, but the money was there on %(first)s at the earliest.")
            % {"day": sent_on, "first": first},
            field="sent_on",
            next_step=_("Enter the date on the voucher."),
        )


def _refuse_own_receipt(transfer: Transfer, actor: User, payee: Party) -> None:
    """Who sent does not confirm; except where one office keeps the books of both (a township for its village)."""
    if transfer.recorded_by_id == actor.pk and payee.unit.level != Unit.Level.VILLAGE:
        raise RuleViolation(
            "own_receipt",
            _("You recorded this transfer yourself."),
            rule=_("Nobody confirms what they sent."),
            next_step=_("Ask a colleague at the payee."),
        )


def _refuse_bad_receipt(transfer: Transfer, award: Award, exact: Decimal, received_on: date, note: str) -> None:
    if received_on < transfer.sent_on:
        raise RuleViolation(
            "date_early",
            _("Received on %(day)s, but sent on %(sent)s.") % {"day": received_on, "sent": transfer.sent_on},
            field="received_on",
            next_step=_("Enter the date on the bank's slip."),
        )
    before = received_of(transfer)
    if before >= transfer.amount:
        raise Conflict(
            "received",
            _("All %(amount)s yuan of this transfer were confirmed already.") % {"amount": transfer.amount},
            rule=_("One receipt has one effect."),
            next_step=_("Reload the page; somebody may have been faster."),
        )
    if before + exact > transfer.amount:
        raise RuleViolation(
            "too_much",
            _("%(amount)s yuan is more than is on its way: %(sent)s sent, %(received)s confirmed.")
            % {"amount": exact, "sent": transfer.amount, "received": before},
            field="amount",
            next_step=_("Enter what arrived."),
        )
    if before + exact < transfer.amount and not note.strip():
        raise RuleViolation(
            "note_missing",
            _("%(received)s yuan of %(sent)s arrived; why less is missing.")
            % {"received": before + exact, "sent": transfer.amount},
            rule=_("Award money arrives in full and in time, nothing is held back."),
            clause=award.rule.clause.path if award.rule.clause else "",
            field="note",
            next_step=_("Write what the payer says, or confirm the full amount when it has arrived."),
        )


def _refuse_no_reason(reason: str) -> None:
    if not reason.strip():
        raise RuleViolation(
            "reason_missing",
            _("A reversal wants a reason."),
            field="reason",
            next_step=_("Write what was wrong; both sides see it."),
        )


def _note(verb: str, actor: User, award: Award, row: Transfer | Receipt, reason: str = "", **more: object) -> None:
    after = {"award": award.pk, "project": award.project.code, "amount": row.amount, **more}
    if isinstance(row, Transfer):
        after |= {"hop": row.hop, "voucher": row.voucher, "sent_on": row.sent_on}
    else:
        after |= {"received_on": row.received_on}
    record(verb, actor=actor, obj=row, unit_path=award.project.unit.path, reason=reason, after=after)


__all__ = ["may_send", "receive", "received_of", "reverse_receipt", "reverse_transfer", "send", "sent_at"]
