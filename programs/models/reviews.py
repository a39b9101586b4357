"""What happens on the plan's own calendar: runs of scheduled reviews, digests, snapshots, rankings, burden reports."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from programs.models.outputs import StoredFile
from programs.models.plans import Programme
from programs.models.scope import Scope, ScopedModel
from programs.models.units import Unit


class ReviewRun(ScopedModel):
    """One row is one run of one scheduled review for one day. A second run of the same day changes nothing more."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    class Via(models.TextChoices):
        SCHEDULE = "schedule", _("the schedule")
        PAGE = "page", _("its page")
        COMMAND = "command", _("the command line")

    review = models.SlugField(max_length=40)  # code in programs.reviews
    as_of = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    changed = models.PositiveIntegerField(default=0)  # how many things it made or moved
    result = models.JSONField(default=dict)  # {"words": n, …} for the page
    error = models.TextField(default="", blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # NULL: nobody signed in
    via = models.CharField(max_length=8, choices=Via, default=Via.SCHEDULE, db_default=Via.SCHEDULE)

    scope = Scope()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["review", "-id"], name="review_last_run")]

    def __str__(self) -> str:
        return f"{self.review} {self.as_of} {self.state}"


class Digest(ScopedModel):
    """One row is one person's one reminder of one working day: what is due soon and what is late."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests")
    on = models.DateField()
    items = models.JSONField(default=list)  # [{"kind", "text_zh", "text_en", "url", "due_on", "light"}]
    made_at = models.DateTimeField(db_default=Now())
    dismissed_at = models.DateTimeField(null=True, blank=True)  # by the person; nobody else is told

    scope = Scope()

    class Meta:
        ordering = ["-on", "user"]
        constraints = [models.UniqueConstraint(fields=["user", "on"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.on}"


class Snapshot(ScopedModel):
    """One row keeps a programme's figures and lights as they stood at the end of one month. Append-only."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="snapshots")
    month = models.CharField(max_length=7)  # 2026-10
    data = models.JSONField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "-month"]
        constraints = [models.UniqueConstraint(fields=["programme", "month"], name="snapshot_once")]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.month}"


class RankingRule(ScopedModel):
    """One row is one version of how a programme's units are ranked: results only, never logins, forms or photos.

    ``minimum_share``: points of weight, of 100, a score must rest on before it takes a place. Ours, no document asks it.
    """

    MINIMUM_SHARE = 50  # where a programme has set nothing else

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="ranking_rules")
    version = models.PositiveSmallIntegerField()
    parts = models.JSONField()  # [{"indicator": code, "weight": "20.00", "measure": "completion" | "value"}]
    missing = models.CharField(max_length=10)  # zero, excluded
    minimum_share = models.PositiveSmallIntegerField(default=MINIMUM_SHARE, db_default=MINIMUM_SHARE)
    appeal_workdays = models.PositiveSmallIntegerField(default=5)
    reason = models.CharField(max_length=300)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(db_default=Now())
    replaced_at = models.DateTimeField(null=True, blank=True)

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="ranking_rule_version_once"),
            models.UniqueConstraint(
                fields=["programme"], condition=Q(replaced_at=None), name="ranking_rule_current_once"
            ),
            models.CheckConstraint(condition=Q(minimum_share__lte=100), name="ranking_rule_minimum_share"),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} v{self.version}"


class Ranking(ScopedModel):
    """One row is one periodic paper of a programme: 季点评, 半年总结 or 年度排名, as it was known at ``as_of``.

    The monthly paper is the ``Bulletin``.
    """

    class Kind(models.TextChoices):
        QUARTER = "quarter", _("quarterly review")
        HALF = "half", _("half-year summary")
        YEAR = "year", _("yearly ranking")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        APPEAL = "appeal", _("open to appeals")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="rankings")
    kind = models.CharField(max_length=8, choices=Kind)
    period_code = models.CharField(max_length=8)  # 2026-10, 2026-Q3, 2026-H1, 2026
    rule = models.ForeignKey(RankingRule, on_delete=models.PROTECT, related_name="rankings")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    as_of = models.DateTimeField()
    snapshot = models.JSONField(default=dict)  # what is printed, with every input
    appeal_until = models.DateField(null=True, blank=True)
    appeal_is_provisional = models.BooleanField(default=False)
    code = models.CharField(max_length=24, unique=True)  # verification code
    pdf = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    docx = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # NULL: the schedule
    created_at = models.DateTimeField(db_default=Now())
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, default="", blank=True)

    scope = Scope(
        unit_path="programme__jurisdiction__path", programme="programme_id", below=~Q(state__in=["draft", "withdrawn"])
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "kind", "period_code"], condition=~Q(state="withdrawn"), name="ranking_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False, pdf__isnull=False),
                name="ranking_published_has_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.kind} {self.period_code}"


class RankingAppeal(ScopedModel):
    """One row is one unit's objection to its place or its inputs, decided by somebody else before publication."""

    ranking = models.ForeignKey(Ranking, on_delete=models.PROTECT, related_name="appeals")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    is_upheld = models.BooleanField(null=True, blank=True)  # NULL: not decided
    answer = models.TextField(default="", blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    scope = Scope(unit_path="unit__path", programme="ranking__programme_id")

    class Meta:
        ordering = ["ranking", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ranking", "unit"], condition=Q(decided_at=None), name="ranking_appeal_pending_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, is_upheld=None)
                | Q(decided_at__isnull=False, is_upheld__isnull=False) & ~Q(answer=""),
                name="ranking_appeal_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ranking_id} {self.unit_id}"


class BurdenReport(ScopedModel):
    """One row says what one month asked of the grassroots of one city: forms, cells, repeated questions. Never who."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="burden_reports")
    month = models.CharField(max_length=7)
    data = models.JSONField()
    made_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="unit__path", below=Q())

    class Meta:
        ordering = ["unit", "-month"]
        constraints = [models.UniqueConstraint(fields=["unit", "month"], name="burden_report_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.month}"
