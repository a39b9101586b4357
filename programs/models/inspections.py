"""Checklists, inspections by them, what they find, and how that is put right."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from policies.models import Clause, full_width, in_language
from programs.models.declarations import Declaration
from programs.models.outputs import StoredFile
from programs.models.plans import Programme
from programs.models.projects import Project
from programs.models.scope import Scope, ScopedModel
from programs.models.units import Organization, Unit


class Purpose(models.TextChoices):
    SELF_EVALUATION = "self_evaluation", _("self-evaluation")
    PRELIMINARY = "preliminary", _("preliminary acceptance")
    ACCEPTANCE = "acceptance", _("acceptance")
    EVALUATION = "evaluation", _("evaluation")
    RECHECK = "recheck", _("recheck")
    SAMPLE = "sample", _("sample check of a lower level's decision")
    SUPERVISION = "supervision", _("supervision")
    RANDOM = "random", _("random inspection")
    FUNDS = "funds", _("special inspection of funds")


class Checklist(ScopedModel):
    """One row is one version of a checklist or score template. A published version never changes; a new one replaces it."""

    class Mode(models.TextChoices):
        ITEMS = "items", _("item by item: pass, fail or not applicable")
        POINTS = "points", _("points for each item")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="checklists")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="checklists", help_text="Who sets it.")
    code = models.SlugField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, default="", blank=True)
    level = models.CharField(max_length=10, choices=Project.Decider, default="", blank=True)
    purposes = models.JSONField(default=list)  # [Purpose]
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.ITEMS)
    full_points = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    pass_points = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)  # NULL: the step decides
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note_zh = models.CharField(max_length=300, default="", blank=True)
    note_en = models.CharField(max_length=400, default="", blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)

    scope = Scope(unit_path="unit__path", programme="programme_id", below=Q(published_at__isnull=False))

    class Meta:
        ordering = ["programme", "code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="checklist_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(state="published"), name="checklist_published_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def note(self) -> str:
        return in_language(self, "note")


class ChecklistItem(ScopedModel):
    """One row is one item of a checklist, with the clause that asks for it."""

    checklist = models.ForeignKey(Checklist, on_delete=models.CASCADE, related_name="items")
    code = models.CharField(max_length=12)
    group_zh = models.CharField(max_length=40, default="", blank=True)
    group_en = models.CharField(max_length=80, default="", blank=True)
    text_zh = models.CharField(max_length=300)
    text_en = models.CharField(max_length=400, default="", blank=True)
    comparator = models.CharField(max_length=4, default="", blank=True)  # gte, lte, eq; empty: judged by eye
    threshold = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    measure_zh = models.CharField(max_length=20, default="", blank=True)
    measure_en = models.CharField(max_length=30, default="", blank=True)
    points = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)  # most points of the item
    may_not_apply = models.BooleanField(default=True)
    wants_evidence = models.BooleanField(default=False, help_text="Only where a clause asks for it.")
    clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    scope = Scope(unit_path="checklist__unit__path", programme="checklist__programme_id", below=Q())

    class Meta:
        ordering = ["checklist", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["checklist", "code"], name="checklist_item_once"),
            models.CheckConstraint(
                condition=Q(comparator="", threshold=None) | ~Q(comparator="") & Q(threshold__isnull=False),
                name="checklist_item_threshold_with_comparator",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text_zh[:20]}"

    @property
    def text(self) -> str:
        return full_width(in_language(self, "text"))

    @property
    def group(self) -> str:
        return in_language(self, "group")

    @property
    def measure(self) -> str:
        return in_language(self, "measure")


class Inspection(ScopedModel):
    """One row is one inspection by one checklist. Scores change until it is closed; a re-inspection is a new row."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("inspection", "open")
        CLOSED = "closed", pgettext_lazy("inspection", "closed")
        VOID = "void", _("given up")

    class Outcome(models.TextChoices):
        PASS = "pass", pgettext_lazy("inspection", "passed")
        FAIL = "fail", pgettext_lazy("inspection", "failed")
        NONE = "", _("not decided")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="inspections")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="inspections", help_text="What lies here.")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.PROTECT, related_name="inspections")
    declaration = models.ForeignKey(
        Declaration, null=True, blank=True, on_delete=models.PROTECT, related_name="inspections"
    )
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="inspections")
    purpose = models.CharField(max_length=16, choices=Purpose)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    inspected_on = models.DateField(null=True, blank=True)
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=120, default="", blank=True)
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    panel = models.JSONField(default=list)  # [{"name", "organization"}]: who took part
    methods = models.JSONField(default=list)  # codes of the methods used
    satisfaction = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)  # percent
    total = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)  # frozen on closing
    outcome = models.CharField(max_length=4, choices=Outcome, default="", blank=True)
    conclusion = models.TextField(default="", blank=True)
    previous = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="repeats"
    )  # a re-inspection names the one before
    version = models.PositiveIntegerField(default=0)  # grows with every saving; a stale one is a conflict
    client_key = models.UUIDField(null=True, blank=True, unique=True)  # made on the device, for sending once
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    void_reason = models.CharField(max_length=200, default="", blank=True)

    scope = Scope(unit_path="unit__path", programme="programme_id")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="closed")
                | Q(closed_at__isnull=False, closed_by__isnull=False, inspected_on__isnull=False) & ~Q(outcome=""),
                name="inspection_closed_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction=None) | Q(satisfaction__range=(0, 100)), name="inspection_satisfaction_percent"
            ),
            models.CheckConstraint(condition=~Q(state="void") | ~Q(void_reason=""), name="inspection_void_has_reason"),
        ]
        indexes = [models.Index(fields=["declaration", "purpose"], name="inspection_of_declaration")]

    def __str__(self) -> str:
        return f"{self.purpose} #{self.pk}"


