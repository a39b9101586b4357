"""Model villages, towns and belts: what stands beside the shared Project, quotas, honours and what a revocation brings."""

from typing import cast

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from policies.models import Clause, in_language
from programs.models import Decision, Declaration, Draw, Programme, Project, Unit
from programs.models.scope import Scope, ScopedModel

OF_PROJECT = Scope(unit_path="project__unit__path", programme="project__programme_id")
OF_CANDIDATE = Scope(unit_path="candidate__project__unit__path", programme="candidate__project__programme_id")
OF_PLAN = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())


class Source(models.TextChoices):
    """Where the money of a building project comes from (clause 7(2) of the plan)."""

    CITY = "city", _("city funds")
    COUNTY = "county", _("county funds")
    TOWN = "town", _("township funds")
    RURAL = "rural", _("integrated rural funds")
    MATTER = "matter", _("one-matter-one-vote funds")
    PAIRING = "pairing", _("village-enterprise pairing")
    DONATION = "donation", _("donations")
    OWN = "own", _("the village's own income")


class ThreeYearPlan(ScopedModel):
    """One row is one county's three-year plan: a project of kind ``plan`` whose paper is attached to it."""

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="three_year_plan")
    first_year = models.PositiveSmallIntegerField()
    last_year = models.PositiveSmallIntegerField()
    summary = models.TextField(default="", blank=True)

    scope = OF_PROJECT

    class Meta:
        ordering = ["-first_year", "project__unit__code"]
        constraints = [
            models.CheckConstraint(condition=Q(last_year__gte=F("first_year")), name="three_year_plan_order"),
            models.CheckConstraint(condition=Q(last_year__lte=F("first_year") + 2), name="three_year_plan_length"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.first_year}-{self.last_year}"


class Belt(ScopedModel):
    """One row is one belt of a county or county-level city: a project of kind ``belt`` with its members."""

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="belt")
    started_on = models.DateField()
    members = models.ManyToManyField(Unit, related_name="belts", help_text=_("Towns and villages along the belt."))

    scope = OF_PROJECT

    class Meta:
        ordering = ["project__code"]

    def __str__(self) -> str:
        return self.project.name


class Milestone(ScopedModel):
    """One row is what one belt is to show at the end of its first, second or third year, and what was shown."""

    belt = models.ForeignKey(Belt, on_delete=models.CASCADE, related_name="milestones")
    year_no = models.PositiveSmallIntegerField()  # 1 first shape, 2 effect, 3 new look
    goal = models.CharField(max_length=300)
    reached_on = models.DateField(null=True, blank=True)
    shown = models.CharField(max_length=300, default="", blank=True)

    scope = Scope(unit_path="belt__project__unit__path", programme="belt__project__programme_id")

    class Meta:
        ordering = ["belt", "year_no"]
        constraints = [
            models.UniqueConstraint(fields=["belt", "year_no"], name="milestone_once"),
            models.CheckConstraint(condition=Q(year_no__range=(1, 3)), name="milestone_of_three_years"),
        ]

    def __str__(self) -> str:
        return f"{self.belt_id} year {self.year_no}"


class Candidate(ScopedModel):
    """One row is the description of one village or town that applies; its way stands in its declarations."""

    class Style(models.TextChoices):
        WATER = "water", _("water village")
        FOREST = "forest", _("forest village")
        FIELD = "field", _("field village")
        CULTURE = "culture", _("culture village")

    FLAGS = ("has_industry", "has_potential", "has_tourism", "has_culture", "has_strong_cadres", "has_willing_people")

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="candidate")
    style = models.CharField(max_length=8, choices=Style, default="", blank=True)
    belt = models.ForeignKey(Belt, null=True, blank=True, on_delete=models.PROTECT, related_name="candidates")
    hamlets = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    hamlets_are_all = models.BooleanField(_("This is every hamlet of the village"), default=False)
    has_industry = models.BooleanField(_("industry has a base"), default=False)
    has_potential = models.BooleanField(_("development has potential"), default=False)
    has_tourism = models.BooleanField(_("tourism has resources"), default=False)
    has_culture = models.BooleanField(_("culture has roots"), default=False)
    has_strong_cadres = models.BooleanField(_("the village committee is strong"), default=False)
    has_willing_people = models.BooleanField(_("the people want to take part"), default=False)
    version = models.PositiveIntegerField(default=0)  # grows with every saving; a stale one is a conflict

    scope = OF_PROJECT

    class Meta:
        ordering = ["project__code"]

    def __str__(self) -> str:
        return f"candidate {self.project_id}"

    @property
    def flags(self) -> list[tuple[str, bool]]:
        """The six preferences of clause 6(1) with their words."""
        return [
            (str(cast("models.Field", self._meta.get_field(name)).verbose_name), getattr(self, name))
            for name in self.FLAGS
        ]


