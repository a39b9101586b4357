"""What people type when targets are assigned: which one, its figure, the reason and the paper."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from policies.models import Document
from programs.models import Indicator, Programme, Target, Unit
from programs.services.target_times import PeriodKey
from programs.step_forms import want


class BasisForm(forms.Form):
    """Why a target is set, and the paper that allows it."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    authorised_by = forms.ModelChoiceField(
        label=_("Authorising document"), queryset=Document.objects.order_by("code"), required=False,
        empty_label=_("A paper that is not in the library"),
    )  # fmt: skip
    authorising_text = forms.CharField(
        label=_("Number or name of the paper"), max_length=200, required=False,
        help_text=_("Wanted when no document is chosen."),
    )  # fmt: skip


class SplitForm(BasisForm):
    """What a split wants beside its figures."""

    allow_stretch = forms.BooleanField(
        label=_("Allow the parts to exceed the whole"), required=False,
        help_text=_("Only the approver of the programme; the reason above says why."),
    )  # fmt: skip


class WhichForm(forms.Form):
    """Which target: of which unit, for which indicator, for when."""

    indicator = forms.ModelChoiceField(
        label=_("Indicator"), queryset=Indicator.objects.none(), to_field_name="code", empty_label=None
    )
    unit = forms.ChoiceField(label=_("Unit"))
    key = forms.TypedChoiceField(label=_("Time"), coerce=PeriodKey.read)

    def __init__(
        self, *args: Any, programme: Programme, units: Iterable[Unit], keys: Iterable[PeriodKey], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        rows = programme.indicators.filter(valid_to=None).order_by("position", "code")
        self.fields["indicator"].queryset = rows  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["indicator"].label_from_instance = lambda one: f"{one.short}（{one.shown_measure}）"  # type: ignore[attr-defined]
        self.fields["unit"].choices = [(one.code, one.label) for one in units]  # type: ignore[attr-defined]
        self.fields["key"].choices = [(str(one), words_of(one)) for one in keys]  # type: ignore[attr-defined]


class SetTargetForm(BasisForm):
    """The new figure of one target."""

    text = forms.CharField(
        label=_("New target"), max_length=60, required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("Empty: not assigned. /: not applicable. 0 is zero."),
    )  # fmt: skip
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field_order = ("text", "reason", "authorised_by", "authorising_text", "seen")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        want(self.fields["text"])  # empty says something too


def words_of(key: PeriodKey) -> str:
    """The time of a target in words: "within the year 2026"."""
    return " ".join(filter(None, [str(Target.PeriodKind(key.kind).label), str(key.due_on or key.year or "")]))
