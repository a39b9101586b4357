"""The year's working days, and the administrator's form to change one of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Max, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import FormView, TemplateView

from programs.fields import DayField
from programs.models import Notice, Role, Workday
from programs.queries.year import WEEKDAYS, changes_of, read_year
from programs.services.workdays import FIRST_YEAR, edit_day
from programs.views.base import ANYBODY, ScopedView, ServiceFormMixin

AHEAD = 2


class DayForm(forms.Form):
    """One day: worked or not, on the strength of which paper, and why by hand."""

    day = DayField(label=gettext_lazy("Day"))
    is_workday = forms.ChoiceField(
        label=gettext_lazy("It is"), widget=forms.RadioSelect,
        choices=[("yes", pgettext_lazy("of a day", "worked")), ("no", pgettext_lazy("of a day", "a day of rest"))],
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("Name of the holiday"), max_length=60, required=False)
    document = forms.CharField(
        label=gettext_lazy("Document"), max_length=60, help_text=gettext_lazy("Number of the paper that says so.")
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


def year_of(text: str | None) -> int:
    """The year asked for, this year when it is none of the calendar's."""
    today = timezone.localdate()
    if text and text.isascii() and text.isdigit() and FIRST_YEAR <= int(text[:6]) <= today.year + AHEAD:
        return int(text)
    return today.year


class CalendarView(ScopedView, TemplateView):
    """Twelve small months; what differs from Monday to Friday is also said in words."""

    roles = ANYBODY
    template_name = "programs/calendar/year.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        year, today = year_of(self.request.GET.get("year")), timezone.localdate()
        loaded = Workday.objects.aggregate(first=Min("date"), last=Max("date"))
        provisional = 0
        if self.access.is_business:
            provisional = self.scoped(Notice.objects.filter(ends_is_provisional=True, ends_on__year=year)).count()
        return super().get_context_data(**kwargs) | {
            "year": read_year(year), "changes": changes_of(year), "today": today, "loaded": loaded, "provisional": provisional,
            "before": year - 1 if year > FIRST_YEAR else None, "after": year + 1 if year < today.year + AHEAD else None,
            "may_edit": self.access.has(Role.SYSTEM_ADMIN), "is_business": self.access.is_business, "weekdays": WEEKDAYS,
        }  # fmt: skip


class CalendarEditView(ServiceFormMixin, ScopedView, FormView):
    """Change one day; everything counted in working days is counted again."""

    roles = (Role.SYSTEM_ADMIN,)
    form_class = DayForm
    template_name = "programs/calendar/edit.html"

    def get_initial(self) -> dict:
        return {"day": self.request.GET.get("day", "")[:10]}

    def perform(self, form: DayForm) -> Workday:
        data = form.cleaned_data
        return edit_day(actor=self.request.user, **(data | {"is_workday": data["is_workday"] == "yes"}))

    def get_context_data(self, **kwargs: Any) -> dict:
        crumbs = [(_("Calendar"), reverse("calendar")), (_("Change a day"), None)]
        return super().get_context_data(**kwargs) | {"crumbs": crumbs}

    def get_success_url(self) -> str:
        messages.success(self.request, _("Changed. What was counted in working days has been counted again."))
        return f"{reverse('calendar')}?year={self.done.date.year}"
