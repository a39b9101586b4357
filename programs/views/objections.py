"""Recording, judging and answering an objection. The person who objected is named in the paper register only."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.generic import FormView

from programs.models import Notice, Objection
from programs.services import notices
from programs.services.notice_rules import OFFICE
from programs.views.base import ScopedView, ServiceFormMixin
from programs.views.notice_forms import AnswerForm, JudgeForm, ObjectionForm


class ObjectionNewView(ServiceFormMixin, ScopedView, FormView):
    """Write an objection down under its number in the register."""

    roles = OFFICE
    form_class = ObjectionForm
    template_name = "programs/notices/objection.html"

    @cached_property
    def notice(self) -> Notice:
        return self.get_or_404(Notice.objects.select_related("unit", "programme", "clause"), pk=self.kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        items = self.notice.items.select_related("declaration__project")
        return super().get_form_kwargs() | {"items": items}

    def perform(self, form: ObjectionForm) -> Objection:
        data = form.cleaned_data
        item = data.pop("item")
        return notices.record_objection(
            actor=self.request.user, notice_id=self.notice.pk, item_id=item.pk if item else None, **data
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        crumbs = [
            (pgettext("publicity", "Notices"), reverse("notices")),
            (self.notice.title, self.get_success_url()),
            (_("Record an objection"), None),
        ]
        return super().get_context_data(**kwargs) | {"notice": self.notice, "crumbs": crumbs}

    def get_success_url(self) -> str:
        return reverse("notice", args=[self.notice.pk])

    def form_valid(self, form: Any) -> Any:
        response = super().form_valid(form)
        if response.status_code == 302:
            messages.success(self.request, _("Recorded. A colleague who did neither this nor the notice judges it."))
        return response


class OneObjection(ServiceFormMixin, ScopedView, FormView):
    """A form about one objection."""

    roles = OFFICE

    @cached_property
    def objection(self) -> Objection:
        related = (
            "notice__unit",
            "notice__programme",
            "notice__clause__document",
            "item__declaration__project",
            "recorded_by",
        )
        return self.get_or_404(Objection.objects.select_related(*related), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict:
        notice = self.objection.notice
        crumbs = [
            (pgettext("publicity", "Notices"), reverse("notices")),
            (notice.title, self.get_success_url()),
            (self.objection.register_no, None),
        ]
        return super().get_context_data(**kwargs) | {"one": self.objection, "notice": notice, "crumbs": crumbs}

    def get_success_url(self) -> str:
        return reverse("notice", args=[self.objection.notice_id])


class ObjectionJudgeView(OneObjection):
    """Major? True? With reasons."""

    form_class = JudgeForm
    template_name = "programs/notices/judge.html"

    def perform(self, form: JudgeForm) -> Objection:
        data = form.cleaned_data
        return notices.judge_objection(
            actor=self.request.user, objection_id=self.objection.pk, is_major=data["is_major"] == "yes", is_true=data["is_true"] == "yes",
            judgement=data["judgement"], answered_on=data["answered_on"], answer=data["answer"],
        )  # fmt: skip


class ObjectionAnswerView(OneObjection):
    """What the objector was answered."""

    form_class = AnswerForm
    template_name = "programs/notices/answer.html"

    def perform(self, form: AnswerForm) -> Objection:
        return notices.answer_objection(actor=self.request.user, objection_id=self.objection.pk, **form.cleaned_data)
