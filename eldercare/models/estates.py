"""Housing estates and the elder-care facilities they owe."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eldercare.models.entries import Entry
from eldercare.models.facilities import Facility
from programs.models.scope import Scope


class Estate(Entry):
    """One row is one housing estate: what it owes, how far it is built, and when its facility was handed over.

    ``limit_reached_on`` is the day on which the registry learnt that construction had reached the plan's limit; it stays,
    also when the figures are corrected later, and only an explicit correction of the entry clears it.
    """

    class Kind(models.TextChoices):
        NEW = "new", _("new estate")
        EXISTING = "existing", _("existing estate")

    kind = models.CharField(max_length=10, choices=Kind)
    households = models.PositiveIntegerField(null=True, blank=True)
    is_phased = models.BooleanField(null=True, blank=True)
    is_in_first_phase = models.BooleanField(null=True, blank=True)  # the facility belongs to phase one
    planned_area = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)  # m² of construction
    built_area = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)  # m² completed
    limit_reached_on = models.DateField(null=True, blank=True)
    facility_area = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True
    )  # m² built for elder care
    facility_finished_on = models.DateField(null=True, blank=True)
    accepted_on = models.DateField(null=True, blank=True)  # completion acceptance
    handed_over_on = models.DateField(null=True, blank=True)
    files_handed_over = models.BooleanField(null=True, blank=True)
    title_registered_on = models.DateField(null=True, blank=True)
    is_free = models.BooleanField(null=True, blank=True)
    is_nonprofit_use = models.BooleanField(null=True, blank=True)
    facility = models.OneToOneField(
        Facility, null=True, blank=True, on_delete=models.PROTECT, related_name="estate", help_text="Once it is in use."
    )

    scope = Scope(unit_path="unit__path", programme="programme_id")

    class Meta:
        ordering = ["unit", "id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "unit", "name_zh"], name="estate_once"),
            models.CheckConstraint(
                condition=(Q(planned_area=None) | Q(planned_area__gt=0))
                & (Q(built_area=None) | Q(built_area__gte=0))
                & (Q(facility_area=None) | Q(facility_area__gte=0)),
                name="estate_areas_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(planned_area=None) | Q(built_area=None) | Q(built_area__lte=F("planned_area")),
                name="estate_built_within_plan",
            ),
            models.CheckConstraint(
                condition=Q(handed_over_on=None)
                | Q(accepted_on__isnull=False) & Q(handed_over_on__gte=F("accepted_on")),
                name="estate_handed_over_after_acceptance",
            ),
        ]
        indexes = [models.Index(fields=["programme", "unit"], name="estate_list")]
