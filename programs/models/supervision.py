"""Tasks assigned and followed up (督查督办): who owes what by when, what they said, and who checked it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.models.inspections import Rectification
from programs.models.outputs import StoredFile
from programs.models.plans import Programme, Task
from programs.models.scope import Scope, ScopedModel
from programs.models.units import Organization, Unit


class TaskAssignment(ScopedModel):
    """One row is one task for one body: the lead, a responsible bureau, or a county that one clause makes responsible."""

    class Part(models.TextChoices):
        LEAD = "lead", _("lead")
        RESPONSIBLE = "responsible", _("responsible")
        IMPLICIT = "implicit", _("responsible by a general clause")

    class State(models.TextChoices):
        ASSIGNED = "assigned", pgettext_lazy("state of a task", "assigned")
        ACCEPTED = "accepted", pgettext_lazy("state of a task", "accepted")
        IN_PROGRESS = "in_progress", pgettext_lazy("state of a task", "in progress")
        REPORTED = "reported", pgettext_lazy("state of a task", "reported as done")
        CHECKED = "checked", pgettext_lazy("state of a task", "checked")
        DONE = "done", pgettext_lazy("state of a task", "done")
        RECTIFYING = "rectifying", pgettext_lazy("state of a task", "being rectified")
        RECHECKED = "rechecked", pgettext_lazy("state of a task", "rechecked")
        CLOSED = "closed", pgettext_lazy("state of a task", "closed after rectification")

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="assignments")
    part = models.CharField(max_length=12, choices=Part)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assignments", help_text="Where it lies.")
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments"
    )  # NULL: the unit's government
    state = models.CharField(max_length=12, choices=State, default=State.ASSIGNED)
    due_on = models.DateField(null=True, blank=True)  # NULL: the plan names no date and nobody has set one
    first_due_on = models.DateField(null=True, blank=True)
    timetable = models.TextField(default="", blank=True)  # the body's own 时间表 and 路线图
    contact_office = models.CharField(max_length=120, default="", blank=True)  # 责任科室; an office, not a person
    version = models.PositiveIntegerField(default=0)  # grows with every step; a stale one is a conflict
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    assigned_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="unit__path", programme="task__programme_id")

    class Meta:
        ordering = ["task", "unit", "organization"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "unit", "organization"], nulls_distinct=False, name="assignment_once"
            )
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="assignment_board")]

    def __str__(self) -> str:
        return f"{self.task_id} for {self.organization_id or self.unit_id}"


class Milestone(ScopedModel):
    """One row is one dated step on the way that the responsible body set itself."""

    assignment = models.ForeignKey(TaskAssignment, on_delete=models.CASCADE, related_name="milestones")
    text = models.CharField(max_length=200)
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)

    scope = Scope(unit_path="assignment__unit__path", programme="assignment__task__programme_id")

    class Meta:
        ordering = ["assignment", "due_on", "id"]

    def __str__(self) -> str:
        return f"{self.due_on} {self.text[:30]}"


class AssignmentStep(ScopedModel):
    """One row is one step of an assignment. Append-only."""

    assignment = models.ForeignKey(TaskAssignment, on_delete=models.PROTECT, related_name="steps")
    verb = models.SlugField(max_length=20)
    from_state = models.CharField(max_length=12, default="", blank=True)
    to_state = models.CharField(max_length=12)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # NULL: a scheduled job
    office = models.CharField(max_length=120, default="", blank=True)
    comment = models.TextField(default="", blank=True)
    due_on = models.DateField(null=True, blank=True)  # the date that holds from this step on; NULL: it does not change
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200, default="", blank=True)
    at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="assignment__unit__path", programme="assignment__task__programme_id")

    class Meta:
        ordering = ["assignment", "id"]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.verb}"


class TaskFeedback(ScopedModel):
    """One row is what a body said about its task in one period; saying it again is a new row. Append-only."""

    assignment = models.ForeignKey(TaskAssignment, on_delete=models.PROTECT, related_name="feedback")
    period_code = models.CharField(max_length=8)  # as Period.code
    text = models.TextField()
    problems = models.TextField(default="", blank=True)
    is_unchanged = models.BooleanField(default=False)
    was_late = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=120, default="", blank=True)
    at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="assignment__unit__path", programme="assignment__task__programme_id")

    class Meta:
        ordering = ["assignment", "id"]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.period_code}"


class Extension(ScopedModel):
    """One row asks for a later date of an assignment or a rectification; somebody else decides it once."""

    assignment = models.ForeignKey(
        TaskAssignment, null=True, blank=True, on_delete=models.PROTECT, related_name="extensions"
    )
    rectification = models.ForeignKey(
        Rectification, null=True, blank=True, on_delete=models.PROTECT, related_name="extensions"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # of its parent, for the scope
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    due_before = models.DateField()
    asked_until = models.DateField()
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    is_granted = models.BooleanField(null=True, blank=True)  # NULL: not decided
    answer = models.CharField(max_length=300, default="", blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    lapsed_at = models.DateTimeField(null=True, blank=True)  # the work was reported before anybody decided

    scope = Scope(unit_path="unit__path", programme="programme_id")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(assignment=None, rectification__isnull=False)
                | Q(assignment__isnull=False, rectification=None),
                name="extension_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(decided_at=None, lapsed_at=None),
                name="extension_of_assignment_pending_once",
            ),
            models.UniqueConstraint(
                fields=["rectification"],
                condition=Q(decided_at=None, lapsed_at=None),
                name="extension_of_rectification_pending_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, is_granted=None) | Q(decided_at__isnull=False, is_granted__isnull=False),
                name="extension_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None) | Q(lapsed_at=None), name="extension_decided_or_lapsed"
            ),
        ]

    def __str__(self) -> str:
        return f"until {self.asked_until}"


class SupervisionNotice(ScopedModel):
    """One row is one supervision notice (督办单) to one body, about one or more of its assignments."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="supervision_notices")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="supervision_notices", help_text="To whom.")
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    assignments = models.ManyToManyField(TaskAssignment, related_name="notices")
    demand = models.TextField()
    due_on = models.DateField()
    code = models.CharField(max_length=24, unique=True)  # verification code
    snapshot = models.JSONField(default=dict)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_for = models.CharField(
        max_length=120, default="", db_default="", blank=True
    )  # the office in which the person answered
    answer = models.TextField(default="", blank=True)

    scope = Scope(unit_path="unit__path", programme="programme_id")

    class Meta:
        ordering = ["-year", "-number"]
        constraints = [models.UniqueConstraint(fields=["programme", "year", "number"], name="supervision_notice_once")]

    def __str__(self) -> str:
        return f"{self.year}/{self.number}"


