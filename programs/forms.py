"""Forms of entry, review, corrections and periods. They only read input; services decide."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from programs.models import Period
from programs.services.calendar import WorkCalendar
from programs.templatetags.luoshi import day as in_words

REDO_DAYS = 5  # working days a reporter may be given, set by the city
USUAL_REDO = 2


def read_tokens(values: list[str]) -> dict[int, int]:
    """``["12-1 13-2", "14-1"]`` → {12: 1, 13: 2, 14: 1}, report ids and revisions looked at; anything else is left out."""
    found = {}
    for token in " ".join(values).split():
        report, _dash, revision = token.partition("-")
        if (
            report.isascii()
            and report.isdigit()
            and revision.isascii()
            and revision.isdigit()
            and len(report) < 19
            and len(revision) < 10
        ):
            found[int(report)] = int(revision)
    return found


class CorrectionForm(forms.Form):
    """The new figure of a locked or approved cell, as typed, and why."""

    value = forms.CharField(
        label=_("New figure"),
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=500, error_messages={"required": _("A correction wants a reason.")}, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was wrong, and where the right figure comes from."),
    )  # fmt: skip


class DecisionForm(forms.Form):
    """What the approver says to a correction."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("approve", _("Approve")), ("refuse", _("Refuse"))],
        error_messages={"required": _("Choose one of the two.")},
    )
    comment = forms.CharField(
        label=_("Remark"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class LockForm(forms.Form):
    """How a period is closed by hand; the calendar's own lock needs no form."""

    BY_HAND = (Period.LockReason.APPROVED, Period.LockReason.CLOSED)
    reason = forms.ChoiceField(
        label=_("Why"),
        choices=[(one.value, one.label) for one in BY_HAND],
        error_messages={"required": _("Choose one of the two.")},
    )
    comment = forms.CharField(
        label=_("Reason, in words"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class UnlockForm(forms.Form):
    """Why a locked period is opened again."""

    comment = forms.CharField(
        label=_("Why it is opened again"),
        max_length=300,
        error_messages={"required": _("Opening a locked period wants a written reason.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReturnForm(forms.Form):
    """What the reporter reads when figures come back: what is wrong, what to do, by which day."""

    KINDS = (
        ("wrong", pgettext_lazy("kind of return", "figure wrong")),
        ("basis", pgettext_lazy("kind of return", "no evidence")),
        ("definition", pgettext_lazy("kind of return", "counted otherwise")),
        ("owner", pgettext_lazy("kind of return", "another unit reports it")),
        ("", pgettext_lazy("kind of return", "other")),
    )
    kind = forms.ChoiceField(label=pgettext_lazy("return", "Reason"), choices=KINDS, required=False)
    comment = forms.CharField(
        label=pgettext_lazy("return", "What is wrong"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("A return wants a reason. Write what is wrong; the reporter sees it beside the cell.")},
    )  # fmt: skip
    ask = forms.CharField(
        label=_("What the other side should do"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    redo_by = forms.DateField(
        label=_("To be sent again by"),
        widget=forms.Select,
        help_text=_("At least one working day; the day of the return is not counted."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = redo_days(timezone.localdate())
        self.fields["redo_by"].widget.choices = [(when.isoformat(), label) for when, label in self.days]
        self.fields["redo_by"].initial = self.days[USUAL_REDO - 1][0].isoformat()

    def clean_redo_by(self) -> date:
        when: date = self.cleaned_data["redo_by"]
        if when not in [one for one, _label in self.days]:
            raise forms.ValidationError(_("Choose one of the next five working days."))
        return when

    @property
    def words(self) -> str:
        """The comment, led by the kind of return."""
        comment: str = self.cleaned_data["comment"]
        kind = dict(self.KINDS)[self.cleaned_data["kind"]] if self.cleaned_data["kind"] else ""
        return (
            pgettext("kind of return, then what is wrong", "%(kind)s: %(comment)s") % {"kind": kind, "comment": comment}
            if kind
            else comment
        )


def redo_days(today: date) -> list[tuple[date, str]]:
    """The next five working days, each with its words."""
    calendar = WorkCalendar(today, today + timedelta(days=40))
    found = []
    for number in range(1, REDO_DAYS + 1):
        when = calendar.add(today, number).date
        found.append(
            (
                when,
                ngettext("%(n)s working day, %(day)s", "%(n)s working days, %(day)s", number)
                % {"n": number, "day": in_words(when)},
            )
        )
    return found


class UploadForm(forms.Form):
    """A filled-in .xlsx of the grid."""

    file = forms.FileField(
        label=_("Excel file"),
        help_text=_("The file downloaded from this grid, filled in. At most 5 MB, .xlsx only."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )
