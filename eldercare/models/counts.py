"""Counted cases: home retrofits and training, as numbers per unit, year and kind. No name of anybody is stored."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from policies.models import Clause, in_language
from programs.models import Indicator, Programme, Unit
from programs.models.scope import Scope, ScopedModel


class CountKind(ScopedModel):
    """One row is one kind of case a plan counts."""

    class Subject(models.TextChoices):
        ADAPTATION = "adaptation", _("home retrofits")
        TRAINING = "training", _("training")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="count_kinds")
    subject = models.CharField(max_length=12, choices=Subject)
    code = models.SlugField(max_length=40)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120)
    measure_zh = models.CharField(max_length=10)
    measure_en = models.CharField(max_length=30)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="count_kind_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def measure(self) -> str:
        return in_language(self, "measure")


class YearCount(ScopedModel):
    """One row is how many cases of one kind one unit had in one year. No row: not entered, which is not 0."""

    kind = models.ForeignKey(CountKind, on_delete=models.PROTECT, related_name="counts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    updated_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="unit__path", programme="kind__programme_id")

    class Meta:
        ordering = ["kind", "unit", "year"]
        constraints = [models.UniqueConstraint(fields=["kind", "unit", "year"], name="year_count_once")]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.unit_id} {self.year}: {self.count}"


class RegistryFigure(ScopedModel):
    """One row says which count of the registry stands beside a reported indicator, as a hint. It never replaces the report."""

    class Source(models.TextChoices):
        FACILITIES = "facilities", _("open facilities of a type")
        TOWNSHIPS = "townships", _("townships served by a type")
        INSTITUTIONS = "institutions", _("institutions in operation")
        FILED = "filed", _("institutions on file")
        CAMERAS = "cameras", _("institutions with cameras in public areas")
        COUNTS = "counts", _("counted cases of the year")

    indicator = models.OneToOneField(Indicator, on_delete=models.PROTECT, related_name="registry_figure")
    source = models.CharField(max_length=14, choices=Source)
    detail = models.JSONField(default=list, blank=True)  # codes of a FacilityType, or of CountKinds

    scope = Scope(unit_path="indicator__programme__jurisdiction__path", programme="indicator__programme_id", below=Q())

    class Meta:
        ordering = ["indicator"]

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.source}"
