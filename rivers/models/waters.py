"""The register of waters, their chiefs, and the class of their water month by month."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from policies.models import Clause, DocumentIssue, in_language
from programs.models import Organization, Programme, Project
from programs.models.scope import Scope, ScopedModel

THROUGH_PROJECT = Scope(unit_path="project__unit__path", programme="project__programme_id")
THROUGH_WATER = Scope(unit_path="water__project__unit__path", programme="water__project__programme_id")


class WaterBody(ScopedModel):
    """One row is one line of the plan's list: a reach or a reservoir. ``seq`` is the key; names repeat (DI10).

    Level and year of the plan stand in the project (``decider_level``, ``plan_year``). The year of the plan and the
    three dates are four things: the plan does not say whether its year means built or named (DI09).
    """

    class ReservoirClass(models.TextChoices):
        NONE = "", _("no reservoir")
        LARGE = "large", _("large")
        MEDIUM = "medium", _("medium")
        SMALL_1 = "small_1", _("small (1)")
        SMALL_2 = "small_2", _("small (2)")

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="water")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="waters")
    seq = models.PositiveSmallIntegerField()
    segment_zh = models.CharField(max_length=80)
    segment_en = models.CharField(max_length=160, default="", blank=True)
    length_km = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)  # NULL: a reservoir
    length_is_approximate = models.BooleanField(default=False)
    reservoir_class = models.CharField(max_length=8, choices=ReservoirClass, default="", blank=True)
    responsible_text = models.CharField(max_length=120)  # as the plan writes it, parties separated by ";"
    parties = models.ManyToManyField(Organization, related_name="waters", blank=True)
    issues = models.ManyToManyField(DocumentIssue, related_name="waters", blank=True)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note_zh = models.CharField(max_length=300, default="", blank=True)
    note_en = models.CharField(max_length=400, default="", blank=True)
    build_done_on = models.DateField(null=True, blank=True)
    evaluated_on = models.DateField(null=True, blank=True)
    named_on = models.DateField(null=True, blank=True)
    naming_number = models.CharField(max_length=60, default="", blank=True)
    register_number = models.CharField(max_length=40, default="", blank=True)
    sign_updated_on = models.DateField(null=True, blank=True)

    scope = THROUGH_PROJECT

    class Meta:
        ordering = ["programme", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "seq"], name="water_body_seq_once"),
            models.CheckConstraint(
                condition=Q(named_on=None, naming_number="") | Q(named_on__isnull=False) & ~Q(naming_number=""),
                name="water_body_named_with_number",
            ),
            models.CheckConstraint(condition=Q(length_km=None) | Q(length_km__gt=0), name="water_body_length_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.project_id}"

    @property
    def responsible(self) -> str:
        """The parties as a sentence names them: the data part them with ";"."""
        names = [name.strip() for name in self.responsible_text.split(";")]
        return pgettext("between names", ", ").join(name for name in names if name)

    @property
    def segment(self) -> str:
        return in_language(self, "segment")

    @property
    def note(self) -> str:
        return in_language(self, "note")


class WaterQuality(ScopedModel):
    """One row is the class of one water in one month. A correction closes the row; a month without a row is missing.

    Class 1 is the best (Ⅰ), 6 the worst (劣Ⅴ): smaller is better (clause 河湖·二(三)).
    """

    class Grade(models.IntegerChoices):
        I = 1, "Ⅰ"  # noqa: E741
        II = 2, "Ⅱ"
        III = 3, "Ⅲ"
        IV = 4, "Ⅳ"
        V = 5, "Ⅴ"
        BELOW_V = 6, _("below Ⅴ")

    water = models.ForeignKey(WaterBody, on_delete=models.PROTECT, related_name="classes")
    month = models.DateField()  # its first day
    grade = models.PositiveSmallIntegerField(choices=Grade)
    source = models.CharField(max_length=120)  # who measured, which report
    reason = models.CharField(max_length=200, default="", blank=True)  # of a correction
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # NULL: invented for the demonstration
    recorded_at = models.DateTimeField(db_default=Now())
    replaced_at = models.DateTimeField(null=True, blank=True)

    scope = THROUGH_WATER

    class Meta:
        ordering = ["water", "month", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["water", "month"], condition=Q(replaced_at=None), name="water_quality_once_a_month"
            ),
            models.CheckConstraint(condition=Q(grade__range=(1, 6)), name="water_quality_grade_1_to_6"),
            models.CheckConstraint(condition=Q(month__day=1), name="water_quality_month_is_a_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.water_id} {self.month:%Y-%m} {self.grade}"


class RiverChief(ScopedModel):
    """One row is one chief of one water, named on its sign (河长公示牌) by law, from one day to another."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("provincial chief")
        CITY = "city", _("city chief")
        COUNTY = "county", _("county chief")
        TOWNSHIP = "township", _("township chief")
        VILLAGE = "village", _("village chief")

    water = models.ForeignKey(WaterBody, on_delete=models.PROTECT, related_name="chiefs")
    level = models.CharField(max_length=10, choices=Level)
    person = models.CharField(max_length=40)
    post = models.CharField(max_length=80)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)  # last day
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(db_default=Now())

    scope = THROUGH_WATER

    class Meta:
        ordering = ["water", "level", "-since"]
        constraints = [
            models.UniqueConstraint(fields=["water", "level"], condition=Q(until=None), name="river_chief_one_a_level"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="river_chief_until_after_since"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.water_id} {self.level} {self.person}"


class Dimension(ScopedModel):
    """One row is one of the six dimensions of a happy river, with its hard number where the plan gives one."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="dimensions")
    code = models.CharField(max_length=8)  # RD1 … RD6
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=80, default="", blank=True)
    content_zh = models.CharField(max_length=200)
    content_en = models.CharField(max_length=300, default="", blank=True)
    threshold_zh = models.CharField(max_length=120, default="", blank=True)  # empty: the plan gives no number
    threshold_en = models.CharField(max_length=200, default="", blank=True)
    worst_grade = models.PositiveSmallIntegerField(null=True, blank=True)  # of the water class; only RD3
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "code"]
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="river_dimension_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def content(self) -> str:
        return in_language(self, "content")

    @property
    def threshold(self) -> str:
        return in_language(self, "threshold")
