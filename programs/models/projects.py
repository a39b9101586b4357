"""One thing one unit does in one programme, the year it is done in, and the papers that belong to it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from policies.models import in_language
from programs.models.outputs import StoredFile
from programs.models.plans import Programme
from programs.models.scope import Scope, ScopedModel
from programs.models.units import Organization, Unit


class Cycle(ScopedModel):
    """One row is one year of one programme: declarations, rechecks and rankings of that year hang on it."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="cycles")
    year = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "-year"]
        constraints = [models.UniqueConstraint(fields=["programme", "year"], name="cycle_once")]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.year}"


class Project(ScopedModel):
    """One row is one thing one unit does in one programme: a village, a belt, a reach, a facility.

    The hinge of the shared tables. An initiative's own columns stand in a table one-to-one with it.
    """

    class Decider(models.TextChoices):
        PROVINCE = "province", _("provincial level")
        CITY = "city", _("city level")
        COUNTY = "county", _("county level")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="projects")
    kind = models.SlugField(max_length=30)  # code of a ProjectKind of the programme's module: village, river …
    code = models.SlugField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, default="", blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="projects", help_text="Who does it.")
    applicant = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
        help_text="The body that applies; it never accepts.",
    )
    decider_level = models.CharField(max_length=10, choices=Decider, default=Decider.CITY)
    plan_year = models.PositiveSmallIntegerField(null=True, blank=True)  # NULL: the plan names none
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # NULL: loaded from the plan's own table

    scope = Scope(unit_path="unit__path", programme="programme_id")

    class Meta:
        ordering = ["programme", "code"]
        indexes = [models.Index(fields=["programme", "kind", "plan_year"], name="project_list")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")


class Attachment(ScopedModel):
    """One row is one version of one paper of a project. A newer version replaces the row; nothing is deleted."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="attachments")
    declaration = models.ForeignKey(
        "programs.Declaration", null=True, blank=True, on_delete=models.PROTECT, related_name="attachments"
    )  # NULL: belongs to the project whatever the year
    kind = models.SlugField(max_length=40)  # code of a DocumentKind of the workflow; "other" for the rest
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)  # as uploaded, without folders
    version = models.PositiveSmallIntegerField(default=1)
    note = models.CharField(max_length=200, default="", blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(db_default=Now())
    replaced_at = models.DateTimeField(null=True, blank=True)

    scope = Scope(unit_path="project__unit__path", programme="project__programme_id")

    class Meta:
        ordering = ["kind", "version", "id"]
        indexes = [models.Index(fields=["project", "kind"], condition=Q(replaced_at=None), name="attachment_current")]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version} {self.name}"
