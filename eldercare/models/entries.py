"""What every row of the registry has: who entered it last, and a version against two people writing at once."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from policies.models import in_language
from programs.models import Programme, Unit
from programs.models.scope import ScopedModel


class Entry(ScopedModel):
    """A row that a unit's reporters keep up to date. ``version`` counts its changes."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, default="", blank=True)
    note = models.CharField(max_length=300, default="", blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")
