"""Reporting periods: their days, who has not reported, locking and opening them again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from programs.as_of import NOW
from programs.errors import RuleViolation
from programs.forms import LockForm, UnlockForm
from programs.models import Period, ReportState, Role
from programs.queries.dashboard import children_of, shown_roots
from programs.queries.missing import counts_in, owed_in
from programs.services import periods
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_form
from programs.views.review import PeriodMixin


class PeriodListView(ScopedView, TemplateView):
    """Periods of the approver's programmes, the newest first, with how much is approved."""

    roles = (Role.APPROVER,)
    template_name = "programs/periods/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = self.access.within([Role.APPROVER], unit_path="programme__jurisdiction__path", programme="programme_id")
        counted = {
            "approved": Count("reports", filter=Q(reports__state=ReportState.APPROVED)), "reported": Count("reports", filter=Q(reports__revision__gte=1)),
        }  # fmt: skip
        rows = self.scoped(Period.objects.filter(mine).select_related("programme").annotate(**counted)).order_by(
            "-starts_on", "programme__position"
        )
        page = Paginator(rows, 50).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            page=page, crumbs=[(_("Review"), reverse("review")), (_("Periods"), None)], **kwargs
        )


class PeriodView(PeriodMixin, ScopedView, View):
    """What is approved and what is missing from whom; the approver locks and unlocks here."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        return self.show()

    def show(
        self, *, lock: LockForm | None = None, unlock: UnlockForm | None = None, status: int = 200
    ) -> HttpResponse:
        """Render the page, with the form that was refused."""
        period, programme = self.period, self.period.programme
        root = shown_roots(self.access, [programme]).get(programme.pk, programme.jurisdiction)
        owed = owed_in(
            programme=programme, period=period, root=root, groups=children_of(root, period.ends_on), moment=NOW
        )
        whole = counts_in(periods=[period], root=programme.jurisdiction, moment=NOW).get(period.pk, {})
        is_complete = set(whole) == {"approved"}
        others = self.scoped(Period.objects.filter(programme=programme))
        context = {
            "period": period, "programme": programme, "root": root, "owed": owed, "is_complete": is_complete, "left": owed.expected - owed.approved,
            "decides": self.access.can(Role.APPROVER, unit=programme.jurisdiction, programme=programme),
            "reviews": self.access.can({Role.REVIEWER, Role.APPROVER}, programme=programme), "reports": self.access.can(Role.REPORTER, programme=programme),
            "lock": lock or LockForm(initial={"reason": "approved" if is_complete else "closed"}), "unlock": unlock or UnlockForm(),
            "before": others.filter(starts_on__lt=period.starts_on).order_by("-starts_on").first(),
            "after": others.filter(starts_on__gt=period.starts_on).order_by("starts_on").first(), "crumbs": self.crumbs(),
        }  # fmt: skip
        return render(self.request, "programs/periods/detail.html", context, status=status)


class PeriodLockView(PeriodView):
    """Lock the period by hand, with its reason."""

    roles = (Role.APPROVER,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        form = LockForm(request.POST)
        if not form.is_valid():
            return self.show(lock=form, status=422)
        try:
            periods.lock_period(actor=self.request.user, period_id=self.period.pk, **form.cleaned_data)
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(lock=form, status=violation.status)
        messages.success(
            request,
            _("%(period)s is locked. Later changes come as correction requests.") % {"period": self.period.code},
        )
        return redirect("period", self.period.programme.code, self.period.code)


class PeriodUnlockView(PeriodView):
    """Open a locked period again, with the reason."""

    roles = (Role.APPROVER,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        form = UnlockForm(request.POST)
        if not form.is_valid():
            return self.show(unlock=form, status=422)
        try:
            period = periods.unlock_period(actor=self.request.user, period_id=self.period.pk, **form.cleaned_data)
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(unlock=form, status=violation.status)
        messages.success(
            request,
            _("%(period)s is open again; it locks after %(day)s.") % {"period": period.code, "day": period.locks_on},
        )
        return redirect("period", period.programme.code, period.code)
