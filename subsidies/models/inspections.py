"""Which fund a special inspection looked at."""

from django.db import models

from programs.models import Inspection, Scope, ScopedModel
from subsidies.models.funds import Fund


class FundInspection(ScopedModel):
    """One row says that one inspection is a special inspection of one fund. Written with the inspection, never changed."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="inspections")
    inspection = models.OneToOneField(Inspection, on_delete=models.PROTECT, related_name="of_fund")

    scope = Scope(unit_path="inspection__unit__path", programme="inspection__programme_id")

    class Meta:
        ordering = ["-inspection"]

    def __str__(self) -> str:
        return f"{self.fund_id} #{self.inspection_id}"
