"""Forms of notices and objections. They only read input; services decide."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from policies.models import Clause
from programs.fields import DayField
from programs.models import NoticeItem, Objection, Unit

YES_NO = [("yes", pgettext_lazy("answer", "yes")), ("no", pgettext_lazy("answer", "no"))]


class NoticeForm(forms.Form):
    """What stands around the table. Choices come from the view: ``units``, ``clauses``, ``declarations``."""

    unit = forms.ModelChoiceField(label=_("Whose notice"), queryset=Unit.objects.none(), empty_label=None)
    title = forms.CharField(label=_("Title"), max_length=120)
    text = forms.CharField(
        label=_("Text"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("The table of the chosen declarations follows it. No identity, mobile or account numbers."),
    )  # fmt: skip
    workdays = forms.IntegerField(
        label=_("Working days"), min_value=1, max_value=60, help_text=_("The day of posting is not counted.")
    )
    contact = forms.CharField(
        label=_("Contact for objections"),
        max_length=200,
        help_text=_("Office, address and the office's landline; no mobile number."),
    )
    issuer = forms.CharField(label=_("Issuer"), max_length=120)
    clause = forms.ModelChoiceField(
        label=_("Clause"), queryset=Clause.objects.none(), required=False, empty_label=_("none: set by the city"),
        help_text=_("The clause that asks for the publicity."),
    )  # fmt: skip

    def __init__(self, *args, units, clauses, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["clause"].queryset = clauses  # type: ignore[attr-defined]
        self.fields["clause"].label_from_instance = lambda clause: clause.path  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why a notice is withdrawn."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class ObjectionForm(forms.Form):
    """What somebody objected to; who, stands in the paper register only."""

    register_no = forms.CharField(
        label=_("Number in the paper register"),
        max_length=40,
        help_text=_("The person is named there and nowhere else."),
    )
    received_on = DayField(
        label=_("Received on"),
        initial=timezone.localdate,
    )
    channel = forms.ChoiceField(label=pgettext_lazy("of an objection", "Came"), choices=Objection.Channel.choices)
    item = forms.ModelChoiceField(
        label=_("About"), queryset=NoticeItem.objects.none(), required=False, empty_label=_("the whole notice")
    )
    text = forms.CharField(
        label=_("What is objected to"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In your own words, without names, telephone or identity numbers."),
    )  # fmt: skip

    def __init__(self, *args, items, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items  # type: ignore[attr-defined]
        self.fields["item"].label_from_instance = lambda item: item.declaration.project.name  # type: ignore[attr-defined]


class JudgeForm(forms.Form):
    """Major? True? Why? And what was answered, if it was."""

    is_major = forms.ChoiceField(label=_("Is it major?"), choices=YES_NO, widget=forms.RadioSelect)
    is_true = forms.ChoiceField(label=_("Is it true?"), choices=YES_NO, widget=forms.RadioSelect)
    judgement = forms.CharField(label=_("Reasons"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    answered_on = DayField(label=_("Answered on"), required=False)
    answer = forms.CharField(
        label=_("Answer"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was answered, without the person's name. It may be added later."),
    )  # fmt: skip


class AnswerForm(forms.Form):
    """What the objector was answered, and when."""

    answered_on = DayField(
        label=_("Answered on"),
        initial=timezone.localdate,
    )
    answer = forms.CharField(label=_("Answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
