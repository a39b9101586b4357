"""Random draws (双随机、一公开) that anybody can derive again from what is published."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from policies.models import Clause, in_language
from programs.models.inspections import Checklist, Inspection
from programs.models.plans import Programme
from programs.models.projects import Project
from programs.models.scope import Scope, ScopedModel
from programs.models.units import Organization, Unit


class DrawPlan(ScopedModel):
    """One row asks for one draw every year, about one day. A change closes the row and inserts another."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="draw_plans")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", help_text="Who draws.")
    code = models.SlugField(max_length=30)
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=160, default="", blank=True)
    month = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField()
    is_cross_department = models.BooleanField(default=True)
    departments = models.ManyToManyField(Organization, related_name="+", blank=True)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    scope = Scope(unit_path="unit__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "month", "day"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], condition=Q(valid_to=None), name="draw_plan_once"),
            models.CheckConstraint(condition=Q(month__range=(1, 12), day__range=(1, 31)), name="draw_plan_is_a_day"),
        ]

    def __str__(self) -> str:
        return self.title_zh

    @property
    def title(self) -> str:
        return in_language(self, "title")


class Draw(ScopedModel):
    """One row is one draw. The lists are frozen and the seed's SHA-256 is shown before; the seed is shown after.

    Rule: in each stratum the ``quota`` candidates with the smallest hex SHA-256 of ``seed + ":" + code`` are chosen;
    inspectors likewise by ``seed + ":" + code + ":" + inspector code``, the excused passed over.
    """

    class State(models.TextChoices):
        PREPARED = "prepared", _("in preparation")
        COMMITTED = "committed", _("lists frozen, commitment published")
        DRAWN = "drawn", _("drawn, seed revealed")
        PUBLISHED = "published", _("results published")
        CANCELLED = "cancelled", _("cancelled")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="draws")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="draws", help_text="Who draws.")
    code = models.SlugField(max_length=80, unique=True)  # the programme's whole code, the year, a number
    title = models.CharField(max_length=120)
    year = models.PositiveSmallIntegerField()
    is_cross_department = models.BooleanField(default=False)
    departments = models.ManyToManyField(Organization, related_name="draws", blank=True)
    checklist = models.ForeignKey(Checklist, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(DrawPlan, null=True, blank=True, on_delete=models.PROTECT, related_name="draws")
    planned_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    quota = models.JSONField(default=dict)  # {stratum: how many}
    inspectors_each = models.PositiveSmallIntegerField(default=2)
    pool_hash = models.CharField(max_length=64, default="", blank=True)  # SHA-256 of the frozen lists
    seed = models.CharField(max_length=64, default="", blank=True)  # never shown before the draw
    commitment = models.CharField(max_length=64, default="", blank=True)  # hex SHA-256 of the seed
    committed_at = models.DateTimeField(null=True, blank=True)
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    drawn_at = models.DateTimeField(null=True, blank=True)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    cancelled_reason = models.CharField(max_length=300, default="", blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="unit__path", programme="programme_id", below=Q(committed_at__isnull=False))

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "year"], condition=~Q(state="cancelled"), name="draw_of_plan_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["committed", "drawn", "published"])
                | Q(committed_at__isnull=False) & ~Q(commitment="") & ~Q(seed="") & ~Q(pool_hash=""),
                name="draw_committed_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_revealed(self) -> bool:
        """Its seed was shown. What was revealed stays readable, also when the draw is cancelled afterwards."""
        return self.drawn_at is not None

    @property
    def is_late(self) -> bool:
        """Its day has passed and nothing was drawn."""
        return self.state in (self.State.PREPARED, self.State.COMMITTED) and self.planned_on < timezone.localdate()


class DrawCandidate(ScopedModel):
    """One row is one object that may be drawn. Frozen with the commitment."""

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="candidates")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    stratum = models.CharField(max_length=60)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_chosen = models.BooleanField(default=False)
    inspection = models.OneToOneField(
        Inspection, null=True, blank=True, on_delete=models.PROTECT, related_name="drawn_as"
    )

    scope = Scope(unit_path="draw__unit__path", programme="draw__programme_id", below=Q())

    class Meta:
        ordering = ["draw", "stratum", "code"]
        constraints = [models.UniqueConstraint(fields=["draw", "code"], name="draw_candidate_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class DrawInspector(ScopedModel):
    """One row is one person on the frozen list of inspectors."""

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="inspectors")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", help_text="Excused from its objects.")

    scope = Scope(unit_path="draw__unit__path", programme="draw__programme_id", below=Q())

    class Meta:
        ordering = ["draw", "code"]
        constraints = [models.UniqueConstraint(fields=["draw", "code"], name="draw_inspector_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class DrawExcuse(ScopedModel):
    """One row keeps one inspector away from one object. Frozen with the commitment.

    ``kind`` is published; ``reason`` may tell of somebody's health or family and is for those who may see the draw
    (specification 7.8).
    """

    class Kind(models.TextChoices):
        OWN_UNIT = "own_unit", _("own unit")
        RELATION = "relation", _("relation")
        OTHER = "other", pgettext_lazy("exception of a draw", "other")

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="excuses")
    candidate = models.ForeignKey(DrawCandidate, on_delete=models.CASCADE, related_name="excuses")
    inspector = models.ForeignKey(DrawInspector, on_delete=models.CASCADE, related_name="excuses")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.OTHER)
    reason = models.CharField(max_length=120)

    scope = Scope(unit_path="draw__unit__path", programme="draw__programme_id", below=Q())

    class Meta:
        ordering = ["draw", "candidate", "inspector"]
        constraints = [models.UniqueConstraint(fields=["candidate", "inspector"], name="draw_excuse_once")]

    def __str__(self) -> str:
        return f"{self.inspector_id} not for {self.candidate_id}"


class DrawPair(ScopedModel):
    """One row sends one drawn inspector to one drawn object. Append-only."""

    candidate = models.ForeignKey(DrawCandidate, on_delete=models.CASCADE, related_name="pairs")
    inspector = models.ForeignKey(DrawInspector, on_delete=models.CASCADE, related_name="pairs")

    scope = Scope(unit_path="candidate__draw__unit__path", programme="candidate__draw__programme_id", below=Q())

    class Meta:
        ordering = ["candidate", "inspector"]
        constraints = [models.UniqueConstraint(fields=["candidate", "inspector"], name="draw_pair_once")]

    def __str__(self) -> str:
        return f"{self.inspector_id} → {self.candidate_id}"
