"""The working-day calendar: loaded from the holiday library, edited by the city."""

from django.db import models

from programs.models.scope import Scope, ScopedModel


class Workday(ScopedModel):
    """One row says whether one date is worked. A year without rows makes deadlines provisional (specification 10.3)."""

    date = models.DateField(primary_key=True)
    is_workday = models.BooleanField()
    source = models.CharField(max_length=60)
    note = models.CharField(max_length=60, default="", blank=True)
    edited = models.BooleanField(default=False, help_text="Set by the city; the loader leaves it alone.")

    scope = Scope()

    class Meta:
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date} {'worked' if self.is_workday else 'off'}"
