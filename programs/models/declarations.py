"""Applications and their way through the plan's procedure. Stages are code (an initiative's ``workflow.py``), dates are rows."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from policies.models import Clause
from programs.models.plans import Programme
from programs.models.projects import Cycle, Project
from programs.models.scope import Scope, ScopedModel
from programs.models.units import Organization, Unit

THROUGH_PROJECT = Scope(unit_path="project__unit__path", programme="project__programme_id")


class Declaration(ScopedModel):
    """One row is one project's way through one workflow in one cycle. Only ``services.declarations`` sets its stage."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="declarations")
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="declarations")
    workflow = models.SlugField(max_length=40)  # Workflow.code
    stage = models.SlugField(max_length=40)
    stage_since = models.DateTimeField(db_default=Now())
    revision = models.PositiveIntegerField(default=0)  # newest DeclarationRevision; 0: never handed in
    draft = models.JSONField(default=dict, blank=True)  # what was typed since, exactly as typed
    is_open = models.BooleanField(default=True)  # False once a final stage is reached
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # NULL: a scheduled job
    created_at = models.DateTimeField(db_default=Now())

    scope = THROUGH_PROJECT

    class Meta:
        ordering = ["-cycle__year", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "cycle", "workflow"], name="declaration_once_a_cycle"),
        ]
        indexes = [
            models.Index(fields=["workflow", "stage"], condition=Q(is_open=True), name="declaration_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.workflow} {self.project_id}/{self.cycle_id} {self.stage}"


class DeclarationRevision(ScopedModel):
    """One row is what was handed in: the fields and the papers as they were. Append-only."""

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    data = models.JSONField(default=dict)
    papers = models.JSONField(default=list)  # [{"attachment", "kind", "name", "version", "sha256", "sm3"}]
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="declaration__project__unit__path", programme="declaration__project__programme_id")

    class Meta:
        ordering = ["declaration", "number"]
        constraints = [models.UniqueConstraint(fields=["declaration", "number"], name="declaration_revision_once")]

    def __str__(self) -> str:
        return f"{self.declaration_id} r{self.number}"


class Decision(ScopedModel):
    """One row is one step of a declaration: who, in which office, from where to where, on what grounds. Append-only."""

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="decisions")
    revision = models.PositiveIntegerField(default=0)
    verb = models.SlugField(max_length=40)
    from_stage = models.SlugField(max_length=40)
    to_stage = models.SlugField(max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # NULL: a scheduled job
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=120, default="", blank=True)  # its name at the time
    hands_in = models.BooleanField(default=False)  # a step of the applying side: its actor decides no later step
    comment = models.TextField(default="", blank=True)
    number = models.CharField(max_length=60, default="", blank=True)  # of the paper the decision stands on
    decided_on = models.DateField()  # the date in that paper; the day of entry where there is none
    overrides = models.JSONField(default=list)  # soft rules: [{"code", "message", "rule", "clause", "reason"}]
    evidence = models.JSONField(default=list)  # [{"attachment", "kind", "name", "version", "sha256"}]
    facts = models.JSONField(default=dict)  # further fields the step asked for
    workflow_version = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="declaration__project__unit__path", programme="declaration__project__programme_id")

    class Meta:
        ordering = ["declaration", "id"]

    def __str__(self) -> str:
        return f"{self.declaration_id}: {self.from_stage} → {self.to_stage}"


class StageDeadline(ScopedModel):
    """One row says when one step may and must be taken. The row of the nearest unit wins; a change closes the row.

    Dates are month and day of the cycle's year plus ``year_offset``; or ``workdays`` working days after the step before.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="deadlines")
    workflow = models.SlugField(max_length=40)
    verb = models.SlugField(max_length=40)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    opens_month = models.PositiveSmallIntegerField(null=True, blank=True)
    opens_day = models.PositiveSmallIntegerField(null=True, blank=True)
    opens_year_offset = models.SmallIntegerField(default=0)
    closes_month = models.PositiveSmallIntegerField(null=True, blank=True)
    closes_day = models.PositiveSmallIntegerField(null=True, blank=True)
    closes_year_offset = models.SmallIntegerField(default=0)
    workdays = models.PositiveSmallIntegerField(null=True, blank=True)
    is_hard = models.BooleanField(default=True)
    source_key = models.CharField(max_length=20, default="", blank=True)  # CR06 … of the calendar table
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="deadlines")
    reason = models.CharField(max_length=300, default="", blank=True)  # why this unit, why this change
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(db_default=Now())
    replaced_at = models.DateTimeField(null=True, blank=True)

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "workflow", "verb", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "workflow", "verb", "unit"],
                condition=Q(replaced_at=None),
                nulls_distinct=False,
                name="stage_deadline_once",
            ),
            models.CheckConstraint(
                condition=Q(opens_month=None, opens_day=None) | Q(opens_month__range=(1, 12), opens_day__range=(1, 31)),
                name="stage_deadline_opens_is_a_date",
            ),
            models.CheckConstraint(
                condition=Q(closes_month=None, closes_day=None)
                | Q(closes_month__range=(1, 12), closes_day__range=(1, 31)),
                name="stage_deadline_closes_is_a_date",
            ),
            models.CheckConstraint(
                condition=Q(opens_month__isnull=False) | Q(closes_month__isnull=False) | Q(workdays__isnull=False),
                name="stage_deadline_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workflow}.{self.verb} at {self.unit_id}"


class CohortExemption(ScopedModel):
    """One row frees the declarations of one year from the dates of one step (or all), with a reason."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="exemptions")
    year = models.PositiveSmallIntegerField()  # Cycle.year
    workflow = models.SlugField(max_length=40)
    verb = models.SlugField(max_length=40, default="", blank=True)  # empty: every step
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True, blank=True)

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "year", "workflow", "verb", "unit"],
                condition=Q(revoked_at=None),
                nulls_distinct=False,
                name="cohort_exemption_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="cohort_exemption_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.year} {self.verb or '*'}"


