"""What a plan promises for an event, and the awards that such events created."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from policies.models import Clause, DocumentIssue, in_language
from programs.models import (
    Decision,
    Declaration,
    Indicator,
    Organization,
    Programme,
    Project,
    Scope,
    ScopedModel,
    Unit,
)
from subsidies.models.funds import Fund, Use
from subsidies.money import YuanField


class AwardRule(ScopedModel):
    """One row is one version of what one event of a workflow is worth. Only ``replaced_at`` is ever set afterwards.

    ``amount`` NULL: the document states none. A rule pays only when it is enabled, and that wants an amount and the paper
    it stands on (``authority``): DI13, the award rules of the rivers are still to be issued.
    """

    class Payee(models.TextChoices):
        UNIT = "unit", _("the place itself")
        COUNTY = "county", _("its county")
        APPLICANT = "applicant", _("its county, or the department that applied")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="award_rules")
    workflow = models.SlugField(max_length=40)  # Workflow.code
    verb = models.SlugField(max_length=40)
    kind = models.SlugField(max_length=30, default="", blank=True)  # ProjectKind.code; empty: every kind
    decider_level = models.CharField(max_length=10, choices=Project.Decider)
    version = models.PositiveSmallIntegerField(default=1)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, default="", blank=True)
    fund = models.ForeignKey(Fund, null=True, blank=True, on_delete=models.PROTECT, related_name="rules")
    use = models.CharField(max_length=12, choices=Use, default=Use.AWARD)
    amount = YuanField(null=True, blank=True)
    payee = models.CharField(max_length=10, choices=Payee, default=Payee.UNIT)
    is_enabled = models.BooleanField(default=False)
    stall_workdays = models.PositiveSmallIntegerField(
        default=10, help_text="Money that stays in one hand longer raises an alert (set by the city)."
    )
    quota_indicator = models.ForeignKey(
        Indicator, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # its yearly target says how many the plan asks for; NULL: the registered projects are counted
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    issue = models.ForeignKey(DocumentIssue, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    question_zh = models.CharField(max_length=300, default="", blank=True)  # what the document leaves open
    question_en = models.CharField(max_length=400, default="", blank=True)
    authority = models.CharField(max_length=200, default="", blank=True)  # number and title of the authorising paper
    reason = models.CharField(max_length=300, default="", blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # NULL: from the plan
    recorded_at = models.DateTimeField(db_default=Now())
    replaced_at = models.DateTimeField(null=True, blank=True)

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "workflow", "verb", "kind", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "workflow", "verb", "kind", "decider_level"],
                condition=Q(replaced_at=None),
                name="award_rule_current_once",
            ),
            models.UniqueConstraint(
                fields=["programme", "workflow", "verb", "kind", "decider_level", "version"],
                name="award_rule_version_once",
            ),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gt=0), name="award_rule_amount_positive"),
            models.CheckConstraint(
                condition=Q(is_enabled=False) | (Q(amount__isnull=False, fund__isnull=False) & ~Q(authority="")),
                name="award_rule_enabled_is_complete",
            ),
            models.CheckConstraint(condition=Q(stall_workdays__gt=0), name="award_rule_stall_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.workflow}.{self.verb} {self.kind or '*'} {self.decider_level} v{self.version}"

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def question(self) -> str:
        return in_language(self, "question")

    @property
    def event(self) -> str:
        return f"{self.workflow}.{self.verb}"


class AwardOrder(ScopedModel):
    """One row is one paper by which a city orders awards to be paid (奖补文件). Append-only."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="award_orders")
    number = models.CharField(max_length=60)
    ordered_on = models.DateField()
    year = models.PositiveSmallIntegerField()
    office = models.CharField(max_length=120, default="", blank=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="award_order_number_once"),
            models.CheckConstraint(condition=~Q(number=""), name="award_order_has_number"),
        ]

    def __str__(self) -> str:
        return self.number


class Award(ScopedModel):
    """One row is money that one event brought one place: made by the Decision, once, with the amount of that day's rule.

    A trigger compares every column with the decision, the rule and the fund; afterwards only the order and the
    cancellation (while nothing was sent) can be entered.
    """

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="award")
    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="awards")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="awards")
    rule = models.ForeignKey(AwardRule, on_delete=models.PROTECT, related_name="awards")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="awards")
    event = models.CharField(max_length=81)  # workflow.verb: a rule's versions are one event
    year = models.PositiveSmallIntegerField()  # of the cycle
    amount = YuanField()
    payee_unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    payee_organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # who took the decision; NULL: a scheduled job
    order = models.ForeignKey(AwardOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="awards")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_reason = models.CharField(max_length=300, default="", blank=True)

    scope = Scope(unit_path="project__unit__path", programme="project__programme_id")

    class Meta:
        ordering = ["-year", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "event"], condition=Q(cancelled_at=None), name="award_once_a_place_and_event"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="award_amount_positive"),
            models.CheckConstraint(
                condition=Q(payee_unit__isnull=False, payee_organization=None)
                | Q(payee_unit=None, payee_organization__isnull=False),
                name="award_has_one_payee",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | ~Q(cancelled_reason=""), name="award_cancelled_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["fund", "year"], condition=Q(cancelled_at=None), name="award_of_fund")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.event} {self.amount}"
