"""What people type about money. Amounts are typed in 万元 and kept in yuan."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.fields import DayField
from programs.models import Checklist, Unit
from subsidies.models import Fund, Use
from subsidies.money import plain_wan, read_wan


class WanField(forms.CharField):
    """An amount in units of 10,000 yuan as officials write it; cleans to yuan (Decimal), empty to None."""

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {"max_length": 30, "help_text": _("In 10,000 yuan, up to the cent.")}
        super().__init__(**usual | kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value: Any) -> Decimal | None:  # a text field that answers a number
        text = super().clean(value)
        return read_wan(text) if text else None

    def prepare_value(self, value: Any) -> Any:
        return plain_wan(value) if isinstance(value, Decimal) else value


class OrderForm(forms.Form):
    """One award order for the ticked awards."""

    number = forms.CharField(label=_("Number of the award order"), max_length=60)
    ordered_on = DayField(label=_("Date of the order"))


class SendForm(forms.Form):
    """One sending."""

    amount = WanField(label=_("Amount sent"))
    sent_on = DayField(label=_("Date on the voucher"))
    voucher = forms.CharField(label=_("Voucher number"), max_length=60)


class ReceiveForm(forms.Form):
    """One receipt."""

    amount = WanField(label=_("Amount received"))
    received_on = DayField(label=_("Date received"))
    note = forms.CharField(label=_("Why less, if less"), max_length=300, required=False)


class ReasonForm(forms.Form):
    """A reason, for what takes something back."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class BudgetForm(forms.Form):
    """A year's budget of a fund."""

    year = forms.IntegerField(label=_("Year"), min_value=2015, max_value=2100)
    amount = WanField(label=_("Budget of the year"))
    authority = forms.CharField(label=_("Paper it stands in (number and title)"), max_length=200)


class SpendForm(forms.Form):
    """Money of a fund spent on something else than an award."""

    unit = forms.CharField(label=_("Unit (12-digit code)"), max_length=12)
    use = forms.ChoiceField(label=_("Use"))
    amount = WanField(label=_("Amount"))
    spent_on = DayField(label=_("Date on the voucher"))
    voucher = forms.CharField(label=_("Voucher number"), max_length=60)
    purpose = forms.CharField(label=_("Purpose"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["use"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            choice for choice in Use.choices if choice[0] != Use.AWARD
        ]

    def clean_unit(self) -> Unit:
        """The unit in force with this code; whether it belongs to the fund's city is the service's rule."""
        found = Unit.objects.filter(code=self.cleaned_data["unit"].strip(), valid_to=None).first()
        if found is None:
            raise forms.ValidationError(_("There is no unit with this code. Enter its 12 digits."))
        return found


class InspectForm(forms.Form):
    """Where a special inspection of a fund looks, and by which checklist. ``places``: grouped choices."""

    place = forms.ChoiceField(
        label=pgettext_lazy("special inspection", "Where"),
        help_text=_("The whole plan, one county, or one place that the fund has paid."),
    )
    checklist = forms.ModelChoiceField(
        Checklist.objects.none(), label=_("Checklist"), empty_label=None,
        help_text=_("Published checklists of the programme that serve for special inspections of funds."),
    )  # fmt: skip

    def __init__(self, *args: Any, places: Any, checklists: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["checklist"].queryset = checklists  # type: ignore[attr-defined]  # a ModelChoiceField


class RuleForm(forms.Form):
    """The next version of an award rule."""

    amount = WanField(label=_("Amount of one award"), required=False, help_text=_("In 10,000 yuan; empty: not stated."))
    fund = forms.ModelChoiceField(label=_("Paid from"), queryset=Fund.objects.none(), required=False)
    stall_workdays = forms.IntegerField(
        label=_("Alert when money stays longer (working days)"),
        min_value=1,
        max_value=250,
        help_text=_("Set by the city."),
    )
    is_enabled = forms.BooleanField(label=_("In force: the event creates the award"), required=False)
    authority = forms.CharField(
        label=_("Authorising paper (number and title)"),
        max_length=200,
        required=False,
        help_text=_("Wanted before a rule pays: the award rules that were issued, or the clause itself."),
    )
    reason = forms.CharField(label=_("Why it changes"), max_length=300)

    def __init__(self, *args: Any, funds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fund"].queryset = funds  # type: ignore[attr-defined]  # a ModelChoiceField


class FilterForm(forms.Form):
    """What the list of awards can be narrowed by."""

    programme = forms.CharField(required=False)
    year = forms.IntegerField(required=False)
    q = forms.CharField(required=False, max_length=40)
