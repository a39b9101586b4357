"""Forms of a declaration: a step, a paper. They only read input; services decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.errors import RuleViolation
from programs.fields import DayField
from programs.models import Attachment
from programs.queries.declarations import Option
from programs.services.attachments import OTHER
from programs.services.declarations.checking import field_of
from programs.workflow import Workflow

LONGEST = 2000


def want(field: forms.Field) -> None:
    """Show a field as one that must be filled in although the service, not the form, says that it is empty."""
    field.is_wanted = True  # type: ignore[attr-defined]  # read by templates/django/forms/field.html
    field.widget.attrs["aria-required"] = "true"


class StepForm(forms.Form):
    """What one step asks for: comment, number and date of its paper, facts (``fact-…``), reasons for soft rules (``reason-…``)."""

    verb = forms.CharField(widget=forms.HiddenInput)
    revision = forms.IntegerField(min_value=0, max_value=10**9, widget=forms.HiddenInput)
    comment = forms.CharField(
        label=_("Comment"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, option: Option, papers: Sequence[Attachment], revision: int) -> None:
        step = option.step
        super().__init__(
            data, auto_id=f"id_{step.verb}_%s", initial={"verb": step.verb, "revision": revision}, label_suffix=""
        )
        self.option = option
        self.use_required_attribute = False  # the service names everything that is missing at once
        if step.is_reverse:
            self.fields["comment"].label = _("Reason")
            self.fields["comment"].help_text = _("The other side reads it: what is wrong and what has to be done.")
            want(self.fields["comment"])
        if step.wants_number:
            self.fields["number"] = forms.CharField(
                label=_("Number of the paper"), max_length=60, required=False,
                help_text=_("Of the document this step stands on, as printed in it."),
            )  # fmt: skip
            want(self.fields["number"])
            self.fields["decided_on"] = DayField(label=_("Date of the paper"), required=False)
        for fact in step.facts:
            field = field_of(fact)
            if fact.kind == "number":
                field.widget = forms.TextInput(attrs={"inputmode": "decimal"})
            field.widget.is_required = fact.is_required
            self.fields[f"fact-{fact.code}"] = field
        for name in data or ():
            if name.startswith("reason-") and data[name].strip():
                self._want_reason(name)
        if papers:
            self.fields["evidence"] = forms.MultipleChoiceField(
                label=_("Evidence"), required=False, widget=forms.CheckboxSelectMultiple,
                choices=[(str(paper.pk), paper.name) for paper in papers],
            )  # fmt: skip

    def typed(self) -> dict[str, Any]:
        """Arguments of ``decide``; facts and reasons as typed, the service reads them."""
        data: Any = self.data
        found = self.cleaned_data
        return {
            "verb": self.option.step.verb,
            "revision": found["revision"],
            "comment": found.get("comment", ""),
            "number": found.get("number", ""),
            "decided_on": found.get("decided_on"),
            "facts": {fact.code: data.get(f"fact-{fact.code}") for fact in self.option.step.facts},
            "reasons": {name[7:]: data[name] for name in data if name.startswith("reason-")},
            "evidence": [int(pk) for pk in found.get("evidence", [])],
        }

    def is_readable(self) -> bool:
        """Whether everything but the facts can be read; what is wrong with facts the service says, with all the rest."""
        self.is_valid()
        for fact in self.option.step.facts:
            self.errors.pop(f"fact-{fact.code}", None)
        return not self.errors

    def refuse(self, violation: RuleViolation) -> None:
        """Ask for a reason wherever a soft rule wants one."""
        for one in (violation, *violation.errors):
            if one.field.startswith("reason-"):
                self._want_reason(one.field)

    def _want_reason(self, name: str) -> None:
        self.fields.setdefault(
            name[:60],
            forms.CharField(
                label=_("Why the rule is passed over"), max_length=500, required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("Needed, because a rule is not met. Kept in the history with the rule."),
            ),
        )  # fmt: skip
        want(self.fields[name[:60]])


class PaperForm(forms.Form):
    """One paper: its kind and the file."""

    kind = forms.ChoiceField(label=_("Kind"))
    file = forms.FileField(
        label=_("File"), allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"}),
        error_messages={"required": _("Choose a file first.")},
    )  # fmt: skip
    note = forms.CharField(label=_("What it is"), max_length=200, required=False)

    def __init__(self, data: Any = None, files: Any = None, *, flow: Workflow | None) -> None:
        super().__init__(data, files, auto_id="id_paper_%s")
        kinds = [(kind.code, kind.name) for kind in flow.documents] if flow else []
        self.fields["kind"].choices = [*kinds, (OTHER, _("Other paper"))]  # type: ignore[attr-defined]
