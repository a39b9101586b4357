"""What the money pages share: the line of tabs, the way back, a reason that takes something back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from programs.access import Access
from programs.errors import RuleViolation
from programs.models import Role
from programs.views.base import ScopedView, add_to_messages
from subsidies.forms import ReasonForm
from subsidies.models import MoneyAlert

BOOKKEEPERS = (Role.REPORTER, Role.REVIEWER, Role.APPROVER)
APPROVER = (Role.APPROVER,)


def tabs(view: ScopedView, current: str) -> list[dict[str, Any]]:
    """The pages of this area; one query for the number of open alerts."""
    access: Access = view.access
    found = [("funds", _("Funds")), ("awards", _("Awards"))]
    if access.has(*BOOKKEEPERS):
        found.append(("money-desk", _("Send and confirm")))
    found += [("money-alerts", _("Alerts")), ("award-rules", _("Award rules"))]
    open_alerts = view.scoped(MoneyAlert).filter(closed_on=None).count()
    return [
        {
            "url": reverse(name),
            "label": label,
            "current": name == current,
            "count": open_alerts if name == "money-alerts" else None,
        }
        for name, label in found
    ]


def crumbs(*more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """Workbench, money, and what is between."""
    return [(_("Workbench"), reverse("workbench")), (_("Money"), reverse("funds")), *more]


class ReasonView(ScopedView, View):
    """POST with a reason; the answer goes back to the page it came from with what happened."""

    def act(self, reason: str, **kwargs: Any) -> str:
        """Call the service; answer what was done, as a sentence."""
        raise NotImplementedError

    def back(self, **kwargs: Any) -> str:
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        back = self.back(**kwargs)
        form = ReasonForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("A reason is wanted; both sides see it."))
            return redirect(back)
        try:
            messages.success(request, self.act(form.cleaned_data["reason"], **kwargs))
        except RuleViolation as violation:
            if violation.code == "not_found":
                raise Http404 from violation
            add_to_messages(request, violation)
        return redirect(back)
