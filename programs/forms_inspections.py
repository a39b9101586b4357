"""Forms of inspections, checklists and rectifications. They only read input; services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from policies.models import Clause
from programs.fields import DayField
from programs.models import (
    Checklist,
    ChecklistItem,
    Finding,
    Inspection,
    Organization,
    Programme,
    Project,
    Purpose,
    Rectification,
    Unit,
)
from programs.queries.inspections import checklists_for

METHODS = (
    ("documents", _("reading papers")),
    ("on_site", _("looking on site")),
    ("discussion", _("joint judgement")),
    ("public", _("asking the public")),
)  # specification 5.4 (五): 查阅资料, 现场核查, 综合评议, 公众满意度


class OpenForm(forms.Form):
    """Purpose and checklist of an inspection of ``project`` (or of a unit without one)."""

    purpose = forms.ChoiceField(label=_("Purpose"))
    checklist = forms.ModelChoiceField(
        Checklist.objects.none(), label=_("Checklist"), empty_label=None,
        help_text=_("Only published checklists of the programme."),
    )  # fmt: skip

    def __init__(self, *args: Any, purposes: list[Purpose], programme: Any, project: Project | None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = [(one.value, one.label) for one in purposes]  # type: ignore[attr-defined]
        rows = Checklist.objects.none()
        for purpose in purposes:
            rows = rows | checklists_for(programme, purpose, project).order_by()
        self.fields["checklist"].queryset = rows.distinct().order_by("code")  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """The end of an inspection. ``panel``: one person a line, name and body separated by a space or comma."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    inspected_on = DayField(label=_("Day of the inspection"))
    conclusion = forms.CharField(
        label=_("Conclusion"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In a sentence or two: what was found, and what follows."),
    )  # fmt: skip
    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[("", "—"), ("pass", pgettext_lazy("inspection", "passed")), ("fail", pgettext_lazy("inspection", "failed"))],
        help_text=_("The template has no pass mark: say yourself whether it was passed."),
    )  # fmt: skip
    panel = forms.CharField(
        label=_("Who took part"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One person a line: name, then the body."),
    )  # fmt: skip
    methods = forms.MultipleChoiceField(
        label=_("How it was inspected"), required=False, choices=METHODS, widget=forms.CheckboxSelectMultiple
    )
    satisfaction = forms.DecimalField(
        label=_("Satisfaction of the public (%)"), required=False, max_digits=5, decimal_places=2,
        help_text=_("Empty where nobody was asked."),
    )  # fmt: skip
    more = forms.CharField(
        label=_("Further findings"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line. Failed items are findings already. A line that begins with ! is serious."),
    )  # fmt: skip

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["inspected_on"].initial = timezone.localdate()
        self.fields["version"].initial = inspection.version
        points = inspection.checklist.mode == Checklist.Mode.POINTS
        if not points or inspection.checklist.pass_points is not None:
            del self.fields["outcome"]

    def people(self) -> list[dict[str, str]]:
        """``panel`` as dicts of name and organization."""
        found = []
        for line in self.cleaned_data["panel"].splitlines():
            name, _space, body = line.replace("，", " ").replace(",", " ").replace("\t", " ").strip().partition(" ")
            if name:
                found.append({"name": name, "organization": body.strip()})
        return found

    def findings(self) -> list[dict[str, str]]:
        """``more`` as dicts of text and severity."""
        found = []
        for line in self.cleaned_data["more"].splitlines():
            text = line.strip()
            serious = text.startswith(("!", "！"))
            text = text.lstrip("!！").strip()
            if text:
                severity = Finding.Severity.SERIOUS if serious else Finding.Severity.MINOR
                found.append({"text": text, "severity": severity})
        return found


class ReasonForm(forms.Form):
    """Why an inspection is given up."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class PhotoForm(forms.Form):
    """One optional photo."""

    file = forms.FileField(
        label=_("Photo"), widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}), allow_empty_file=True
    )


class AssignForm(forms.Form):
    """Owner, goal and last day of a rectification."""

    goal = forms.CharField(
        label=_("Goal"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What has to be true when it is put right."),
    )  # fmt: skip
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Owner"), empty_label=None)
    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label=pgettext_lazy("rectification", "Body"),
        required=False,
        empty_label=_("the government itself"),
    )
    due_on = DayField(
        label=_("Last day"),
        help_text=_("A rest day moves to the next working day."),
    )  # fmt: skip

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any):
        super().__init__(*args, **kwargs)
        place = finding.inspection.unit
        above = [int(part) for part in place.path.strip("/").split("/")]
        units = Unit.objects.filter(pk__in=above).exclude(level=Unit.Level.PROVINCE).order_by("-path")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].initial = place
        bodies = Organization.objects.filter(unit__in=units, valid_to=None).select_related("unit")
        self.fields["organization"].queryset = bodies  # type: ignore[attr-defined]
        self.fields["goal"].initial = finding.text


class StepForm(forms.Form):
    """One step of a rectification."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    comment = forms.CharField(
        label=pgettext_lazy("step", "Words"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    revisited_on = DayField(label=_("Day of the revisit"), required=False)
    file = forms.FileField(label=_("Paper that shows it"), required=False, allow_empty_file=True)

    def __init__(self, *args: Any, rectification: Rectification, verb: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs | {"auto_id": f"{verb}-%s"})
        self.fields["seen"].initial = max((step.pk for step in rectification.steps.all()), default=None)
        self.verb = verb
        if verb == "accept":
            del self.fields["comment"], self.fields["file"]
        else:
            self.fields["comment"].required = True
        if verb in ("accept", "report"):
            del self.fields["revisited_on"]
        else:
            self.fields["revisited_on"].required = True


class LaterForm(forms.Form):
    """A later date asked for."""

    asked_until = DayField(label=_("New last day"))
    reason = forms.CharField(label=_("Reason"), max_length=300)


class AnswerForm(forms.Form):
    """A later date decided."""

    extension = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.CharField(label=_("Answer"), max_length=300, required=False)


class ChecklistForm(forms.ModelForm):
    """The fields of a checklist in draft."""

    purposes = forms.MultipleChoiceField(
        label=_("Used for"), choices=Purpose.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Checklist
        fields = ["name_zh", "name_en", "mode", "full_points", "pass_points", "level", "purposes", "clause", "note_zh"]
        labels = {
            "name_zh": _("Name (Chinese)"), "name_en": _("Name (English)"), "mode": _("How it is judged"),
            "full_points": _("Full mark"), "pass_points": _("Pass mark"), "level": _("Deciding level"),
            "clause": _("Clause"), "note_zh": pgettext_lazy("inspection", "Remark"),
        }  # fmt: skip
        help_texts = {"pass_points": _("Empty where the document gives none: then the step decides.")}

    def __init__(self, *args: Any, document: Any = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["clause"].queryset = Clause.objects.filter(document=document)  # type: ignore[attr-defined]


class NewChecklistForm(forms.Form):
    """Programme, code and name of a checklist that does not exist yet."""

    programme = forms.ModelChoiceField(Programme.objects.none(), label=_("Programme"), empty_label=None)
    code = forms.SlugField(label=_("Code"), max_length=60, help_text=_("Small letters, digits and hyphens; permanent."))
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=120)
    name_en = forms.CharField(label=_("Name (English)"), max_length=200, required=False)
    mode = forms.ChoiceField(label=_("How it is judged"), choices=Checklist.Mode.choices)

    def __init__(self, *args: Any, programmes: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]


class ItemForm(forms.ModelForm):
    """One item of a checklist in draft. A row left empty is dropped."""

    class Meta:
        model = ChecklistItem
        fields = [
            "code", "group_zh", "group_en", "text_zh", "text_en", "comparator", "threshold", "measure_zh", "measure_en",
            "points", "may_not_apply", "wants_evidence", "clause",
        ]  # fmt: skip
        labels = {
            "code": _("Code"), "group_zh": _("Group"), "text_zh": _("Text (Chinese)"), "text_en": _("Text (English)"),
            "threshold": _("Threshold"), "measure_zh": _("Unit of measure"), "points": _("Points"),
            "may_not_apply": _("may not apply"), "wants_evidence": _("a clause asks for evidence"), "clause": _("Clause"),
        }  # fmt: skip
        widgets = {
            "text_zh": forms.Textarea(attrs={"rows": 2}), "text_en": forms.Textarea(attrs={"rows": 2}),
            "group_en": forms.HiddenInput, "measure_en": forms.HiddenInput,
        }  # fmt: skip

    comparator = forms.ChoiceField(
        label=_("Comparison"), required=False, choices=[("", _("by eye")), ("gte", "≥"), ("lte", "≤"), ("eq", "=")]
    )

    def __init__(self, *args: Any, document: Any = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["clause"].queryset = Clause.objects.filter(document=document)  # type: ignore[attr-defined]
        for name in ("code", "text_zh"):
            self.fields[name].required = False

    def validate_unique(self) -> None:
        """The service names items that stand twice."""

    def validate_constraints(self) -> None:
        """The service says in words what is wrong with an item."""

    def values(self) -> dict[str, Any] | None:
        """The item as the service takes it; None for a row left empty. A changed Chinese word drops its English one."""
        data = self.cleaned_data
        if not (data.get("code") or data.get("text_zh")):
            return None
        found = {name: data[name] for name in self.Meta.fields if name != "clause"}
        found["clause_id"] = data["clause"].pk if data["clause"] else None
        for chinese, english in (("group_zh", "group_en"), ("measure_zh", "measure_en")):
            if chinese in self.changed_data:
                found[english] = ""
        return found
