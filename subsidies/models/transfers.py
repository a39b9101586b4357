"""The way of an award's money, hop by hop, and what is wrong with it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from programs.models import Organization, Programme, Scope, ScopedModel, Unit
from subsidies.models.awards import Award
from subsidies.models.funds import Fund
from subsidies.money import YuanField


def _party(**kwargs):
    return models.ForeignKey(null=True, blank=True, on_delete=models.PROTECT, related_name="+", **kwargs)


def _one_of(name: str) -> Q:
    unit, body = f"{name}_unit", f"{name}_organization"
    return Q(**{f"{unit}__isnull": False, body: None}) | Q(**{unit: None, f"{body}__isnull": False})


class Transfer(ScopedModel):
    """One row sends money of one award one hop further, or takes such a row back (``reverses``). Append-only.

    Hop 0 starts at the city. A trigger refuses more than the award (hop 0) or than was received (every other hop);
    ``is_reversed`` is set by the reversal's own trigger and by nothing else.
    """

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="transfers")
    hop = models.PositiveSmallIntegerField()
    payer_unit = _party(to=Unit)
    payer_organization = _party(to=Organization)
    payee_unit = _party(to=Unit)
    payee_organization = _party(to=Organization)
    amount = YuanField()  # negative in a reversal
    sent_on = models.DateField()
    voucher = models.CharField(max_length=60)
    reverses = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by")
    is_reversed = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, default="", blank=True)  # of a reversal
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=120, default="", blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="award__project__unit__path", programme="award__project__programme_id")

    class Meta:
        ordering = ["award", "hop", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses=None, amount__gt=0)
                | (Q(reverses__isnull=False, amount__lt=0, is_reversed=False) & ~Q(reason="")),
                name="transfer_sign",
            ),
            models.CheckConstraint(condition=_one_of("payer"), name="transfer_has_one_payer"),
            models.CheckConstraint(condition=_one_of("payee"), name="transfer_has_one_payee"),
            models.CheckConstraint(condition=~Q(voucher=""), name="transfer_has_voucher"),
            models.UniqueConstraint(
                fields=["payer_unit", "payer_organization", "voucher"],
                condition=Q(reverses=None, is_reversed=False),
                nulls_distinct=False,
                name="transfer_voucher_once",
            ),
        ]
        indexes = [models.Index(fields=["award", "hop"], name="transfer_chain")]

    def __str__(self) -> str:
        return f"{self.award_id} hop {self.hop}: {self.amount}"


class Receipt(ScopedModel):
    """One row confirms that money of one transfer arrived, or takes such a row back (``reverses``). Append-only."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="receipts")
    amount = YuanField()  # negative in a reversal
    received_on = models.DateField()
    note = models.CharField(max_length=300, default="", blank=True)  # why less; of a reversal, why
    reverses = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=120, default="", blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="transfer__award__project__unit__path", programme="transfer__award__project__programme_id")

    class Meta:
        ordering = ["transfer", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses=None, amount__gt=0) | (Q(reverses__isnull=False, amount__lt=0) & ~Q(note="")),
                name="receipt_sign",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id}: {self.amount}"


class MoneyAlert(ScopedModel):
    """One row is something wrong with money, from the day it was found to the day it was put right."""

    class Kind(models.TextChoices):
        SHORT = "short", _("received less than was sent")
        STALLED = "stalled", _("money does not move on")
        OVER = "over", _("more promised than the fund holds")
        AGAIN = "again", _("a second award for the same event")

    kind = models.CharField(max_length=8, choices=Kind)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", help_text="Whose matter it is.")
    award = models.ForeignKey(Award, null=True, blank=True, on_delete=models.PROTECT, related_name="alerts")
    transfer = models.ForeignKey(Transfer, null=True, blank=True, on_delete=models.PROTECT, related_name="alerts")
    fund = models.ForeignKey(Fund, null=True, blank=True, on_delete=models.PROTECT, related_name="alerts")
    year = models.PositiveSmallIntegerField(null=True, blank=True)  # of a fund; NULL: all years
    hop = models.PositiveSmallIntegerField(null=True, blank=True)
    details = models.JSONField(default=dict)  # {"sent", "received", "held", "since", "budget", "committed"} as strings
    opened_on = models.DateField()
    escalated_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    scope = Scope(unit_path="unit__path", programme="programme_id")

    class Meta:
        ordering = ["closed_on", "-opened_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "award", "transfer", "fund", "year", "hop"],
                condition=Q(closed_on=None),
                nulls_distinct=False,
                name="money_alert_open_once",
            ),
            models.CheckConstraint(
                condition=Q(award__isnull=False) | Q(fund__isnull=False), name="money_alert_is_about_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.award_id or ''}{self.fund_id or ''}"
