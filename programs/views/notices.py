"""The office's side of publicity: notices in sight, preparing one, posting, withdrawing, printing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.generic import TemplateView, View

from policies.models import Clause
from programs.documents.notice import print_notice
from programs.errors import RuleViolation
from programs.models import Declaration, Notice, Objection, Programme, Role, Unit
from programs.queries.notices import free_declarations, stages_with_declarations, table_of
from programs.services import notices
from programs.services.notice_rules import OFFICE, POSTS
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_form, add_to_messages
from programs.views.notice_forms import NoticeForm, ReasonForm
from programs.workflow import workflow_of

PER_PAGE = 50
MOST_LINES = 300
USUAL_DAYS = 5  # working days, rivers 三(六)
LIGHTS = {"draft": "todo", "posted": "ok", "ended": "done", "withdrawn": "back"}


class NoticeListView(ScopedView, TemplateView):
    """Every notice in sight, newest first, by state."""

    roles = ANY_BUSINESS
    template_name = "programs/notices/list.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        state = self.request.GET.get("state", "")
        state = state if state in Notice.State.values else ""
        rows = self.scoped(Notice.objects.select_related("programme", "unit"))
        counts = dict(rows.order_by().values_list("state").annotate(n=Count("id")))
        rows = rows.filter(state=state) if state else rows
        waiting = Count("objections", filter=Q(objections__judged_at=None), distinct=True)
        rows = rows.annotate(
            lines=Count("items", distinct=True), raised=Count("objections", distinct=True), waiting=waiting
        )
        tabs = [{"url": reverse("notices"), "label": _("All"), "count": sum(counts.values()), "current": not state}]
        tabs += [
            {"url": f"{reverse('notices')}?{urlencode({'state': one.value})}", "label": one.label, "count": counts.get(one.value, 0), "current": state == one.value}
            for one in Notice.State
        ]  # fmt: skip
        page = Paginator(rows.order_by("-id"), PER_PAGE).get_page(self.request.GET.get("page"))
        for notice in page:
            notice.light = LIGHTS[notice.state]
        may = self.access.has(*OFFICE)
        return super().get_context_data(**kwargs) | {"page": page, "tabs": tabs, "may_prepare": may, "crumbs": []}


class NoticeMixin:
    """``self.notice`` from the address; 404 outside the person's scope."""

    kwargs: dict[str, Any]

    @cached_property
    def notice(self: Any) -> Notice:
        rows = Notice.objects.select_related("programme", "unit", "clause__document", "created_by", "posted_by")
        return self.get_or_404(rows.prefetch_related("items__declaration__project"), pk=self.kwargs["pk"])

    def acts(self: Any, roles: tuple[Role, ...]) -> bool:
        """Whether the person holds one of ``roles`` at the level whose notice it is."""
        unit, programme = self.notice.unit, self.notice.programme
        return self.access.acting(roles, levels=(unit.level,), unit=unit, programme=programme) is not None

    def crumbs(self: Any, *more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
        own = reverse("notice", args=[self.notice.pk]) if more else None
        return [(pgettext("publicity", "Notices"), reverse("notices")), (self.notice.title, own), *more]


class NoticeView(NoticeMixin, ScopedView, TemplateView):
    """One notice as the public sees it, its dates and their history, and the objections to it."""

    roles = ANY_BUSINESS
    template_name = "programs/notices/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        notice = self.notice
        objections = list(
            self.scoped(Objection.objects.filter(notice=notice)).select_related(
                "item__declaration__project", "recorded_by", "judged_by"
            )
        )
        for one in objections:
            one.may_judge = self.acts(OFFICE) and self.request.user.pk not in {one.recorded_by_id, notice.created_by_id}
        return super().get_context_data(**kwargs) | {
            "notice": notice, "table": table_of(notice), "objections": objections, "terms": list(notice.earlier_terms.all()),
            "light": LIGHTS[notice.state], "crumbs": self.crumbs(), "may_act": self.acts(OFFICE), "may_post": self.acts(POSTS),
            "is_up": notice.state == Notice.State.POSTED and notice.ends_on is not None and notice.ends_on >= timezone.localdate(),
            "withdraw_form": kwargs.get("withdraw_form") or ReasonForm(),
        }  # fmt: skip


class NoticePostView(NoticeMixin, ScopedView, View):
    """POST: put a draft up today."""

    roles = POSTS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            posted = notices.post(actor=self.request.user, notice_id=self.notice.pk)
        except RuleViolation as violation:
            add_to_messages(request, violation)
        else:
            messages.success(
                request, _("Posted. It is up until %(day)s and comes down by itself.") % {"day": posted.ends_on}
            )
        return redirect("notice", self.notice.pk)


class NoticeWithdrawView(NoticeMixin, ScopedView, View):
    """POST: take a notice away for good, with a reason."""

    roles = POSTS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            notices.withdraw(actor=self.request.user, notice_id=self.notice.pk, reason=request.POST.get("reason", ""))
        except RuleViolation as violation:
            add_to_messages(request, violation)
        else:
            messages.success(request, _("Withdrawn. Nobody outside can read it any more."))
        return redirect("notice", self.notice.pk)


class NoticePdfView(NoticeMixin, ScopedView, View):
    """The notice in the official layout."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return pdf_response(self.notice)


def pdf_response(notice: Notice) -> HttpResponse:
    """The printed notice as a download."""
    name = f"notice-{notice.code}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(print_notice(notice), content_type="application/pdf", headers=headers)


class NoticeNewView(ScopedView, View):
    """First what it is about (programme, procedure, stage), then the text around the table of allowed fields."""

    roles = OFFICE

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.GET.get("stage"):
            return self._choose()
        subject = self._subject(request.GET)
        form = NoticeForm(initial=self._usual(subject), **self._choices(subject))
        return self._show(subject, form, {one.pk for one in subject["declarations"]})

    def post(self, request: HttpRequest) -> HttpResponse:
        if not request.POST.get("stage"):
            return self._choose(status=422)
        subject = self._subject(request.POST)
        form = NoticeForm(request.POST, **self._choices(subject))
        picked = {int(one) for one in request.POST.getlist("declarations") if one.isascii() and one.isdigit()}
        chosen = [one for one in subject["declarations"] if one.pk in picked]
        if form.is_valid():
            try:
                done = notices.prepare(
                    actor=self.request.user, programme=subject["programme"], declarations=chosen, **form.cleaned_data
                )
            except RuleViolation as violation:
                add_to_form(form, violation)
                return self._show(subject, form, picked, status=violation.status)
            messages.success(request, _("Prepared. Read it once more; an approver posts it."))
            return redirect("notice", done.pk)
        return self._show(subject, form, picked, status=422)

    def _choose(self, status: int = 200) -> HttpResponse:
        mine = self.access.within(OFFICE, unit_path="project__unit__path", programme="project__programme_id")
        stages = stages_with_declarations(self.scoped(Declaration.objects.filter(mine)))
        names = {one.code: one for one in self.scoped(Programme)}
        for row in stages:
            row["programme_name"] = names[row["programme"]].short
            row["url"] = "?" + urlencode({key: row[key] for key in ("programme", "workflow", "stage")})
        return render(
            self.request, "programs/notices/choose.html", {"stages": stages, "crumbs": self._crumbs()}, status=status
        )

    def _subject(self, given: QueryDict) -> dict[str, Any]:
        """What the address or the form names; 404 for a programme out of sight, no stage, or one that is not public."""
        programme = self.get_or_404(
            Programme.objects.select_related("jurisdiction", "document"), code=given.get("programme", "")
        )
        try:
            flow = workflow_of(given.get("workflow", ""))
            stage = flow.stage(given.get("stage", ""))
        except KeyError as error:
            raise Http404 from error
        if not stage.publishes:
            raise Http404
        units = self._units(programme)
        below = Q(pk__in=[])
        for unit in units:
            below |= Q(project__unit__path__startswith=unit.path)
        rows = free_declarations(
            self.scoped(Declaration.objects.filter(below)),
            programme=programme.code,
            workflow=flow.code,
            stage=stage.code,
        )[:MOST_LINES]
        return {"programme": programme, "flow": flow, "stage": stage, "units": units, "declarations": list(rows)}

    def _units(self, programme: Programme) -> QuerySet[Unit]:
        """Units at which the person's own office stands in this programme."""
        mine = [
            one.unit_id
            for one in self.access.business
            if one.role in OFFICE and one.programme_id in (None, programme.pk)
        ]
        return Unit.objects.filter(pk__in=mine, path__startswith=programme.jurisdiction.path).order_by("path")

    def _choices(self, subject: dict[str, Any]) -> dict[str, Any]:
        return {
            "units": subject["units"],
            "clauses": Clause.objects.filter(document=subject["programme"].document).order_by("position"),
        }

    def _usual(self, subject: dict[str, Any]) -> dict[str, Any]:
        """The usual words, in Chinese: a notice is an official paper. The office changes what it wants."""
        unit = subject["units"].first()
        with translation.override("zh-hans"):
            words = {"programme": subject["programme"].short, "stage": subject["stage"].name, "n": USUAL_DAYS}
            issuer = self.access.office(OFFICE, programme=subject["programme"])
            return {
                "unit": unit,
                "workdays": USUAL_DAYS,
                "issuer": issuer,
                "title": _("Notice of the list of %(programme)s (%(stage)s)") % words,
                "text": _(
                    "The list of %(programme)s (%(stage)s) is published for %(n)s working days. Whoever objects may tell "
                    "us the facts, with name and contact, in writing or in person during this time."
                )
                % words,
            }

    def _show(self, subject: dict[str, Any], form: NoticeForm, picked: set[int], status: int = 200) -> HttpResponse:
        lines = [
            {"declaration": one, "shown": notices.shown_of(one), "is_picked": one.pk in picked, "errors": []}
            for one in subject["declarations"]
        ]
        context = subject | {"form": form, "lines": lines, "crumbs": self._crumbs()}
        return render(self.request, "programs/notices/new.html", context, status=status)

    def _crumbs(self) -> list[tuple[str, str | None]]:
        return [(pgettext("publicity", "Notices"), reverse("notices")), (_("New notice"), None)]
