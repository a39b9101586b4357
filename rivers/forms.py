"""Forms of the rivers: the self-evaluation that is handed in, classes of the water, chiefs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.fields import DayField
from programs.models import Project
from rivers.models import RiverChief


class SelfEvaluationForm(forms.Form):
    """What a county's river-chief office hands in. ``score`` counts only while no score template is published."""

    score = forms.DecimalField(
        label=_("Self-score"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("0 to 100, as in the self-evaluation report. 80 or more may be filed."),
    )
    evaluated_on = DayField(label=_("Self-evaluated on"))
    summary = forms.CharField(
        label=_("Main shortcomings"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the building plan has to put right, by dimension."),
    )

    def __init__(self, *args: Any, project: Project | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project

    def clean_evaluated_on(self):
        day = self.cleaned_data["evaluated_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet. Enter the day of the self-evaluation."))
        return day


class ClassesForm(forms.Form):
    """Classes of one year: pasted lines, each the number of the water and then January to December."""

    year = forms.IntegerField(label=_("Year"), min_value=2020, max_value=2100)
    source = forms.CharField(label=_("Source"), max_length=120, help_text=_("Who measured, in which report."))
    lines = forms.CharField(
        label=_("Classes"),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_(
            "One line for each water, as copied from a table: its number, then the classes from January on. "
            "1 to 6 or the Roman numerals; an empty cell leaves the month as it is."
        ),
    )
    reason = forms.CharField(
        label=_("Reason for corrections"),
        max_length=200,
        required=False,
        help_text=_("Wanted only where a class that is recorded already changes."),
    )


class ChiefForm(forms.Form):
    """One river chief as named on the sign."""

    level = forms.ChoiceField(label=_("Level of the chief"), choices=RiverChief.Level.choices)
    person = forms.CharField(label=_("Name on the sign"), max_length=40)
    post = forms.CharField(label=_("Post"), max_length=80)
    since = DayField(label=_("Chief since"))