class InspectionScore(ScopedModel):
    """One row is the result of one item of one inspection. NULL points are not scored, which is not zero."""

    class Result(models.TextChoices):
        PASS = "pass", _("pass")
        FAIL = "fail", _("fail")
        NOT_APPLICABLE = "na", _("not applicable")
        NONE = "", _("not looked at")

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="scores")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="scores")
    result = models.CharField(max_length=4, choices=Result, default="", blank=True)
    value = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    points = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    note = models.CharField(max_length=500, default="", blank=True)
    replaced = models.JSONField(null=True, blank=True)  # the four fields as text, as they were before this writing
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="inspection__unit__path", programme="inspection__programme_id")

    class Meta:
        ordering = ["inspection", "item__position"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "item"], name="inspection_score_once"),
            models.CheckConstraint(condition=Q(points=None) | Q(points__gte=0), name="inspection_points_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id}/{self.item_id} {self.result}"


class InspectionPhoto(ScopedModel):
    """One row is one optional photo: the original, a copy without location data, and a fingerprint of the picture."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="photos")
    item = models.ForeignKey(ChecklistItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    original = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    shown = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")  # re-encoded, nothing but pixels
    fingerprint = models.CharField(max_length=32)  # dHash, 128 bits as hex
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True, blank=True)

    scope = Scope(unit_path="inspection__unit__path", programme="inspection__programme_id")

    class Meta:
        ordering = ["inspection", "id"]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.fingerprint}"


class Finding(ScopedModel):
    """One row is one thing found wrong. Written when the inspection is closed, or by the inspector before."""

    class Severity(models.TextChoices):
        MINOR = "minor", _("minor")
        SERIOUS = "serious", _("serious")

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="findings")
    item = models.ForeignKey(ChecklistItem, null=True, blank=True, on_delete=models.PROTECT, related_name="findings")
    text = models.CharField(max_length=500)
    severity = models.CharField(max_length=8, choices=Severity, default=Severity.MINOR)
    repeats = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="repeated_by"
    )  # the last finding on the same item at the same place
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="inspection__unit__path", programme="inspection__programme_id")

    class Meta:
        ordering = ["inspection", "id"]

    def __str__(self) -> str:
        return self.text[:40]


class Rectification(ScopedModel):
    """One row is one finding being put right, or one problem named by the people's congress (see ``Problem``)."""

    class State(models.TextChoices):
        ASSIGNED = "assigned", _("assigned")
        IN_PROGRESS = "in_progress", _("in progress")
        REPORTED = "reported", _("reported as done")
        CLOSED = "closed", _("closed after a revisit")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="rectifications")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="rectifications", help_text="Who owns it.")
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="rectifications"
    )
    finding = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="rectification")
    goal = models.CharField(max_length=300)
    state = models.CharField(max_length=12, choices=State, default=State.ASSIGNED)
    due_on = models.DateField()
    due_is_provisional = models.BooleanField(default=False)
    first_due_on = models.DateField()
    escalation = models.PositiveSmallIntegerField(default=0)  # 0 nobody, 1 the county, 2 the city
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(db_default=Now())
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    scope = Scope(unit_path="unit__path", programme="programme_id")

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gte=F("first_due_on")), name="rectification_due_only_later"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | ~Q(state="closed") & Q(closed_at=None),
                name="rectification_closed_has_moment",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="rectification_open", condition=~Q(state="closed"))]

    def __str__(self) -> str:
        return f"#{self.pk} {self.goal[:30]}"


class RectificationStep(ScopedModel):
    """One row is one step of a rectification, with evidence where there is some. Append-only."""

    rectification = models.ForeignKey(Rectification, on_delete=models.PROTECT, related_name="steps")
    verb = models.SlugField(max_length=20)  # assign, accept, report, close, send_back, escalate, extend
    from_state = models.CharField(max_length=12, default="", blank=True)
    to_state = models.CharField(max_length=12)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # NULL: a scheduled job
    office = models.CharField(max_length=120, default="", blank=True)
    comment = models.TextField(default="", blank=True)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200, default="", blank=True)
    revisited_on = models.DateField(null=True, blank=True)
    at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="rectification__unit__path", programme="rectification__programme_id")

    class Meta:
        ordering = ["rectification", "id"]

    def __str__(self) -> str:
        return f"{self.rectification_id} {self.verb}"
