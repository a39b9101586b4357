"""Forms of the registry. They read input; services decide."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from eldercare.models import Drill, Estate, FacilityType, Institution
from eldercare.models.institutions import Risk
from programs.access import Access
from programs.fields import DayField
from programs.models import Programme, Role, Unit

CODE = re.compile(r"\d{12}")
SEPARATORS = re.compile(r"[\n,;，；、]+")
UNKNOWN_UNIT = _("“%(text)s” is not a unit of this plan where you enter figures. Choose one from the list, or type its 12-digit code.")  # fmt: skip
SEVERAL_UNITS = _("Several units are called “%(text)s”. Type the 12-digit code.")


def reach(access: Access, programme: Programme) -> QuerySet[Unit]:
    """Units of the plan in force over which the person enters figures."""
    place = Q(pk__in=[])
    for grant in access.held:
        if grant.role == Role.REPORTER and grant.programme_id in (None, programme.pk):
            place |= Q(path__startswith=grant.path)
    return Unit.objects.filter(place, valid_to=None, path__startswith=programme.jurisdiction.path)


def find_unit(text: str, units: QuerySet[Unit]) -> Unit:
    """The unit a person means by a 12-digit code anywhere in the text, or by its exact name. Raises ValidationError."""
    code = CODE.search(text)
    found = list(
        units.filter(code=code[0]) if code else units.filter(Q(name=text.strip()) | Q(name_en=text.strip()))[:2]
    )
    if len(found) != 1:
        message = SEVERAL_UNITS if found else UNKNOWN_UNIT
        raise forms.ValidationError(message, params={"text": text.strip()[:40]}, code="unit")
    return found[0]


class UnitText(forms.CharField):
    """Names or codes of units; ``units`` is set by the form. Offers the list ``units`` of the page."""

    units: QuerySet[Unit] = Unit.objects.none()

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"list": "units", "autocomplete": "off"})
        usual: dict[str, Any] = {"label": _("Unit"), "max_length": 80, "widget": widget}
        super().__init__(**usual | kwargs)


class UnitField(UnitText):
    """One unit."""

    def clean(self, value: Any) -> Unit:
        return find_unit(super().clean(value), self.units)


class UnitsField(UnitText):
    """Several units, separated by commas or lines."""

    def clean(self, value: Any) -> list[Unit]:
        return [find_unit(one, self.units) for one in SEPARATORS.split(super().clean(value)) if one.strip()]


def known_field(label: Any, **kwargs: Any) -> forms.NullBooleanField:
    return forms.NullBooleanField(label=label, required=False, **kwargs)


def count_field(label: Any, **kwargs: Any) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=2_000_000, widget=widget, **kwargs)


def area_field(label: Any, digits: int, **kwargs: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_digits=digits, decimal_places=2, widget=widget, **kwargs
    )


class EntryForm(forms.Form):
    """What every entry has. ``groups`` names the fields under each heading of the page."""

    name_zh = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=120)
    unit = UnitField()
    note = forms.CharField(label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    groups: tuple[tuple[Any, tuple[str, ...]], ...] = ()

    def __init__(self, *args: Any, programme: Programme, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programme, self.units = programme, units
        for field in self.fields.values():
            if isinstance(field, UnitText):
                field.units = units

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Headings with their fields."""
        return [(heading, [self[name] for name in names]) for heading, names in self.groups]

    def facts(self) -> dict[str, Any]:
        """The columns of the row itself."""
        beside = {"unit", "version", "serves"}
        return {name: value for name, value in self.cleaned_data.items() if name not in beside}


