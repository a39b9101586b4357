"""The page behind "Report a problem with this page", and the list that the system administrator answers."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View

from programs.errors import RuleViolation
from programs.models import Feedback, Role
from programs.services import feedback as service
from programs.views.base import ANYBODY, ScopedView, add_to_messages


class FeedbackForm(forms.Form):
    """A remark about a page."""

    page = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("What is wrong, or what is missing"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("At most 2,000 characters. Write no identity numbers, telephone numbers or names of villagers."),
    )  # fmt: skip


class AnswerForm(forms.Form):
    """The answer to a remark."""

    text = forms.CharField(label=gettext_lazy("Answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class FeedbackView(ScopedView, FormView):
    """Send a remark; below it one's own remarks with their answers."""

    roles = ANYBODY
    form_class = FeedbackForm
    template_name = "programs/feedback/send.html"

    def get_initial(self) -> dict:
        return {"page": self.request.GET.get("page", "")[:300]}

    def get_context_data(self, **kwargs) -> dict:
        mine = Feedback.objects.filter(user=self.request.user)[:20]
        return super().get_context_data(**kwargs) | {"mine": mine}

    def form_valid(self, form: FeedbackForm) -> HttpResponse:
        service.send(actor=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("Received. The answer will appear on this page."))
        return redirect("feedback")

    def form_invalid(self, form: FeedbackForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class FeedbackListView(ScopedView, TemplateView):
    """Every remark, those without an answer first."""

    roles = (Role.SYSTEM_ADMIN,)
    template_name = "programs/feedback/list.html"

    def get_context_data(self, **kwargs) -> dict:
        rows = Feedback.objects.select_related("user").order_by("-answered_at", "-id")  # NULL sorts first
        page = Paginator(rows, 30).get_page(self.request.GET.get("page"))
        crumbs = [(_("Administration"), reverse("administration")), (_("Remarks"), None)]
        return super().get_context_data(**kwargs) | {"page": page, "form": AnswerForm(auto_id=False), "crumbs": crumbs}


class FeedbackAnswerView(ScopedView, View):
    """Answer one remark."""

    roles = (Role.SYSTEM_ADMIN,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = Feedback.objects.select_related("user").filter(pk=pk).first()
        if found is None:
            raise Http404
        form = AnswerForm(request.POST, auto_id=False)
        if not form.is_valid():
            return render(request, "programs/feedback/answer.html", {"form": form, "one": found}, status=422)
        try:
            service.answer(actor=self.request.user, feedback=found, text=form.cleaned_data["text"])
            messages.success(request, _("Answered."))
        except RuleViolation as violation:
            add_to_messages(request, violation)
        return redirect("feedback-list")
