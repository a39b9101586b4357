"""What people type about model villages, towns, belts and plans."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from programs.fields import DayField
from programs.models import Checklist, Programme, Project, Unit
from programs.step_forms import want
from villages.models import Candidate, CountySample, Source

WAN = Decimal(10_000)
CODE = re.compile(r"(?<!\d)\d{12}(?!\d)")
MOST_NAMED = 5  # mistakes named at once
SEPARATORS = re.compile(r"[\n,;、，；]+")
YES, NO = {"yes", "y", "1", "true"}, {"", "no", "n", "0", "false"}
LAST = date(2100, 12, 31)


class PutForwardForm(forms.Form):
    """Which place applies, at which level, in which year. ``places``: those the person may put forward, by name."""

    unit = forms.CharField(
        label=gettext_lazy("Village or township (name or 12-digit code)"),
        max_length=60,
        widget=forms.TextInput(attrs={"list": "places", "autocomplete": "off"}),
        help_text=gettext_lazy("Type the name and choose it from the list, or write the name or the code."),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Decided by"),
        choices=[(one.value, one.label) for one in (Project.Decider.CITY, Project.Decider.COUNTY)],
    )
    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int)

    def __init__(self, *args: Any, places: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        now = timezone.localdate().year
        cast(forms.TypedChoiceField, self.fields["year"]).choices = [(now, str(now)), (now + 1, str(now + 1))]

    def clean_unit(self) -> Unit:
        """The unit with the code; else the only place of that name, or the only one whose name begins so."""
        text = self.cleaned_data["unit"].strip()
        if CODE.fullmatch(text):
            found = list(Unit.objects.filter(code=text, valid_to=None).select_related("parent"))
        else:
            named = Q(name=text) | Q(name_en__iexact=text)
            found = list(self.places.filter(named)[: MOST_NAMED + 1]) or list(
                self.places.filter(name__startswith=text)[: MOST_NAMED + 1]
            )
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(
                _("“%(text)s” is neither the name of a place of yours nor the code of a unit in force. Choose one of the list.")
                % {"text": text}
            )  # fmt: skip
        names = [f"{one.parent.label if one.parent else ''} {one.label} ({one.code})" for one in found[:MOST_NAMED]]
        more = pgettext("at the end of a list of names", " and others") if len(found) > MOST_NAMED else ""
        raise forms.ValidationError(
            _("Several places of yours are called “%(text)s”: %(names)s%(more)s. Write the code of the one you mean.")
            % {"text": text, "names": pgettext("between names", ", ").join(names), "more": more}
        )


class CandidateForm(forms.ModelForm):
    """The description of a candidate; hamlets one on each line or pasted with commas."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    hamlets = forms.CharField(
        label=gettext_lazy("Hamlets"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("One on each line; a list pasted with commas is split."),
    )
    paste = forms.CharField(
        label=gettext_lazy("Add building projects by pasting"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "One project on each line, cells separated by tabs as copied from a spreadsheet: builder, place, content, "
            "investment (10,000 yuan), date (2026-10-12), tendered (yes or no)."
        ),
    )

    class Meta:
        model = Candidate
        fields = ("style", "belt", "hamlets", "hamlets_are_all", *Candidate.FLAGS)
        labels = {"style": pgettext_lazy("of a village", "Style"), "belt": gettext_lazy("Belt")}

    def __init__(self, *args: Any, belts, is_village: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["belt"]).queryset = belts
        self.initial["hamlets"] = "\n".join(self.instance.hamlets)
        self.initial["version"] = self.instance.version
        if not is_village:
            for name in ("hamlets", "hamlets_are_all", "style"):
                del self.fields[name]
        else:
            want(self.fields["hamlets"])  # a draft is kept without them, an application is not handed in

    def clean_hamlets(self) -> list[str]:
        names = [part.strip() for part in SEPARATORS.split(self.cleaned_data["hamlets"])]
        found = list(dict.fromkeys(name for name in names if name))
        too_long = [name for name in found if len(name) > 40]
        if too_long:
            raise forms.ValidationError(_("“%(name)s …” is longer than 40 characters.") % {"name": too_long[0][:20]})
        return found

    def clean_paste(self) -> list[dict[str, Any]]:
        """The pasted lines as works; ValidationError names every line that is not whole."""
        rows, wrong = [], []
        for number, line in enumerate(self.cleaned_data["paste"].splitlines(), start=1):
            if not line.strip():
                continue
            cells, odd = _cells(line)
            form = WorksForm(cells)
            if odd:
                form.add_error("is_tendered", _("“%(word)s” is neither yes nor no.") % {"word": odd[:20]})
            if form.is_valid():
                rows.append(form.cleaned_data | {"pk": None})
            else:
                said = "; ".join(f"{form.fields[name].label}: {texts[0]}" for name, texts in form.errors.items())
                wrong.append(_("Line %(number)s: %(problem)s") % {"number": number, "problem": said})
        if wrong:
            raise forms.ValidationError(wrong)
        return rows

    def described(self) -> dict[str, Any]:
        """The fields that ``save_candidate`` writes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


class WorksForm(forms.Form):
    """One building project; investment is typed in units of 10,000 yuan."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    builder = forms.CharField(label=gettext_lazy("Builder"), max_length=80)
    place = forms.CharField(label=pgettext_lazy("of works", "Place"), max_length=80)
    content = forms.CharField(label=gettext_lazy("Content"), max_length=300)
    investment = forms.DecimalField(
        label=gettext_lazy("Investment (10,000 yuan)"), max_digits=10, decimal_places=6, min_value=Decimal("0.0001")
    )
    finish_by = DayField(label=gettext_lazy("Finished by"))
    sources = forms.MultipleChoiceField(
        label=gettext_lazy("Money from"), choices=Source.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    is_tendered = forms.BooleanField(label=gettext_lazy("Tendered"), required=False)

    def clean_investment(self) -> Decimal:
        yuan = self.cleaned_data["investment"] * WAN
        if yuan != yuan.quantize(Decimal("0.01")):
            raise forms.ValidationError(_("Write whole fen: at most six digits after the point."))
        return yuan.quantize(Decimal("0.01"))

    def clean_finish_by(self) -> date:
        day = self.cleaned_data["finish_by"]
        if not date(2000, 1, 1) <= day <= LAST:
            raise forms.ValidationError(_("The year of %(day)s cannot be right.") % {"day": day})
        return day


WorksSet = forms.formset_factory(WorksForm, extra=2, can_delete=True, max_num=200)


def works_initial(candidate: Candidate) -> list[dict[str, Any]]:
    """Rows for ``WorksSet`` as the candidate has them."""
    return [
        {
            "pk": row.pk, "builder": row.builder, "place": row.place, "content": row.content, "investment": (row.investment / WAN).normalize(),
            "finish_by": row.finish_by, "sources": row.sources, "is_tendered": row.is_tendered,
        }
        for row in candidate.works.all()
    ]  # fmt: skip


def _cells(line: str) -> tuple[dict[str, Any], str]:
    """The cells of a pasted line by field, and the word in the sixth when it is neither yes nor no."""
    cells = [cell.strip() for cell in line.split("\t")] + [""] * 6
    names = ("builder", "place", "content", "investment", "finish_by")
    word = cells[5].lower()
    is_yes, is_no = word in {*YES, pgettext("answer", "yes")}, word in {*NO, pgettext("answer", "no")}
    fields = dict(zip(names, cells, strict=False)) | {"is_tendered": "on" if is_yes else ""}
    return fields, "" if is_yes or is_no else cells[5]


class FinishForm(forms.Form):
    """When works were finished; empty takes it back."""

    finished_on = DayField(label=gettext_lazy("Finished on"), required=False)


class GroupForm(forms.Form):
    """The supervision group: how many of each kind."""

    formed_on = DayField(label=gettext_lazy("Formed on"))
    township_cadres = forms.IntegerField(label=gettext_lazy("Township cadres"), min_value=0, max_value=99)
    village_cadres = forms.IntegerField(label=gettext_lazy("Village cadres"), min_value=0, max_value=99)
    villagers = forms.IntegerField(label=gettext_lazy("Villagers"), min_value=0, max_value=99)


class RecordForm(forms.Form):
    """What the group saw on one day."""

    on = DayField(label=gettext_lazy("Day"))
    text = forms.CharField(
        label=gettext_lazy("What was seen"), max_length=300, help_text=gettext_lazy("Write no names of people.")
    )


class PlanForm(forms.Form):
    """A county's three-year plan."""

    unit = forms.ModelChoiceField(label=gettext_lazy("County"), queryset=Unit.objects.none(), empty_label=None)
    first_year = forms.IntegerField(label=gettext_lazy("First year of the plan"), min_value=2000, max_value=2100)
    last_year = forms.IntegerField(label=gettext_lazy("Last year of the plan"), min_value=2000, max_value=2100)
    summary = forms.CharField(
        label=gettext_lazy("In short"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, counties, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["unit"]).queryset = counties
        now = timezone.localdate().year
        self.initial.setdefault("first_year", now)
        self.initial.setdefault("last_year", now + 2)


class PlacesField(forms.CharField):
    """Towns and villages, one on each line: a 12-digit code anywhere in the line, or the exact name. Cleans to units.

    ``within`` narrows names, never codes: a code of another place is the service's to refuse, with its rule.
    """

    def __init__(self, **kwargs: Any) -> None:
        attrs = {
            "rows": 4, "data-picker": "belt-places", "data-picker-add": pgettext_lazy("to a list", "Add"),
            "data-picker-remove": pgettext_lazy("from a list", "Remove"),
        }  # fmt: skip
        super().__init__(**{"widget": forms.Textarea(attrs=attrs)} | kwargs)
        self.within: Unit | None = None

    def clean(self, value: Any) -> list[Unit]:  # a text field that answers units
        lines = [line.strip() for line in SEPARATORS.split(super().clean(value)) if line.strip()]
        places = Unit.objects.filter(valid_to=None, level__in=["township", "village"])
        asked = [(line, CODE.findall(line)) for line in lines]
        by_code = {one.code: one for one in places.filter(code__in=[code for _line, codes in asked for code in codes])}
        by_name = self._by_name([line for line, codes in asked if not codes], places)
        answers: dict[int, Unit] = {}
        wrong: list[forms.ValidationError] = []
        for line, codes in asked:
            found = [[by_code[code]] if code in by_code else [] for code in codes] or [by_name.get(line, [])]
            wrong += [_wrong_place(line, is_several=bool(fits)) for fits in found if len(fits) != 1]
            answers |= {fits[0].pk: fits[0] for fits in found if len(fits) == 1}
        if wrong:
            raise forms.ValidationError(wrong[:MOST_NAMED])
        return list(answers.values())

    def _by_name(self, names: list[str], places: QuerySet[Unit]) -> dict[str, list[Unit]]:
        """Places of the county that bear each name; one query."""
        found: dict[str, list[Unit]] = {}
        if self.within is None or not names:
            return found
        rows = places.filter(Q(name__in=names) | Q(name_en__in=names), path__startswith=self.within.path)
        for one in rows:
            for name in {one.name, one.name_en} & set(names):
                found.setdefault(name, []).append(one)
        return found


def _wrong_place(line: str, *, is_several: bool) -> forms.ValidationError:
    message = (
        _("Several places of the county are called “%(line)s”. Write the 12-digit code.")
        if is_several
        else _(
            "“%(line)s” is no town or village in force of the county. Choose one of the list, or write its 12-digit code."
        )
    )
    return forms.ValidationError(message, params={"line": line[:60]}, code="place")


class BeltForm(forms.Form):
    """A belt with its members (chosen one by one, or typed) and the goals of three years."""

    unit = forms.ModelChoiceField(label=gettext_lazy("County"), queryset=Unit.objects.none(), empty_label=None)
    name_zh = forms.CharField(label=gettext_lazy("Name of the belt"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=120, required=False)
    started_on = DayField(label=gettext_lazy("Begun on"))
    members = PlacesField(
        label=gettext_lazy("Members"),
        max_length=20_000,
        help_text=gettext_lazy("Towns and villages of the county: the name or the 12-digit code, one on each line."),
    )
    goal_1 = forms.CharField(label=gettext_lazy("Year 1: first shape"), max_length=300)
    goal_2 = forms.CharField(label=gettext_lazy("Year 2: effect"), max_length=300)
    goal_3 = forms.CharField(label=gettext_lazy("Year 3: new look"), max_length=300)

    def __init__(self, *args: Any, counties, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        county = cast(forms.ModelChoiceField, self.fields["unit"])
        county.queryset = counties
        if self.is_bound:
            asked = self.data.get(self.add_prefix("unit"), "")
            members = cast(PlacesField, self.fields["members"])
            members.within = counties.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None

    @property
    def goals(self) -> tuple[str, str, str]:
        data = self.cleaned_data
        return data["goal_1"], data["goal_2"], data["goal_3"]


class MilestoneForm(forms.Form):
    """When a milestone was reached, and what shows it."""

    reached_on = DayField(label=gettext_lazy("Reached on"), required=False)
    shown = forms.CharField(label=gettext_lazy("What can be seen"), max_length=300, required=False)


class SettleForm(forms.Form):
    """The number a city sets where the plan is silent."""

    minimum = forms.IntegerField(label=gettext_lazy("At least"), min_value=0, max_value=999)
    reason = forms.CharField(label=gettext_lazy("On what it stands"), max_length=300)


class LiftForm(forms.Form):
    """Ending a consequence."""

    on = DayField(label=gettext_lazy("Ends on"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class SampleForm(forms.Form):
    """How many of each county's places the city looks at, when it draws, and by which checklist."""

    basis = forms.ChoiceField(
        label=gettext_lazy("How the size is said"), choices=CountySample.Basis.choices, widget=forms.RadioSelect
    )
    amount = forms.IntegerField(
        label=gettext_lazy("Number, or per cent"),
        min_value=1,
        max_value=999,
        help_text=gettext_lazy("A share is rounded up: at least one place of every county that decided any."),
    )
    planned_on = DayField(label=gettext_lazy("Day of the draw"))
    inspectors_each = forms.IntegerField(
        label=gettext_lazy("Inspectors for each place"), min_value=1, max_value=10, initial=1
    )
    checklist = forms.ModelChoiceField(
        Checklist.objects.none(), label=gettext_lazy("Checklist"), empty_label=None,
        help_text=gettext_lazy("Published checklists that serve for sample checks."),
    )  # fmt: skip

    def __init__(self, *args: Any, checklists, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["checklist"]).queryset = checklists
        self.initial.setdefault("basis", CountySample.Basis.SHARE)
        self.initial.setdefault("amount", 20)
        self.initial.setdefault("planned_on", timezone.localdate())


def programme_of(rows: list[Programme], code: str) -> Programme | None:
    """The chosen programme, else the first."""
    return next((one for one in rows if one.code == code), rows[0] if rows else None)
