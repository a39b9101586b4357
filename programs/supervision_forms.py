"""Forms of assigned tasks, extensions, notices and problems. They only read input; services decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.fields import DayField
from programs.models import Organization, Problem, Programme, Unit


def words_field(label: Any, rows: int = 3, most: int = 2000, **fields: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **fields)


class StepForm(forms.Form):
    """One step of a task: what to say, and a paper that shows it. ``version``: the one looked at."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    comment = words_field(_("In words"), required=False)
    file = forms.FileField(
        label=_("Paper"),
        required=False,
        help_text=_("PDF, JPG, PNG, DOCX or XLSX. Only where the clause asks for one."),
    )
    due_on = DayField(
        label=_("To be put right by"),
        required=False,
        help_text=_("Only when it goes back: the new last day of the task."),
    )


class FeedbackForm(forms.Form):
    """How a task stands in one period."""

    period = forms.ChoiceField(label=_("Period"))
    text = words_field(_("What was done"), rows=4, required=False)
    problems = words_field(_("What stands in the way"), rows=2, required=False)

    def __init__(self, *args: Any, spans: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = [(span.code, span.code) for span in spans]  # type: ignore[attr-defined]


class AskForm(forms.Form):
    """A later date and why."""

    asked_until = DayField(label=_("New date"))
    reason = words_field(_("Reason"), rows=2, most=300, help_text=_("What is not finished, and why."))


class DecideForm(forms.Form):
    """What the approver says to a request for a later date."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("grant", _("Grant the later date")), ("refuse", _("Keep the present date"))],
        error_messages={"required": _("Choose one of the two.")},
    )
    answer = words_field(_("Remark"), rows=2, most=300, required=False)


class DateForm(forms.Form):
    """The first date of a task that has none."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    due_on = DayField(label=_("Date"))


class PlanForm(forms.Form):
    """The body's own way to the goal."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    timetable = words_field(_("Timetable and way"), rows=3, required=False)
    contact_office = forms.CharField(
        label=_("Office in charge"), max_length=120, required=False, help_text=_("An office, not a person.")
    )


class MilestoneForm(forms.Form):
    """One dated step on the way; an empty one is left out."""

    text = forms.CharField(label=_("Milestone"), max_length=200, required=False)
    due_on = DayField(label=pgettext_lazy("milestone", "By"), required=False)
    done_on = DayField(label=_("Done on"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("text") and not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("A milestone wants a date."))
        if data.get("due_on") and not data.get("text"):
            self.add_error("text", _("A milestone wants words."))
        return data


MilestoneFormSet = forms.formset_factory(MilestoneForm, extra=2, max_num=12)


class NoticeForm(forms.Form):
    """A supervision notice to one body."""

    demand = words_field(_("What is demanded"), rows=5)
    due_on = DayField(label=_("To be answered by"))


class AnswerForm(forms.Form):
    """What the body answers to a supervision notice."""

    answer = words_field(pgettext_lazy("supervision notice", "Answer"), rows=5)


class ProblemForm(forms.Form):
    """One problem of the list handed over by the people's congress."""

    source = forms.CharField(label=_("Handed over by"), max_length=200)
    raised_on = DayField(label=_("Handed over by the congress on"))
    text = words_field(_("Problem"), rows=3)
    goal = forms.CharField(label=_("Goal of the rectification"), max_length=300, required=False)
    unit = forms.ModelChoiceField(label=_("Unit that owns it"), queryset=Unit.objects.none(), empty_label=None)
    organization = forms.ModelChoiceField(
        label=_("Body"), queryset=Organization.objects.none(), required=False, empty_label=_("the unit's government")
    )
    due_on = DayField(label=_("To be solved by"), required=False)

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        top = programme.jurisdiction
        units = Unit.objects.filter(
            path__startswith=top.path, level__in=[top.level, Unit.Level.COUNTY], valid_to=None
        ).order_by("code")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["organization"].queryset = Organization.objects.filter(  # type: ignore[attr-defined]
            unit__in=units, valid_to=None
        ).order_by("unit__code", "code")


class DeliveryForm(forms.Form):
    """What was delivered for one step of the cycle. ``bodies``: those the plan asks; one alone needs no tick."""

    step = forms.CharField(max_length=20, widget=forms.HiddenInput)
    bodies = forms.ModelMultipleChoiceField(
        label=_("Who delivered"), queryset=Organization.objects.none(), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick the bodies that delivered.")},
    )  # fmt: skip
    delivered_on = DayField(label=_("Delivered on"), required=False)
    note = words_field(_("Remark"), rows=2, most=300, required=False)
    file = forms.FileField(label=_("Paper"), required=False)

    def __init__(self, *args: Any, bodies: Sequence[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["bodies"]
        field.queryset = Organization.objects.filter(pk__in=[body.pk for body in bodies]).order_by("code")
        field.label_from_instance = lambda body: body.label
        if len(bodies) == 1:
            field.initial = [bodies[0].pk]


class ProblemStepForm(forms.Form):
    """One step of a problem."""

    comment = words_field(_("In words"), required=False)
    file = forms.FileField(label=_("Evidence"), required=False)
    goal = forms.CharField(label=_("Goal of the rectification"), max_length=300, required=False)
    due_on = DayField(label=_("To be solved by"), required=False)
    verdict = forms.ChoiceField(
        label=_("Result of the vote"),
        choices=[("", "—"), *[(one.value, one.label) for one in Problem.Verdict if one.value]],
        required=False,
    )
    voted_on = DayField(label=_("Voted on"), required=False)
