"""What a plan asks for: programmes, indicators, targets, tasks, and who owes which figure."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from policies.models import Clause, Document, DocumentIssue, in_language
from programs.models.scope import Scope, ScopedModel
from programs.models.units import Organization, Unit


class Programme(ScopedModel):
    """One row is one plan being carried through in one jurisdiction."""

    class Cadence(models.TextChoices):
        MONTH = "month", _("monthly")
        QUARTER = "quarter", _("quarterly")
        HALF = "half", _("half-yearly")
        YEAR = "year", _("yearly")

    code = models.SlugField(max_length=60, unique=True)
    module = models.SlugField(max_length=30)  # code of the initiative's ProgrammeModule
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    short_zh = models.CharField(max_length=30, default="", blank=True)
    short_en = models.CharField(max_length=60, default="", blank=True)
    jurisdiction = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="programmes")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="programmes")
    basis = models.ForeignKey(
        Clause,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Clause that asks for reporting.",
    )
    lead = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="leads")
    reporting_level = models.CharField(max_length=10, choices=Unit.Level)
    cadence = models.CharField(max_length=8, choices=Cadence, default=Cadence.MONTH)
    due_workdays = models.PositiveSmallIntegerField(
        default=5, help_text="Due on the nth working day after the period (set by the city)."
    )
    lock_days = models.PositiveSmallIntegerField(
        default=30, help_text="Locked this many days after the period ends (set by the city)."
    )
    starts_on = models.DateField()
    reports_from = models.DateField(
        null=True, blank=True, help_text="Periods are opened from this day on; empty: from the start."
    )
    ends_on = models.DateField(null=True, blank=True)  # last day on which a period may start
    position = models.PositiveSmallIntegerField(default=0)

    scope = Scope(unit_path="jurisdiction__path", programme="pk", below=Q())

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def short(self) -> str:
        return in_language(self, "short") or self.name


class Indicator(ScopedModel):
    """One row is one figure with one definition. A ratio is kept as two reported indicators and divided last."""

    class Counting(models.TextChoices):
        CUMULATIVE = "cumulative", _("cumulative since the start of the plan")
        CUMULATIVE_YEAR = "cumulative_year", _("cumulative since 1 January")
        POINT = "point", _("at the end of the period")
        FLOW = "flow", _("in the period")
        RATIO = "ratio", _("ratio of two indicators")
        FORMULA = "formula", _("worked out from other indicators")

    class Direction(models.TextChoices):
        HIGHER = "higher", _("larger is better")
        LOWER = "lower", _("smaller is better")
        NEUTRAL = "neutral", _("neither")

    class Binding(models.TextChoices):
        BINDING = "binding", _("binding")
        EXPECTED = "expected", _("expected")
        NOT_STATED = "", _("not stated")

    class Maximum(models.TextChoices):
        NONE = "", _("no maximum")
        NUMBER = "number", _("a number")
        INDICATOR = "indicator", _("another indicator of the same unit and period")
        VILLAGES = "villages", _("the number of villages in the unit")
        TARGET = "target", _("the unit's own target")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="indicators")
    code = models.SlugField(max_length=60, unique=True)
    source_key = models.CharField(max_length=20, default="", blank=True)  # EC01, CO1 … of the source table
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    short_zh = models.CharField(max_length=30, default="", blank=True)
    short_en = models.CharField(max_length=60, default="", blank=True)
    definition_zh = models.TextField(default="", blank=True)
    definition_en = models.TextField(default="", blank=True)
    unit_zh = models.CharField(max_length=20)  # unit of measure: 户, 万元, %
    unit_en = models.CharField(max_length=30, default="", blank=True)
    decimals = models.PositiveSmallIntegerField(default=0)
    in_ten_thousands = models.BooleanField(
        default=False, db_default=False,
        help_text="Stored and entered in the measure, shown in ten thousands of it in Chinese (specification 8, no. 11).",
    )  # fmt: skip
    counting = models.CharField(max_length=16, choices=Counting)
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.HIGHER)
    binding = models.CharField(max_length=8, choices=Binding, default="", blank=True)
    numerator = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    denominator = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    factor = models.DecimalField(
        max_digits=12, decimal_places=4, default=1, help_text="Ratio × factor: 100 for a percentage."
    )
    formula = models.CharField(
        max_length=500,
        default="",
        blank=True,
        help_text="Of other indicators, same unit and period (docs/formulas.md).",
    )
    maximum = models.CharField(max_length=10, choices=Maximum, default="", blank=True)
    maximum_value = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    maximum_indicator = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    jump_factor = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        default=3,
        help_text="A change by more than this factor wants a reason (set by the city).",
    )
    is_reported = models.BooleanField(
        default=True, help_text="Entered by reporters; False for ratios and derived figures."
    )
    is_headline = models.BooleanField(default=False, help_text="Shown at the top of the programme's page.")
    weight = models.DecimalField(
        max_digits=6, decimal_places=2, default=0, help_text="Points in the ranking of results; 0 is not ranked."
    )
    baseline = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)  # NULL is unknown, not zero
    baseline_on = models.DateField(null=True, blank=True)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="indicators")
    position = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(counting="ratio")
                | Q(numerator__isnull=False, denominator__isnull=False, is_reported=False),
                name="indicator_ratio_has_both_parts",
            ),
            models.CheckConstraint(
                condition=Q(counting="formula", is_reported=False) & ~Q(formula="")
                | ~Q(counting="formula") & Q(formula=""),
                name="indicator_formula_where_counted_so",
            ),
            models.CheckConstraint(condition=Q(decimals__lte=4), name="indicator_decimals_at_most_4"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def short(self) -> str:
        return in_language(self, "short") or self.name

    @property
    def definition(self) -> str:
        return in_language(self, "definition")

    @property
    def measure(self) -> str:
        """Unit of measure in the active language."""
        return in_language(self, "unit")

    @property
    def is_shown_in_ten_thousands(self) -> bool:
        """Chinese counts in ten thousands; other languages show what is stored."""
        return self.in_ten_thousands and (get_language() or "").startswith("zh")

    @property
    def shown_measure(self) -> str:
        """The measure its figures are shown in, which need not be the one they are entered in."""
        if self.is_shown_in_ten_thousands:
            return gettext("ten thousand %(measure)s") % {"measure": self.measure}
        return self.measure


class ReferenceSeries(ScopedModel):
    """One row is one value of a series outside the plan that a target refers to (growth of spending, dibao standard)."""

    code = models.SlugField(max_length=60)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=20, default="", blank=True)  # urban, rural
    year = models.PositiveSmallIntegerField()
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)  # NULL is unknown
    source = models.CharField(max_length=200, default="", blank=True)

    scope = Scope()

    class Meta:
        ordering = ["code", "group", "year"]
        constraints = [models.UniqueConstraint(fields=["code", "unit", "group", "year"], name="reference_series_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.group} {self.year}"


class Target(ScopedModel):
    """One row is one version of what one unit was assigned. Never a sum. A change closes the row and inserts another."""

    class Comparator(models.TextChoices):
        GTE = "gte", "≥"
        GT = "gt", ">"
        LTE = "lte", "≤"
        LT = "lt", "<"
        EQ = "eq", "="
        RANGE = "range", _("between")
        ABOUT = "about", "≈"
        GTE_SERIES = "gte_series", _("≥ a reference series")
        GTE_RATIO = "gte_ratio", _("≥ a multiple of another standard")
        TEXT = "text", _("described in words")

    class Hardness(models.TextChoices):
        FIRM = "firm", _("firm")
        GENERAL = "general", _("generally")
        IN_PRINCIPLE = "in_principle", _("in principle")
        STRIVE = "strive", _("strive for")
        BASICALLY = "basically", _("basically")
        ABOUT = "about", _("about")

    class PeriodKind(models.TextChoices):
        BY_END = "by_end", _("by the end of")
        IN_YEAR = "in_year", _("within the year")
        ANNUAL = "annual", _("every year")
        CUMULATIVE = "cumulative", _("cumulative")
        CUMULATIVE_ASSUMED = "cumulative_assumed", _("cumulative (assumed)")
        CONTINUOUS = "continuous", _("at all times")
        EVENT = "event", _("on an event")
        BEFORE = "before", _("before")
        MID_TERM = "mid_term", _("mid-term")
        NOT_STATED = "not_stated", _("not stated")

    class Level(models.TextChoices):
        WHOLE = "whole", _("the unit as a whole")
        EACH_UNIT = "each_unit", _("each unit below")
        EACH_FACILITY = "each_facility", _("each facility")
        EACH_PERSON = "each_person", _("each person")

    class State(models.TextChoices):
        NUMBER = "number", _("a number")
        NOT_ASSIGNED = "not_assigned", _("not assigned")
        NOT_APPLICABLE = "not_applicable", _("not applicable (/)")
        LOST = "lost", _("lost in the source")

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="targets")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="targets")
    period_kind = models.CharField(max_length=20, choices=PeriodKind)
    year = models.PositiveSmallIntegerField(null=True, blank=True)  # NULL with ANNUAL: every year
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.NUMBER)
    comparator = models.CharField(max_length=12, choices=Comparator, default=Comparator.GTE)
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    value_to = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    text_zh = models.CharField(max_length=300, default="", blank=True)
    text_en = models.CharField(max_length=400, default="", blank=True)
    series_code = models.SlugField(
        max_length=60, default="", blank=True
    )  # ReferenceSeries.code for gte_series, gte_ratio
    hardness = models.CharField(max_length=12, choices=Hardness, default=Hardness.FIRM)
    level = models.CharField(max_length=14, choices=Level, default=Level.WHOLE)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="targets")
    issues = models.ManyToManyField(DocumentIssue, related_name="targets", blank=True)
    is_inferred = models.BooleanField(default=False, help_text="The unit's name was lost in the source and inferred.")
    note_zh = models.CharField(max_length=400, default="", blank=True)
    note_en = models.CharField(max_length=500, default="", blank=True)
    # the version
    recorded_at = models.DateTimeField(db_default=Now())
    replaced_at = models.DateTimeField(null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300, default="", blank=True)
    authorised_by = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    authorising_text = models.CharField(max_length=200, default="", blank=True)  # a paper that is not in the system

    scope = Scope(unit_path="unit__path", programme="indicator__programme_id", below=Q())

    class Meta:
        ordering = ["indicator", "unit", "year", "due_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "period_kind", "year", "due_on"],
                condition=Q(replaced_at=None),
                nulls_distinct=False,
                name="target_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="number") | Q(value=None), name="target_without_number_has_no_value"
            ),
            models.CheckConstraint(
                condition=~Q(state="number") | Q(value__isnull=False) | Q(comparator__in=["gte_series", "text"]),
                name="target_with_number_has_value",
            ),
            models.CheckConstraint(
                condition=~Q(comparator="range") | Q(value_to__gte=F("value")) | Q(value=None),
                name="target_range_order",
            ),
        ]
        indexes = [models.Index(fields=["unit", "indicator"], condition=Q(replaced_at=None), name="target_current")]

    def __str__(self) -> str:
        return f"{self.indicator_id} at {self.unit_id}: {self.comparator} {self.value}"

    @property
    def note(self) -> str:
        return in_language(self, "note")

    @property
    def text(self) -> str:
        return in_language(self, "text")


class ReportingDuty(ScopedModel):
    """One row says that one unit owes one indicator's figure. What is not here is not asked and not expected."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="duties")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="duties")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    scope = Scope(unit_path="unit__path", programme="indicator__programme_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["indicator", "unit"], condition=Q(valid_to=None), name="duty_once")
        ]
        indexes = [models.Index(fields=["unit", "indicator"], name="duty_unit")]

    def __str__(self) -> str:
        return f"{self.unit_id} owes {self.indicator_id}"


class Task(ScopedModel):
    """One row is one numbered task of a plan, with the bodies that answer for it."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="tasks")
    number = models.PositiveSmallIntegerField()
    section_no = models.CharField(max_length=20, default="", blank=True)
    section = models.CharField(max_length=60, default="", blank=True)
    section_en = models.CharField(max_length=120, default="", blank=True)
    summary_zh = models.TextField()
    summary_en = models.TextField(default="", blank=True)
    lead = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="lead_tasks")
    responsible = models.ManyToManyField(Organization, related_name="tasks", blank=True)
    counties_implicitly_responsible = models.BooleanField(default=False)
    measures = models.JSONField(default=list, blank=True)  # [{"metric", "comparator", "target", "unit"}]
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    note_zh = models.TextField(default="", blank=True)
    note_en = models.TextField(default="", blank=True)

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "number"]
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="task_number_once")]

    def __str__(self) -> str:
        return f"{self.number}. {self.summary_zh[:30]}"

    @property
    def summary(self) -> str:
        return in_language(self, "summary")

    @property
    def note(self) -> str:
        return in_language(self, "note")
