"""What a water must reach to be filed and named, and what it was found to reach."""

from django.db import models
from django.db.models import Q

from policies.models import Clause
from programs.models import Decision, Inspection, Programme, Project
from programs.models.scope import Scope, ScopedModel
from rivers.models.waters import THROUGH_WATER, WaterBody


class Standard(ScopedModel):
    """One row holds the numbers of one level. NULL means that the document states none: the county sets its own."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="river_standards")
    level = models.CharField(max_length=10, choices=Project.Decider)
    filing_score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)  # at least
    naming_score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)  # at least
    worst_grade = models.PositiveSmallIntegerField(null=True, blank=True)  # of the water class, at most
    quality_months = models.PositiveSmallIntegerField(default=12)  # a whole year before the month of evaluation
    filing_clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    naming_clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    quality_clause = models.ForeignKey(Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    scope = Scope(unit_path="programme__jurisdiction__path", programme="programme_id", below=Q())

    class Meta:
        ordering = ["programme", "level"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "level"], name="river_standard_once"),
            models.CheckConstraint(
                condition=(Q(filing_score=None) | Q(filing_score__range=(0, 100)))
                & (Q(naming_score=None) | Q(naming_score__range=(0, 100))),
                name="river_standard_scores_to_100",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.level}"


class Evaluation(ScopedModel):
    """One row is one evaluation that a water passed or failed, written with its decision. Append-only.

    ``inspection`` NULL: no score template is published for the level, the total stands in the paper ``paper_number``.
    """

    water = models.ForeignKey(WaterBody, on_delete=models.PROTECT, related_name="evaluations")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="river_evaluation")
    inspection = models.ForeignKey(Inspection, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    score = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)  # NULL: the county gives none
    satisfaction = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)  # percent
    methods = models.JSONField(default=list)  # of METHODS in rivers/guards.py
    panel = models.CharField(max_length=300, default="", blank=True)
    paper_number = models.CharField(max_length=60, default="", blank=True)
    worst_grade = models.PositiveSmallIntegerField(null=True, blank=True)  # of the months looked at
    is_passed = models.BooleanField()
    evaluated_on = models.DateField()

    scope = THROUGH_WATER

    class Meta:
        ordering = ["water", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__range=(0, 100)), name="river_evaluation_score_to_100"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.water_id} {self.score}"
