"""Periods, and the figures reported in them: mutable drafts, append-only history."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.models.plans import Indicator, Programme
from programs.models.scope import Scope, ScopedModel
from programs.models.units import Unit


class Period(ScopedModel):
    """One row is one reporting period of one programme. Open from ``opens_on``; due on ``due_on``; then locked."""

    class LockReason(models.TextChoices):
        EXPIRED = "expired", _("the time for entry has expired")
        CLOSED = "closed", _("closed by the bureau")
        APPROVED = "approved", _("everything is approved")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="periods")
    code = models.CharField(max_length=8)  # 2026-10, 2026-Q3, 2026-H1, 2026
    starts_on = models.DateField()
    ends_on = models.DateField()
    opens_on = models.DateField()
    due_on = models.DateField()
    due_is_provisional = models.BooleanField(default=False)  # the calendar of that year is not loaded
    locks_on = models.DateField()
    locked_at = models.DateTimeField(null=True, blank=True)
    lock_reason = models.CharField(max_length=10, choices=LockReason, default="", blank=True)
    lock_comment = models.CharField(max_length=300, default="", blank=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "-starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="period_once"),
            models.CheckConstraint(
                condition=Q(locked_at=None, lock_reason="") | Q(locked_at__isnull=False) & ~Q(lock_reason=""),
                name="period_lock_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None


class ReportState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    REVIEWED = "reviewed", _("reviewed")
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("returned")


class ProgressReport(ScopedModel):
    """One row is one cell: one indicator of one unit in one period, with where it stands now.

    ``state``, ``revision`` and the copies of the newest revision are written by ``services.progress`` only.
    """

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="reports")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="reports")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="reports")
    state = models.CharField(max_length=10, choices=ReportState, default=ReportState.DRAFT)
    revision = models.PositiveIntegerField(default=0)  # number of the newest submitted revision; 0: none yet
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)  # of the newest revision
    flags = models.JSONField(default=list, blank=True)  # findings of the newest revision: [{"code", "level", …}]
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="unit__path", programme="indicator__programme_id")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "unit", "period"], name="report_cell_once"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(revision__gte=1, value__isnull=False, submitted_by__isnull=False),
                name="report_has_revision",
            ),
        ]
        indexes = [
            models.Index(fields=["period", "unit"], name="report_period_unit"),
            models.Index(fields=["period", "state"], name="report_period_state"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id}/{self.unit_id}/{self.period_id} {self.state}"


class ProgressDraft(ScopedModel):
    """One row is what somebody typed into a cell and has not submitted: the text as typed, and its value if it has one."""

    report = models.OneToOneField(ProgressReport, on_delete=models.CASCADE, related_name="draft")
    text = models.CharField(max_length=60, default="", blank=True)
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    reason = models.CharField(max_length=500, default="", blank=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)  # a save must name the version it changes

    scope = Scope(unit_path="report__unit__path", programme="report__indicator__programme_id")

    def __str__(self) -> str:
        return f"draft of {self.report_id}: {self.text}"


class ProgressRevision(ScopedModel):
    """One row is one submitted value. Append-only: a correction is another row with another number."""

    class Source(models.TextChoices):
        WEB = "web", _("entered in the browser")
        XLSX = "xlsx", _("imported from Excel")
        API = "api", _("sent through the API")
        NO_CHANGE = "no_change", _("reported as unchanged")
        CORRECTION = "correction", _("correction request")

    report = models.ForeignKey(ProgressReport, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    value = models.DecimalField(max_digits=20, decimal_places=4)
    reason = models.CharField(max_length=500, default="", blank=True)
    source = models.CharField(max_length=10, choices=Source, default=Source.WEB)
    flags = models.JSONField(default=list, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="report__unit__path", programme="report__indicator__programme_id")

    class Meta:
        ordering = ["report", "number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="revision_number_once")]

    def __str__(self) -> str:
        return f"{self.report_id} revision {self.number}: {self.value}"


class ProgressDecision(ScopedModel):
    """One row is one step somebody took with a revision. Append-only."""

    class Verb(models.TextChoices):
        SUBMIT = "submit", pgettext_lazy("act", "submitted")
        WITHDRAW = "withdraw", pgettext_lazy("act", "withdrew")
        REVIEW = "review", pgettext_lazy("act", "reviewed")
        APPROVE = "approve", pgettext_lazy("act", "approved")
        RETURN = "return", pgettext_lazy("act", "returned")

    revision = models.ForeignKey(ProgressRevision, on_delete=models.PROTECT, related_name="decisions")
    verb = models.CharField(max_length=10, choices=Verb)
    from_state = models.CharField(max_length=10, choices=ReportState)
    to_state = models.CharField(max_length=10, choices=ReportState)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=80, default="", blank=True)  # the actor's organization at the time
    comment = models.CharField(max_length=500, default="", blank=True)
    ask = models.CharField(max_length=500, default="", blank=True)  # returned: what the reporter should do
    redo_by = models.DateField(null=True, blank=True)
    at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="revision__report__unit__path", programme="revision__report__indicator__programme_id")

    class Meta:
        ordering = ["revision", "id"]

    def __str__(self) -> str:
        return f"{self.verb} by {self.actor_id}"


class ApprovedFigure(ScopedModel):
    """One row makes one revision count from ``approved_at`` on. Append-only; the newest one by a moment is the figure."""

    revision = models.OneToOneField(ProgressRevision, on_delete=models.PROTECT, related_name="figure")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+", db_index=False)
    value = models.DecimalField(max_digits=20, decimal_places=4)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    approved_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="unit__path", programme="indicator__programme_id")

    class Meta:
        indexes = [
            models.Index(
                fields=["period", "indicator", "unit", "-approved_at", "-id"], name="figure_newest", include=["value"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id}/{self.unit_id}/{self.period_id} = {self.value}"


class CorrectionRequest(ScopedModel):
    """One row asks to change a figure after it was approved or its period locked, and says how that ended."""

    class State(models.TextChoices):
        OPEN = "open", _("waiting for a decision")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    report = models.ForeignKey(ProgressReport, on_delete=models.PROTECT, related_name="corrections")
    base_revision = (
        models.PositiveIntegerField()
    )  # the revision it wants to replace; 0: the period was locked unreported
    value = models.DecimalField(max_digits=20, decimal_places=4)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    comment = models.CharField(max_length=500, default="", blank=True)
    revision = models.OneToOneField(
        ProgressRevision, null=True, blank=True, on_delete=models.PROTECT, related_name="correction"
    )

    scope = Scope(unit_path="report__unit__path", programme="report__indicator__programme_id")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["report"], condition=Q(state="open"), name="correction_one_open_per_report"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="correction_has_reason"),
        ]

    def __str__(self) -> str:
        return f"correction of {self.report_id} to {self.value} ({self.state})"
