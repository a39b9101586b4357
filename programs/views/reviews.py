"""Scheduled reviews: when each runs, what it did last, and the administrator's switches. Reminders put away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from programs.errors import RuleViolation
from programs.fields import DayField
from programs.models import Digest, ReviewRun, Role
from programs.queries.reviews import review_lines, runs_of
from programs.reviews import Review, review_of
from programs.services import digests, reviews
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_messages, sentence

READERS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.AUDITOR, Role.APPROVER)
PER_PAGE = 30


class RunForm(forms.Form):
    """For which day, and why by hand."""

    as_of = DayField(
        label=gettext_lazy("For the day"),
        initial=timezone.localdate,
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class TimeForm(forms.Form):
    """Hour and minute as crontab writes them."""

    hour = forms.CharField(
        label=gettext_lazy("Hours"), max_length=20, help_text=gettext_lazy("0 to 23; 9-16 is every hour from 9 to 16.")
    )
    minute = forms.CharField(label=gettext_lazy("Minutes"), max_length=20)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class ReviewsView(ScopedView, TemplateView):
    """Every scheduled review."""

    roles = READERS
    template_name = "programs/reviews/list.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {"lines": review_lines()}


class ReviewMixin:
    """``self.review`` from the address; 404 for one nobody registered."""

    kwargs: dict[str, Any]

    @cached_property
    def review(self) -> Review:
        try:
            return review_of(self.kwargs["code"])
        except KeyError as error:
            raise Http404 from error


class ReviewView(ReviewMixin, ScopedView, TemplateView):
    """One review: its runs, and for the system administrator the switch, the time and a run by hand."""

    roles = READERS
    template_name = "programs/reviews/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        task = reviews.scheduled(self.review.code)
        at = {"hour": task.crontab.hour, "minute": task.crontab.minute} if task else {}
        return super().get_context_data(**kwargs) | {
            "mail": ("on" if digests.sends_mail() else "off") if self.review.code == "remind" else "",
            "review": self.review, "task": task, "page": Paginator(runs_of(self.review.code), PER_PAGE).get_page(self.request.GET.get("page")),
            "may_act": self.access.has(Role.SYSTEM_ADMIN), "run_form": RunForm(initial={"as_of": self.review.as_of(timezone.localdate())}),
            "time_form": TimeForm(initial=at, prefix="time"), "crumbs": [(_("Scheduled reviews"), reverse("reviews")), (self.review.label, None)],
        }  # fmt: skip


class ReviewActView(ReviewMixin, ScopedView, View):
    """POST by the system administrator; back to the review's page with what came of it."""

    roles = (Role.SYSTEM_ADMIN,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        try:
            messages.success(request, self.act(self.review.code))
        except RuleViolation as violation:
            add_to_messages(request, violation)
        except reviews.ReviewFailed as failed:
            messages.error(request, _("The review failed and changed nothing: %(error)s") % {"error": failed})
        return redirect("scheduled-review", code)

    def act(self, code: str) -> str:
        """Do it; what to say then."""
        raise NotImplementedError

    def read(self, form: forms.Form) -> dict[str, Any]:
        """The form's data, or a RuleViolation that names the first wrong field."""
        if form.is_valid():
            return form.cleaned_data
        name, errors = next(iter(form.errors.items()))
        label = form.fields[name].label
        raise RuleViolation("input", f"{label}: {errors[0]}", field=name, next_step=_("Correct it and send it again."))


class ReviewRunView(ReviewActView):
    """Run it now, for today or a day that has passed."""

    def act(self, code: str) -> str:
        done = reviews.run(
            code=code, actor=self.request.user, via=ReviewRun.Via.PAGE, **self.read(RunForm(self.request.POST))
        )
        return _("Ran for %(day)s: %(n)s changed.") % {"day": done.as_of, "n": done.changed}


class ReviewSwitchView(ReviewActView):
    """Let the schedule run it or not."""

    def act(self, code: str) -> str:
        is_on = self.request.POST.get("on") == "1"
        reviews.switch(actor=self.request.user, code=code, is_on=is_on, reason=self.request.POST.get("reason", ""))
        return _("Switched on.") if is_on else _("Switched off.")


class ReviewTimeView(ReviewActView):
    """Another time of the day."""

    def act(self, code: str) -> str:
        reviews.reschedule(actor=self.request.user, code=code, **self.read(TimeForm(self.request.POST, prefix="time")))
        return _("The new time holds from now on.")


class DigestDismissView(ScopedView, View):
    """POST: put today's reminder away. htmx takes the block out; without script the workbench is shown again."""

    roles = ANY_BUSINESS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not Digest.objects.filter(pk=pk, user=self.request.user).exists():
            raise Http404
        try:
            digests.dismiss(actor=self.request.user, digest_id=pk)
        except RuleViolation as violation:
            return HttpResponse(sentence(violation), status=violation.status)
        return HttpResponse() if getattr(request, "htmx", False) else redirect("workbench")