class Notice(ScopedModel):
    """One row is one publicity notice (公示), built from allowed fields; anybody can read it while it is up."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        POSTED = "posted", _("posted")
        ENDED = "ended", _("ended")
        WITHDRAWN = "withdrawn", _("withdrawn")

    code = models.CharField(max_length=24, unique=True)  # in its public address
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="notices")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="notices", help_text="Whose notice it is.")
    title = models.CharField(max_length=120)
    text = models.TextField()  # the sentences around the table, checked for numbers of people
    contact = models.CharField(max_length=200)  # office and its public telephone
    issuer = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    workdays = models.PositiveSmallIntegerField()
    posted_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)  # last day, included
    ends_is_provisional = models.BooleanField(default=False)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, default="", blank=True)

    scope = Scope(unit_path="unit__path", programme="programme_id", below=Q(posted_on__isnull=False))

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["posted", "ended"]) | Q(posted_on__isnull=False, ends_on__isnull=False),
                name="notice_posted_has_dates",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("posted_on")), name="notice_ends_after_posting"
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(withdrawn_reason=""), name="notice_withdrawn_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class NoticeItem(ScopedModel):
    """One row is one line of a notice: a declaration, and the allowed fields as they were shown."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="items")
    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="notice_items")
    position = models.PositiveSmallIntegerField()
    shown = models.JSONField(default=dict)  # [["label", "text"], …] of allowed fields only, in order

    scope = Scope(unit_path="notice__unit__path", programme="notice__programme_id")

    class Meta:
        ordering = ["notice", "position"]
        constraints = [models.UniqueConstraint(fields=["notice", "declaration"], name="notice_item_once")]

    def __str__(self) -> str:
        return f"{self.notice_id}/{self.position}"


class NoticeTerm(ScopedModel):
    """One row is an earlier end of a notice, kept when the calendar was loaded and the end computed again. Append-only."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="earlier_terms")
    ends_on = models.DateField()
    was_provisional = models.BooleanField()
    reason = models.CharField(max_length=200)
    replaced_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="notice__unit__path", programme="notice__programme_id")

    class Meta:
        ordering = ["notice", "id"]

    def __str__(self) -> str:
        return f"{self.notice_id} until {self.ends_on}"


class Objection(ScopedModel):
    """One row is one objection to a notice. Who raised it stays in the paper register; here only its number."""

    class Channel(models.TextChoices):
        VISIT = "visit", _("in person")
        LETTER = "letter", _("by letter")
        PHONE = "phone", _("by telephone")
        MAIL = "mail", _("by e-mail")

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="objections")
    item = models.ForeignKey(NoticeItem, null=True, blank=True, on_delete=models.PROTECT, related_name="objections")
    received_on = models.DateField()
    channel = models.CharField(max_length=10, choices=Channel)
    register_no = models.CharField(max_length=40)  # in the office's own register, where the person is named
    text = models.TextField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    is_major = models.BooleanField(null=True, blank=True)  # NULL: not judged
    is_true = models.BooleanField(null=True, blank=True)
    judgement = models.TextField(default="", blank=True)  # the reasons
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    judged_at = models.DateTimeField(null=True, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answer = models.TextField(default="", blank=True)

    scope = Scope(unit_path="notice__unit__path", programme="notice__programme_id")

    class Meta:
        ordering = ["notice", "id"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "register_no"], name="objection_registered_once"),
            models.CheckConstraint(
                condition=Q(judged_at=None, is_major=None, is_true=None)
                | Q(judged_at__isnull=False, is_major__isnull=False, is_true__isnull=False) & ~Q(judgement=""),
                name="objection_judged_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.register_no}"

    @property
    def stops(self) -> bool:
        """Only a major and true objection stops a naming (specification 5.4)."""
        return bool(self.is_major and self.is_true)