class FacilityForm(EntryForm):
    facility_type = forms.ModelChoiceField(
        label=_("Type"), queryset=FacilityType.objects.none(), empty_label=None, widget=forms.Select
    )
    area = area_field(_("Floor area (m²)"), 10)
    beds = count_field(_("Beds"), help_text=_("Empty: not known. 0: none."))
    nursing_beds = count_field(_("Nursing beds"))
    embedded_beds = count_field(_("Embedded beds"))
    medical_care = known_field(_("Medical care"))
    takes_disabled = known_field(_("Takes disabled elders"))
    opened_on = DayField(
        label=_("Opened on"), required=False, help_text=_("Empty: not open yet; then it is counted nowhere.")
    )
    closed_on = DayField(label=_("Closed on"), required=False)
    serves = UnitsField(
        label=_("Also serves"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Townships, communities or villages of the same county beside its own unit, by name or code, separated by commas. Coverage is counted from them."),
    )  # fmt: skip
    groups = (
        (_("The facility"), ("name_zh", "facility_type", "unit", "serves")),
        (
            _("What the standards ask"),
            ("area", "beds", "nursing_beds", "embedded_beds", "medical_care", "takes_disabled"),
        ),
        (_("Operation"), ("opened_on", "closed_on", "note")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = FacilityType.objects.filter(programme=self.programme, subject=FacilityType.Subject.FACILITY)
        self.fields["facility_type"].queryset = types  # type: ignore[attr-defined]


class EstateForm(EntryForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=Estate.Kind.choices)
    households = count_field(_("Households"), help_text=_("The exact number; it is not rounded to hundreds."))
    is_phased = known_field(_("Built in phases"))
    is_in_first_phase = known_field(_("Facility in phase one"))
    planned_area = area_field(_("Planned construction (m²)"), 12)
    built_area = area_field(_("Completed so far (m²)"), 12)
    limit_reached_on = DayField(label=_("Limit reached on"), required=False, help_text=_("Filled in when the completed share reaches the plan's limit; correct it if you know the day.")
    )  # fmt: skip
    facility_area = area_field(_("Area of the facility (m²)"), 10)
    facility_finished_on = DayField(label=_("Facility finished on"), required=False)
    accepted_on = DayField(label=_("Completion acceptance on"), required=False)
    handed_over_on = DayField(label=_("Handed over on"), required=False)
    files_handed_over = known_field(_("Files handed over"))
    is_free = known_field(_("Free of charge"))
    is_nonprofit_use = known_field(_("Non-profit use only"))
    title_registered_on = DayField(label=_("Title registered on"), required=False)
    groups = (
        (_("The estate"), ("name_zh", "kind", "unit", "households", "facility_area")),
        (_("Construction"), ("is_phased", "is_in_first_phase", "planned_area", "built_area", "limit_reached_on", "facility_finished_on")),
        (_("Acceptance and hand-over"), ("accepted_on", "handed_over_on", "files_handed_over", "is_free", "is_nonprofit_use", "title_registered_on", "note")),
    )  # fmt: skip


class InstitutionForm(EntryForm):
    nature = forms.ChoiceField(
        label=_("Nature"), required=False, choices=[("", _("not known")), *Institution.Nature.choices]
    )
    operator = forms.CharField(
        label=_("Operator"), max_length=120, required=False, help_text=_("An organization, not a person.")
    )
    filing_no = forms.CharField(label=_("Filing number"), max_length=60, required=False)
    filed_on = DayField(label=_("Filed on"), required=False)
    beds = count_field(_("Beds"))
    nursing_beds = count_field(_("Nursing beds"))
    fire_accepted = known_field(_("Fire acceptance"))
    fire_accepted_on = DayField(label=_("Fire acceptance on"), required=False)
    cameras = known_field(_("Cameras in public areas"))
    medical = forms.ChoiceField(
        label=_("Medical care"), required=False, choices=[("", _("not known")), *Institution.Medical.choices]
    )
    takes_prepaid = known_field(_("Takes prepaid fees"))
    custody_account = known_field(
        _("Prepaid fees in third-party custody"), help_text=_("Only yes or no; write no account number anywhere.")
    )
    opened_on = DayField(label=_("Opened on"), required=False)
    closed_on = DayField(label=_("Closed on"), required=False)
    groups = (
        (_("The institution"), ("name_zh", "unit", "nature", "operator", "filing_no", "filed_on")),
        (_("Beds and care"), ("beds", "nursing_beds", "medical")),
        (_("Safety and fees"), ("fire_accepted", "fire_accepted_on", "cameras", "takes_prepaid", "custody_account")),
        (_("Operation"), ("opened_on", "closed_on", "note")),
    )


class RiskForm(forms.Form):
    level = forms.ChoiceField(
        label=_("Risk level"), choices=Risk.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose a level.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was found, and when. The institution may ask for it."),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class DrillForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=Drill.Kind.choices)
    held_on = DayField(label=_("Held on"), initial=timezone.localdate)
    participants = count_field(_("People taking part"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class StrikeForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)