class BuildProject(ScopedModel):
    """One row is one works project of a candidate; builder, place, content, investment and date are all required."""

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="works")
    position = models.PositiveSmallIntegerField(default=0)
    builder = models.CharField(_("builder"), max_length=80)
    place = models.CharField(_("place"), max_length=80)
    content = models.CharField(_("content"), max_length=300)
    investment = models.DecimalField(_("investment"), max_digits=14, decimal_places=2)  # yuan
    finish_by = models.DateField(_("to be finished by"))
    sources = ArrayField(models.CharField(max_length=10, choices=Source), default=list, blank=True)
    is_tendered = models.BooleanField(_("tendered"), default=False)
    finished_on = models.DateField(_("finished on"), null=True, blank=True)

    scope = OF_CANDIDATE

    class Meta:
        ordering = ["candidate", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(investment__gt=0), name="works_investment_positive"),
            models.CheckConstraint(
                condition=~Q(builder="") & ~Q(place="") & ~Q(content=""), name="works_fields_are_filled"
            ),
        ]

    def __str__(self) -> str:
        return self.content[:40]

    @property
    def source_words(self) -> list[str]:
        return [str(Source(code).label) for code in self.sources]


class SupervisionGroup(ScopedModel):
    """One row is the quality-supervision group of one tendered project: how many of each kind, never who."""

    works = models.OneToOneField(BuildProject, on_delete=models.CASCADE, related_name="group")
    formed_on = models.DateField(_("formed on"))
    township_cadres = models.PositiveSmallIntegerField(_("township cadres in charge of the village"))
    village_cadres = models.PositiveSmallIntegerField(_("members of the two village committees"))
    villagers = models.PositiveSmallIntegerField(_("representatives of the villagers"))

    scope = Scope(
        unit_path="works__candidate__project__unit__path", programme="works__candidate__project__programme_id"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(township_cadres__gte=1, village_cadres__gte=1, villagers__gte=1),
                name="supervision_group_has_all_kinds",
            )
        ]

    def __str__(self) -> str:
        return f"group of {self.works_id}"


class SupervisionRecord(ScopedModel):
    """One row is one visit of the group to the works and what it saw. Append-only."""

    group = models.ForeignKey(SupervisionGroup, on_delete=models.CASCADE, related_name="records")
    on = models.DateField(_("day"))
    text = models.CharField(_("what was seen"), max_length=300)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(db_default=Now())

    scope = Scope(
        unit_path="group__works__candidate__project__unit__path",
        programme="group__works__candidate__project__programme_id",
    )

    class Meta:
        ordering = ["group", "on", "id"]

    def __str__(self) -> str:
        return f"{self.group_id} {self.on}"


