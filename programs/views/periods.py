# LEAD: read /work/main/COORDINATION.md before editing this file (two engineers are here).
"""Periods of the programmes one approves: what is missing and from whom; lock, close, open again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from programs.forms import CommentForm
from programs.models import Period, ReportState, Role
from programs.queries.duties import duties_in
from programs.queries.review_queue import missing_in
from programs.services import periods
from programs.views.base import ScopedView, ServiceFormMixin


class PeriodListView(ScopedView, TemplateView):
    """Periods of the approver's programmes, the newest first, with how much is approved."""

    roles = (Role.APPROVER,)
    template_name = "programs/periods/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine = self.access.within([Role.APPROVER], unit_path="programme__jurisdiction__path", programme="programme_id")
        rows = Period.objects.filter(mine).select_related("programme").annotate(
            approved=Count("reports", filter=Q(reports__state=ReportState.APPROVED)), reported=Count("reports", filter=Q(reports__revision__gte=1)),
        ).order_by("-starts_on", "programme__position")  # fmt: skip
        page = Paginator(rows, 50).get_page(self.request.GET.get("page"))
        return super().get_context_data(page=page, crumbs=[(_("Review"), reverse("review")), (_("Periods"), None)], **kwargs)


class PeriodView(ServiceFormMixin, ScopedView, FormView):
    """One period. ``decision``: approved, closed or unlock."""

    roles = (Role.APPROVER,)
    template_name = "programs/periods/detail.html"
    form_class = CommentForm

    @cached_property
    def period(self) -> Period:
        programme = self.get_programme(self.kwargs["programme"])
        if not self.access.can(Role.APPROVER, unit=programme.jurisdiction, programme=programme):
            raise Http404
        period: Period = self.get_or_404(Period.objects.select_related("programme", "locked_by"), programme=programme, code=self.kwargs["period"])
        return period

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        period = self.period
        states = dict(period.reports.order_by().values_list("state").annotate(Count("pk")))
        owed = duties_in(period).count()
        crumbs = [(_("Periods"), reverse("periods")), (f"{period.programme.short} {period.code}", None)]
        return super().get_context_data(
            period=period, programme=period.programme, owed=owed, approved=states.get(ReportState.APPROVED, 0), crumbs=crumbs,
            waiting=states.get(ReportState.SUBMITTED, 0) + states.get(ReportState.REVIEWED, 0), missing=missing_in(self.access, period), **kwargs,
        )  # fmt: skip

    def perform(self, form: BaseForm) -> Period:
        comment, decision = form.cleaned_data["comment"], self.request.POST.get("decision")
        if decision == "unlock":
            return periods.unlock_period(actor=self.request.user, period_id=self.period.pk, comment=comment)
        reason = Period.LockReason.APPROVED if decision == "approved" else Period.LockReason.CLOSED
        return periods.lock_period(actor=self.request.user, period_id=self.period.pk, reason=reason, comment=comment)

    def get_success_url(self) -> str:
        messages.success(self.request, _("Recorded."))
        return self.request.path
