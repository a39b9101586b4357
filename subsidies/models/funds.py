"""Pots of money: what a document sets aside, for what, and what was spent on other things than awards."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from policies.models import Clause, DocumentIssue, in_language
from programs.models import Programme, Scope, ScopedModel, Unit
from subsidies.money import YuanField


class Use(models.TextChoices):
    """What money may be for. A ring-fenced fund names the uses it accepts; every other one is refused."""

    AWARD = "award", _("awards")
    ENVIRONMENT = "environment", _("upgrading the rural environment")
    WORK = "work", _("design review, acceptance and work expenses")
    BUILDING = "building", _("building")
    AFTERCARE = "aftercare", _("aftercare")
    DEMO_ZONE = "demo_zone", _("demonstration zones")


class Fund(ScopedModel):
    """One row is one pot of money that a document names. ``amount`` is what the document says, NULL where it says nothing.

    ``reading``: whether the amount is for each year, for the whole plan, or the document leaves it open (DI07).
    """

    class Source(models.TextChoices):
        CITY = "city", _("city budget")
        RAISED = "raised", _("raised by the city")
        COUNTY = "county", _("county budget")
        PROVINCE = "province", _("provincial funds")
        TRADE = "trade", _("income from trading quotas")
        OTHER = "other", _("other sources")

    class Reading(models.TextChoices):
        YEAR = "year", _("each year")
        PLAN = "plan", _("for the whole plan")
        UNCLEAR = "unclear", _("the document does not say whether each year")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="funds")
    code = models.SlugField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, default="", blank=True)
    source = models.CharField(max_length=10, choices=Source)
    amount = YuanField(null=True, blank=True)  # NULL: the document states none
    reading = models.CharField(max_length=8, choices=Reading, default=Reading.YEAR)
    year = models.PositiveSmallIntegerField(null=True, blank=True)  # NULL: every year of the plan
    is_ring_fenced = models.BooleanField(default=True)
    uses = ArrayField(models.CharField(max_length=12, choices=Use), default=list)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    issue = models.ForeignKey(DocumentIssue, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note_zh = models.CharField(max_length=300, default="", blank=True)
    note_en = models.CharField(max_length=400, default="", blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "position", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gt=0), name="fund_amount_positive"),
            models.CheckConstraint(
                condition=Q(is_ring_fenced=False) | Q(uses__len__gt=0), name="fund_ring_fence_names_uses"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def note(self) -> str:
        return in_language(self, "note")

    @property
    def use_labels(self) -> list[str]:
        return [str(Use(one).label) for one in self.uses]


class FundBudget(ScopedModel):
    """One row is the budget of one fund for one year as the city entered it; a change closes the row."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="budgets")
    year = models.PositiveSmallIntegerField()
    amount = YuanField()
    authority = models.CharField(max_length=200)  # number and title of the paper it stands in
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    replaced_at = models.DateTimeField(null=True, blank=True)

    scope = Scope(unit_path="fund__programme__jurisdiction__path", programme="fund__programme_id", below=Q())

    class Meta:
        ordering = ["fund", "year", "id"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "year"], condition=Q(replaced_at=None), name="fund_budget_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="fund_budget_not_negative"),
            models.CheckConstraint(condition=~Q(authority=""), name="fund_budget_has_authority"),
        ]

    def __str__(self) -> str:
        return f"{self.fund_id} {self.year}: {self.amount}"


class FundUse(ScopedModel):
    """One row spends from a fund on something else than an award, or takes such a row back (``reverses``). Append-only."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="spendings")
    year = models.PositiveSmallIntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # where it is spent
    use = models.CharField(max_length=12, choices=Use)
    amount = YuanField()  # negative in a reversal
    spent_on = models.DateField()
    voucher = models.CharField(max_length=60)
    purpose = models.CharField(max_length=200)
    reverses = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="unit__path", programme="fund__programme_id")

    class Meta:
        ordering = ["fund", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses=None, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
                name="fund_use_sign",
            ),
            models.UniqueConstraint(
                fields=["fund", "voucher"], condition=Q(reverses=None), name="fund_use_voucher_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund_id} {self.use} {self.amount}"