class Problem(ScopedModel):
    """One row is one problem on the list of the people's congress, with goal, owner, date and what came of it."""

    class State(models.TextChoices):
        LISTED = "listed", pgettext_lazy("state of a problem", "listed")
        ASSIGNED = "assigned", pgettext_lazy("state of a problem", "assigned")
        RECTIFYING = "rectifying", pgettext_lazy("state of a problem", "being rectified")
        REPORTED = "reported", pgettext_lazy("state of a problem", "reported as solved")
        CLOSED = "closed", pgettext_lazy("state of a problem", "closed")

    class Verdict(models.TextChoices):
        SATISFIED = "satisfied", _("satisfied")
        BASICALLY = "basically", _("basically satisfied")
        UNSATISFIED = "unsatisfied", _("not satisfied")
        NONE = "", _("not voted on")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="problems")
    number = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=200)
    raised_on = models.DateField()
    text = models.TextField()
    goal = models.CharField(max_length=300, default="", blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="problems", help_text="Who owns it.")
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="problems"
    )
    task = models.ForeignKey(Task, null=True, blank=True, on_delete=models.PROTECT, related_name="problems")
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.LISTED)
    verdict = models.CharField(max_length=12, choices=Verdict, default="", blank=True)
    voted_on = models.DateField(null=True, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    scope = Scope(unit_path="unit__path", programme="programme_id")

    class Meta:
        ordering = ["programme", "number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="problem_number_once"),
            models.CheckConstraint(
                condition=Q(verdict="", voted_on=None) | ~Q(verdict="") & Q(voted_on__isnull=False),
                name="problem_verdict_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.text[:30]}"


class ProblemStep(ScopedModel):
    """One row is one step of a problem. Append-only."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="steps")
    verb = models.SlugField(max_length=20)
    from_state = models.CharField(max_length=12, default="", blank=True)
    to_state = models.CharField(max_length=12)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=120, default="", blank=True)
    comment = models.TextField(default="", blank=True)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200, default="", blank=True)
    at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="problem__unit__path", programme="problem__programme_id")

    class Meta:
        ordering = ["problem", "id"]

    def __str__(self) -> str:
        return f"{self.problem_id} {self.verb}"


class Delivery(ScopedModel):
    """One row says that one body delivered, or after all did not deliver, what a step of the plan's cycle asks of it.

    Append-only: the newest row of a programme, step and body holds. The steps are data of the pack (``cycle.csv``).
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="deliveries")
    step = models.CharField(max_length=20)  # the code of the step, as CR14
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # the city of the plan, for the scope
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="deliveries")
    delivered_on = models.DateField(null=True, blank=True)  # NULL: taken back
    note = models.CharField(max_length=300, default="", blank=True)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200, default="", blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    office = models.CharField(max_length=120, default="", blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    scope = Scope(unit_path="unit__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "step", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(delivered_on__isnull=False) | ~Q(note=""), name="delivery_taken_back_with_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.organization_id}"
