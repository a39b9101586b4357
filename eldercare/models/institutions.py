"""Elder-care institutions, the risk people judged them to bear, and the drills they held."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from eldercare.models.entries import Entry
from eldercare.models.facilities import Facility
from programs.models.scope import Scope, ScopedModel


class Risk(models.TextChoices):
    LOW = "low", _("low risk")
    MEDIUM = "medium", _("medium risk")
    HIGH = "high", _("high risk")


class Institution(Entry):
    """One row is one institution under supervision. Yes, no or not known; of the custody account only whether there is one.

    ``risk_level`` is set by a RiskDecision only: a person decides, with a reason; nothing computes it.
    """

    class Nature(models.TextChoices):
        PUBLIC = "public", _("public")
        NONPROFIT = "nonprofit", _("private, non-profit")
        FORPROFIT = "forprofit", _("private, for profit")

    class Medical(models.TextChoices):
        NONE = "none", _("none")
        AGREEMENT = "agreement", _("agreement with a medical institution")
        CLINIC = "clinic", _("clinic in the house")
        HOSPITAL = "hospital", _("hospital in the house")

    nature = models.CharField(max_length=10, choices=Nature, default="", blank=True)
    operator = models.CharField(max_length=120, default="", blank=True)
    facility = models.OneToOneField(
        Facility, null=True, blank=True, on_delete=models.PROTECT, related_name="institution"
    )
    filing_no = models.CharField(max_length=60, default="", blank=True)
    filed_on = models.DateField(null=True, blank=True)
    beds = models.PositiveIntegerField(null=True, blank=True)
    nursing_beds = models.PositiveIntegerField(null=True, blank=True)
    fire_accepted = models.BooleanField(null=True, blank=True)
    fire_accepted_on = models.DateField(null=True, blank=True)
    cameras = models.BooleanField(null=True, blank=True)  # in public areas
    medical = models.CharField(max_length=10, choices=Medical, default="", blank=True)
    custody_account = models.BooleanField(null=True, blank=True)  # prepaid fees with a third party; no numbers
    takes_prepaid = models.BooleanField(null=True, blank=True)
    risk_level = models.CharField(max_length=8, choices=Risk, default="", blank=True)
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    scope = Scope(unit_path="unit__path", programme="programme_id")

    class Meta:
        ordering = ["unit", "id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "unit", "name_zh"], name="institution_once"),
            models.UniqueConstraint(
                fields=["programme", "filing_no"], condition=~Q(filing_no=""), name="institution_filing_no_once"
            ),
            models.CheckConstraint(
                condition=Q(beds=None) | Q(nursing_beds=None) | Q(nursing_beds__lte=F("beds")),
                name="institution_nursing_beds_are_beds",
            ),
        ]
        indexes = [models.Index(fields=["programme", "unit"], name="institution_list")]


class RiskDecision(ScopedModel):
    """One row is one decision on an institution's risk level. Inserted, never changed."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="risk_decisions")
    level = models.CharField(max_length=8, choices=Risk)
    reason = models.CharField(max_length=500)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=80, default="", blank=True)
    decided_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="institution__unit__path", programme="institution__programme_id")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.level}"


class Drill(ScopedModel):
    """One row is one fire or emergency drill an institution held. A wrong entry is struck out with a reason, not deleted."""

    class Kind(models.TextChoices):
        COMPREHENSIVE = "comprehensive", _("comprehensive emergency drill")
        ON_SITE = "on_site", _("on-site drill")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="drills")
    kind = models.CharField(max_length=14, choices=Kind)
    held_on = models.DateField()
    participants = models.PositiveIntegerField(null=True, blank=True)
    note = models.CharField(max_length=300, default="", blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(db_default=Now())
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_reason = models.CharField(max_length=300, default="", blank=True)

    scope = Scope(unit_path="institution__unit__path", programme="institution__programme_id")

    class Meta:
        ordering = ["-held_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "kind", "held_on"], condition=Q(struck_at=None), name="drill_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.kind} {self.held_on}"
