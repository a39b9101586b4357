"""What the system makes: summaries, jobs, files, bulletins; and what people tell us about a page."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from programs.models.plans import Indicator, Programme
from programs.models.progress import Period
from programs.models.scope import Scope, ScopedModel
from programs.models.units import Unit


class Summary(ScopedModel):
    """One row is the current figure of one indicator and period for one unit, all approved figures below it added up.

    Only reported indicators have rows; a ratio is divided when it is read. Rebuilt from ApprovedFigure at any time.
    """

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="+", db_index=False)
    period = models.ForeignKey(Period, on_delete=models.CASCADE, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    value = models.DecimalField(max_digits=24, decimal_places=4, null=True)  # NULL: nothing approved yet
    reports = models.PositiveIntegerField(default=0)  # approved figures in the sum
    expected = models.PositiveIntegerField(default=0)  # figures owed below this unit
    refreshed_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="unit__path", programme="indicator__programme_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["period", "indicator", "unit"], name="summary_once", include=["value", "reports", "expected"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id}/{self.period_id}/{self.unit_id} = {self.value}"


class SummaryDirty(models.Model):
    """One row asks for summaries of one indicator and period to be refreshed: all of them, or those at and above ``unit``.

    Claimed by deleting it.
    """

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="+")
    period = models.ForeignKey(Period, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.indicator_id}/{self.period_id}"


class StoredFile(models.Model):
    """One row is one file the system made or accepted, stored by its SHA-256 and never changed."""

    sha256 = models.CharField(max_length=64, unique=True)
    sm3 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.name} {self.sha256[:12]}"


class Job(ScopedModel):
    """One row is one piece of work longer than two seconds. The row is the truth; the broker only wakes a worker."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    kind = models.CharField(max_length=40)  # bulletin, export.xlsx …
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=200, default="", blank=True)
    error = models.TextField(default="", blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(db_default=Now())
    claimed_until = models.DateTimeField(null=True, blank=True)  # a worker that died loses its claim then
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    # a job is shown to the person who asked for it; views filter by requested_by on top of the scope
    scope = Scope()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["state", "claimed_until"], name="job_to_claim", condition=Q(state__in=["waiting", "running"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk} {self.state}"


class Bulletin(ScopedModel):
    """One row is one bulletin (通报) of a programme: what was known ``as_of`` a moment, printed and sealed."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="bulletins")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="bulletins")
    issue_no = models.PositiveSmallIntegerField()  # 第 n 期 of the year
    year = models.PositiveSmallIntegerField()
    as_of = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    code = models.CharField(max_length=24, unique=True)  # verification code printed as QR
    snapshot = models.JSONField(default=dict)  # the figures as printed
    audit_root = models.CharField(max_length=64, default="", blank=True)  # newest seal when it was made
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # NULL: the schedule
    created_at = models.DateTimeField(db_default=Now())
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # published_at empty: a draft that was discarded
    withdrawn_reason = models.CharField(max_length=300, default="", blank=True)

    scope = Scope(
        unit_path="programme__jurisdiction__path", programme="programme_id", below=Q(published_at__isnull=False)
    )

    class Meta:
        ordering = ["-year", "-issue_no", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "year", "issue_no"], condition=~Q(state="withdrawn"), name="bulletin_issue_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(file__isnull=False, published_at__isnull=False),
                name="bulletin_published_has_file",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_at=None)),
                name="bulletin_withdrawn_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.year}/{self.issue_no}"


class Feedback(ScopedModel):
    """One row is what an official told us about a page (specification 12: a feedback function is required)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    page = models.CharField(max_length=300)
    text = models.TextField(max_length=2000)
    at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(default="", blank=True)

    scope = Scope()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.page}: {self.text[:40]}"
