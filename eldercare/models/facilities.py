"""Facilities, and the standards each jurisdiction sets for them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eldercare.models.entries import Entry
from policies.models import Clause, in_language
from programs.models import Programme, Project, Unit
from programs.models.scope import Scope, ScopedModel


class FacilityType(ScopedModel):
    """One row is one type of facility that one plan knows. Cities word and measure the same type differently: never merged.

    ``subject`` says what its standards are held against: single facilities, estates, institutions, or the plan as a whole.
    """

    class Subject(models.TextChoices):
        FACILITY = "facility", _("facilities")
        ESTATE = "estate", _("housing estates")
        INSTITUTION = "institution", _("institutions")
        PLAN = "plan", _("the plan as a whole")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="facility_types")
    code = models.SlugField(max_length=40)  # regional-centre, meal-site …; the same code may stand in several plans
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=12, choices=Subject, default=Subject.FACILITY)
    position = models.PositiveSmallIntegerField(default=0)

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="facility_type_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")


class Standard(ScopedModel):
    """One row is one figure a jurisdiction asks of a type of facility between two days, with the clause that asks for it."""

    class Measure(models.TextChoices):
        BEDS = "beds", _("beds")
        NURSING_SHARE = "nursing_share", _("share of nursing beds (%)")
        AREA = "area", _("floor area (m²)")
        AREA_TO = "area_to", _("floor area at most (m²)")
        EMBEDDED_BEDS = "embedded_beds", _("embedded beds")
        MEDICAL_CARE = "medical_care", _("medical care (1: yes)")
        TAKES_DISABLED = "takes_disabled", _("takes disabled elders (1: yes)")
        NEW_AREA = "new_area", _("m² per 100 households, new estate")
        EXISTING_AREA = "existing_area", _("m² per 100 households, existing estate")
        BUILT_SHARE = "built_share", _("finished before this share of planned construction (%)")
        HANDOVER_DAYS = "handover_days", _("days from completion acceptance to hand-over")
        TOWNSHIP_SHARE = "township_share", _("townships covered (%)")
        COMMUNITY_SHARE = "community_share", _("urban communities covered (%)")
        VILLAGE_SHARE = "village_share", _("villages covered (%)")
        PER_TOWNSHIP = "per_township", _("per township")
        PER_STREET = "per_street", _("per street")
        PER_COUNTY_YEAR = "per_county_year", _("per county and year")
        FILED = "filed", _("on file (1: yes)")
        CAMERAS = "cameras", _("cameras in public areas (1: yes)")
        CUSTODY = "custody", _("prepaid fees in third-party custody (1: yes)")
        DRILLS_YEAR = "drills_year", _("comprehensive drills a year")
        DRILLS_HALF = "drills_half", _("on-site drills per half-year")
        LAND_PER_PERSON = "land_per_person", _("land per person (m²)")
        ELDERS_PER_WORKER = "elders_per_worker", _("elders per social worker")
        BEDS_PER_WORKER = "beds_per_worker", _("beds per social worker")

    class Comparator(models.TextChoices):
        GTE = "gte", "≥"
        GT = "gt", ">"
        LTE = "lte", "≤"
        LT = "lt", "<"
        EQ = "eq", "="

    facility_type = models.ForeignKey(FacilityType, on_delete=models.PROTECT, related_name="standards")
    measure = models.CharField(max_length=20, choices=Measure)
    comparator = models.CharField(max_length=4, choices=Comparator, default=Comparator.GTE)
    value = models.DecimalField(max_digits=12, decimal_places=2)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)  # last day included
    note_zh = models.CharField(max_length=300, default="", blank=True)
    note_en = models.CharField(max_length=400, default="", blank=True)

    scope = Scope(
        unit_path="facility_type__programme__jurisdiction__path", programme="facility_type__programme_id", below=Q()
    )

    class Meta:
        ordering = ["facility_type", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["facility_type", "measure", "valid_from"], nulls_distinct=False, name="standard_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="standard_validity_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.comparator} {self.value}"

    @property
    def note(self) -> str:
        return in_language(self, "note")

    def is_in_force(self, day) -> bool:
        """Whether it holds on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Facility(Entry):
    """One row is one facility. NULL is not known; 0 is none."""

    facility_type = models.ForeignKey(FacilityType, on_delete=models.PROTECT, related_name="facilities")
    project = models.OneToOneField(
        Project,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="elder_facility",
        help_text="Where it is declared or inspected.",
    )
    area = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)  # m²
    beds = models.PositiveIntegerField(null=True, blank=True)
    nursing_beds = models.PositiveIntegerField(null=True, blank=True)
    embedded_beds = models.PositiveIntegerField(null=True, blank=True)
    medical_care = models.BooleanField(null=True, blank=True)
    takes_disabled = models.BooleanField(null=True, blank=True)
    opened_on = models.DateField(null=True, blank=True)  # NULL: not open yet
    closed_on = models.DateField(null=True, blank=True)

    scope = Scope(unit_path="unit__path", programme="programme_id")

    class Meta:
        ordering = ["unit", "id"]
        verbose_name_plural = "facilities"
        constraints = [
            models.UniqueConstraint(fields=["facility_type", "unit", "name_zh"], name="facility_once"),
            models.CheckConstraint(
                condition=Q(beds=None) | Q(nursing_beds=None) | Q(nursing_beds__lte=F("beds")),
                name="facility_nursing_beds_are_beds",
            ),
            models.CheckConstraint(condition=Q(area=None) | Q(area__gte=0), name="facility_area_not_negative"),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(opened_on__isnull=False) & Q(closed_on__gte=F("opened_on")),
                name="facility_closed_after_opened",
            ),
        ]
        indexes = [models.Index(fields=["programme", "facility_type", "unit"], name="facility_list")]

    @property
    def is_open(self) -> bool:
        return self.opened_on is not None and self.closed_on is None


class Served(ScopedModel):
    """One row says that a facility serves a unit: a central kitchen several villages, a regional centre its townships."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="served")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    scope = Scope(unit_path="facility__unit__path", programme="facility__programme_id")

    class Meta:
        ordering = ["facility", "unit"]
        constraints = [models.UniqueConstraint(fields=["facility", "unit"], name="served_once")]

    def __str__(self) -> str:
        return f"{self.facility_id} serves {self.unit_id}"