class Quota(ScopedModel):
    """One row is how many places of one kind and level one unit owes a year. ``minimum`` NULL: the plan names none."""

    class Kind(models.TextChoices):
        VILLAGE = "village", _("model villages")
        TOWN = "town", _("model towns")
        BELT = "belt", _("model belts")

    class Period(models.TextChoices):
        PER_YEAR = "per_year", _("every year")
        NOT_STATED = "not_stated", _("period not stated")
        TWO_TO_THREE = "within_2_to_3_years", _("within two to three years")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="village_quotas")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="village_quotas")
    kind = models.CharField(max_length=8, choices=Kind)
    level = models.CharField(max_length=8, choices=Project.Decider)
    minimum = models.PositiveSmallIntegerField(null=True, blank=True)
    maximum = models.PositiveSmallIntegerField(null=True, blank=True)
    period = models.CharField(max_length=20, choices=Period)
    award = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)  # yuan for each
    is_settled = models.BooleanField(default=True)  # False: the document leaves open whether the unit owes any (DI06)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note_zh = models.CharField(max_length=300, default="", blank=True)
    note_en = models.CharField(max_length=400, default="", blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # NULL: from the plan
    reason = models.CharField(max_length=300, default="", blank=True)

    scope = OF_PLAN

    class Meta:
        ordering = ["unit__code", "kind", "level"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "unit", "kind", "level"], name="village_quota_once"),
            models.CheckConstraint(
                condition=Q(is_settled=True) | Q(minimum=None), name="village_quota_open_has_no_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.kind} {self.level}"

    @property
    def note(self) -> str:
        return in_language(self, "note")


class Pot(ScopedModel):
    """One row is one sum of money that the plan names, with what it does not say about it. Not a fund with a balance."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="village_pots")
    code = models.CharField(max_length=8)  # MR03, MR04 of the money rules
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=160, default="", blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2)  # yuan
    is_yearly = models.BooleanField(null=True, blank=True)  # NULL: the document does not say (DI07)
    is_for_awards = models.BooleanField(default=False)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    scope = OF_PLAN

    class Meta:
        ordering = ["programme", "code"]
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="village_pot_once")]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        return in_language(self, "name")


class Honour(ScopedModel):
    """One row is one place honoured once: the plaque and the paper that commends it. A revocation is added, never deleted."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="honours")
    declaration = models.OneToOneField(Declaration, on_delete=models.PROTECT, related_name="honour")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="honour")
    level = models.CharField(max_length=8, choices=Project.Decider)
    year = models.PositiveSmallIntegerField()  # of the cycle
    plaque_no = models.CharField(max_length=40)
    commendation_no = models.CharField(max_length=60)
    honoured_on = models.DateField()
    revoked_on = models.DateField(null=True, blank=True)
    revoked_by = models.OneToOneField(
        Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="revoked_honour"
    )

    scope = OF_PROJECT

    class Meta:
        ordering = ["-honoured_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["level", "plaque_no"], name="honour_plaque_once"),
            models.UniqueConstraint(  # a project is one place at one kind and level
                fields=["project"], condition=Q(revoked_on=None), name="honour_in_force_once"
            ),
            models.CheckConstraint(
                condition=Q(revoked_on=None, revoked_by=None) | Q(revoked_on__isnull=False, revoked_by__isnull=False),
                name="honour_revoked_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.plaque_no}"


class Sanction(ScopedModel):
    """One row is one of the three consequences of a revocation. ``until`` NULL: the plan names no end."""

    class Kind(models.TextChoices):
        CRITICISM = "criticism", _("criticised throughout the city")
        NO_AWARDS = "no_awards", _("its leaders take part in no appraisal for honours")
        NO_PROJECTS = "no_projects", _("no rural projects are assigned to it")

    honour = models.ForeignKey(Honour, on_delete=models.PROTECT, related_name="sanctions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="village_sanctions")
    kind = models.CharField(max_length=12, choices=Kind)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)  # last day included
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="sanctions")
    lifted_on = models.DateField(null=True, blank=True)
    lift_reason = models.CharField(max_length=300, default="", blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    scope = Scope(unit_path="unit__path", programme="honour__project__programme_id")

    class Meta:
        ordering = ["unit", "kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["honour", "decision", "kind"], name="sanction_once"),
            models.CheckConstraint(condition=Q(lifted_on=None) | ~Q(lift_reason=""), name="sanction_lifted_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.kind}"


class CountySample(ScopedModel):
    """One row plans which places that counties decided in ``year`` the city looks at; its draw says which they are.

    ``basis`` with ``amount`` is what was asked for in each county; the frozen quota of the draw is what came of it.
    """

    class Basis(models.TextChoices):
        NUMBER = "number", _("so many in each county")
        SHARE = "share", _("a share of each county's places, in per cent")

    draw = models.OneToOneField(Draw, on_delete=models.PROTECT, related_name="county_sample")
    year = models.PositiveSmallIntegerField()  # of the cycle in which the counties decided
    basis = models.CharField(max_length=6, choices=Basis)
    amount = models.PositiveSmallIntegerField()
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(db_default=Now())

    scope = Scope(
        unit_path="draw__unit__path", programme="draw__programme_id", below=Q(draw__committed_at__isnull=False)
    )

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(basis="number", amount__gte=1) | Q(basis="share", amount__range=(1, 100)),
                name="county_sample_amount",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.amount} {self.basis}"
