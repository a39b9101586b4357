"""Supervision notices: the list, issuing one, its page with the answer, its file, and its public check."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from programs.access import Access
from programs.assignment_steps import CLOSER, FINAL, OWNER
from programs.errors import RuleViolation
from programs.models import Role, SupervisionNotice, TaskAssignment
from programs.queries.supervision_inbox import notices_for
from programs.services import supervision_notices as service
from programs.services.assignments import WHO, acting
from programs.services.bulletins.verification import normal_code
from programs.services.files import digest
from programs.supervision_forms import AnswerForm, NoticeForm
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin, add_to_form
from programs.views.jobs import send_file
from programs.views.verify import FileForm, PublicView

PER_PAGE = 50
RELATED = ("programme__jurisdiction", "unit", "organization", "issued_by", "answered_by", "file")
OF_TASK = ("task__programme__jurisdiction", "task__clause", "unit", "organization")


class NoticeListView(ScopedView, TemplateView):
    """Every notice in sight, newest first. Fixed queries."""

    roles = ANY_BUSINESS
    template_name = "programs/supervision/notices.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.scoped(SupervisionNotice.objects.select_related(*RELATED)).order_by("-issued_at", "-id")
        if self.request.GET.get("mine"):
            rows = rows.filter(pk__in=notices_for(self.request.user).values("pk"))
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(**kwargs) | {
            "page": page, "today": timezone.localdate(),
            "crumbs": [(_("Assigned tasks"), reverse("assignments"))],
        }  # fmt: skip


class NoticeNewView(ServiceFormMixin, ScopedView, FormView):
    """Issue a notice about one assignment; further open ones of the same body can be ticked."""

    roles = (Role.APPROVER,)
    form_class = NoticeForm
    template_name = "programs/supervision/notice_new.html"

    @cached_property
    def one(self) -> TaskAssignment:
        found: TaskAssignment = self.get_or_404(
            TaskAssignment.objects.select_related(*OF_TASK), pk=self.kwargs["assignment"]
        )
        if acting(self.access, found, CLOSER) is None:
            raise PermissionDenied(str(WHO[CLOSER]))
        return found

    @cached_property
    def others(self) -> list[TaskAssignment]:
        """Open assignments of the same body, the one asked for first."""
        rows = TaskAssignment.objects.select_related("task__clause").filter(
            task__programme=self.one.task.programme, unit=self.one.unit, organization=self.one.organization
        )
        found = list(self.scoped(rows).exclude(state__in=FINAL).order_by("task__number"))
        return sorted(found, key=lambda row: row.pk != self.one.pk)

    def perform(self, form: NoticeForm) -> SupervisionNotice:
        ticked = {int(value) for value in self.request.POST.getlist("tasks") if value.isascii() and value.isdigit()}
        known = [row.pk for row in self.others if row.pk in ticked]
        return service.issue(actor=self.request.user, assignment_ids=known or [self.one.pk], **form.cleaned_data)

    def get_success_url(self) -> str:
        messages.success(self.request, _("The notice is issued."))
        return reverse("supervision-notice", args=[self.done.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ticked = set(self.request.POST.getlist("tasks")) or {str(self.one.pk)}
        return super().get_context_data(**kwargs) | {
            "one": self.one, "others": [(row, str(row.pk) in ticked) for row in self.others],
            "crumbs": [(_("Assigned tasks"), reverse("assignments")), (_("Supervision notices"), reverse("supervision-notices"))],
        }  # fmt: skip


class NoticeView(ScopedView, View):
    """One notice: what it demands of whom about which tasks, and the answer."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(AnswerForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        found, form = self.get_or_404(SupervisionNotice, pk=pk), AnswerForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            service.answer(actor=self.request.user, notice_id=found.pk, text=form.cleaned_data["answer"])
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(form, status=violation.status)
        messages.success(request, _("The answer is recorded."))
        return redirect("supervision-notice", pk=pk)

    def show(self, form: AnswerForm, status: int = 200) -> HttpResponse:
        """Render the page, with the form that was refused."""
        one = self.get_or_404(SupervisionNotice.objects.select_related(*RELATED), pk=self.kwargs["pk"])
        rows = list(one.assignments.select_related(*OF_TASK).order_by("task__number"))
        return render(self.request, "programs/supervision/notice.html", {
            "one": one, "rows": rows, "form": form, "today": timezone.localdate(),
            "answers": one.answered_at is None and _owns(self.access, rows),
            "crumbs": [(_("Assigned tasks"), reverse("assignments")), (_("Supervision notices"), reverse("supervision-notices"))],
        }, status=status)  # fmt: skip


def _owns(access: Access, rows: list[TaskAssignment]) -> bool:
    return bool(rows) and acting(access, rows[0], OWNER) is not None


class NoticeFileView(ScopedView, View):
    """The printed notice."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        found = self.get_or_404(SupervisionNotice.objects.select_related("file", "programme"), pk=pk)
        return send_file(service.file_of(found))


class VerifyNoticeView(PublicView):
    """``/verify/notice/<code>/``: number, issuer and day of a notice, nothing of its content; a file can be compared."""

    form_class = FileForm
    template_name = "programs/supervision/verify.html"

    @cached_property
    def notice(self) -> SupervisionNotice:
        rows = SupervisionNotice.objects.select_related("file", "programme")
        found = rows.filter(code=normal_code(self.kwargs["code"])).first()
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"notice": self.notice}

    def form_valid(self, form: FileForm) -> HttpResponse:
        found, kept = digest(form.cleaned_data["file"].file), service.file_of(self.notice)
        same = (found.sha256, found.sm3) == (kept.sha256, kept.sm3)
        return self.render_to_response(self.get_context_data(form=FileForm(), is_same=same, found=found))
