"""Sentences about alerts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from programs.templatetags.luoshi import day
from subsidies.models import MoneyAlert
from subsidies.templatetags.money import money

register = template.Library()


def _amount(details: dict[str, Any], name: str) -> str:
    return money(Decimal(details[name])) if details.get(name) else "—"


@register.filter
def alert_text(alert: MoneyAlert) -> str:
    """What is wrong, with both numbers."""
    details = alert.details
    holder = details.get("holder_en" if (get_language() or "").startswith("en") else "holder", "")
    since = day(date.fromisoformat(details["since"])) if details.get("since") else ""
    if alert.kind == MoneyAlert.Kind.SHORT:
        return _("%(holder)s received %(received)s of %(sent)s sent on %(since)s (voucher %(voucher)s).") % {
            "holder": holder,
            "received": _amount(details, "received"),
            "sent": _amount(details, "sent"),
            "since": since,
            "voucher": details.get("voucher", ""),
        }
    if alert.kind == MoneyAlert.Kind.OVER:
        words = {"committed": _amount(details, "committed"), "budget": _amount(details, "budget"), "year": alert.year}
        if alert.year is None:
            return _("%(committed)s promised in all years, %(budget)s if the amount is for the whole plan.") % words
        return _("%(committed)s promised in %(year)s, budget %(budget)s.") % words
    if alert.kind == MoneyAlert.Kind.AGAIN:
        return _("Awarded in %(first)s; the same event happened again in %(again)s and was not paid.") % {
            "first": details.get("first"),
            "again": details.get("again"),
        }
    words = {"holder": holder, "held": _amount(details, "held"), "since": since}
    if alert.hop is None:
        return _("%(held)s earned on %(since)s and not ordered to be paid yet.") % words
    if alert.transfer_id is not None:
        return _("%(held)s sent to %(holder)s on %(since)s and not confirmed.") % words
    return _("%(held)s lies with %(holder)s since %(since)s.") % words


@register.filter
def alert_do(alert: MoneyAlert) -> str:
    """What to do next."""
    if alert.kind == MoneyAlert.Kind.SHORT:
        return _("Ask the payer for the rest, or have the transfer corrected.")
    if alert.kind == MoneyAlert.Kind.OVER:
        return _("Enter the year's budget with its paper, or raise the missing money.")
    if alert.kind == MoneyAlert.Kind.AGAIN:
        return _("Decide whether a second award is meant; the document does not say.")
    if alert.hop is None:
        return _("Issue the award order.")
    if alert.transfer_id is not None:
        return _("The payee confirms what arrived.")
    return _("Send it on, or say why not.")
