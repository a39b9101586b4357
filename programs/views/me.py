"""The front door, and the page "What I may see and why"."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from accounts.services import people
from audit.models import AuditEntry
from programs.models import Role
from programs.queries.people import grants_in_force
from programs.roles import ABILITIES
from programs.services.digests import sends_mail
from programs.views.base import ANYBODY, ScopedView

SIGN_INS = (
    "account.sign_in",
    "account.sign_out",
    "account.sign_in_failed",
    "account.locked_out",
    "account.password_changed",
)


class HomeView(ScopedView, View):
    """``/`` leads to where the person works: workbench, administration, audit log, or the own page without any grant."""

    roles = ANYBODY

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.access.is_business:
            return redirect("workbench")
        if self.access.has(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
            return redirect("administration")
        return redirect("audit-log" if self.access.has(Role.AUDIT_ADMIN) else "me")


class MailForm(forms.Form):
    """Where my reminders are sent."""

    email = forms.EmailField(
        label=gettext_lazy("Work e-mail"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Empty: no letter. It is used for reminders only and shown to nobody."),
    )


class MeView(ScopedView, TemplateView):
    """Every grant of mine in plain words, my API keys, my recent sign-ins; POST: where my reminders are sent."""

    roles = ANYBODY
    template_name = "accounts/me.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        form = MailForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(mail_form=form), status=422)
        people.set_mail_address(actor=request.user, address=form.cleaned_data["email"])  # type: ignore[arg-type]
        messages.success(request, _("Saved."))
        return redirect("me")

    def get_context_data(self, **kwargs) -> dict:
        user = self.request.user
        mail = {"sends_mail": sends_mail(), "mail_form": MailForm(initial={"email": user.email})}
        grants = [{"grant": grant, "can": ABILITIES[Role(grant.role)]} for grant in grants_in_force(user)]
        keys = user.api_keys.filter(revoked_at=None).order_by("-id")
        visits = AuditEntry.objects.filter(actor_id=user.pk, verb__in=SIGN_INS).order_by("-id")[:10]
        return mail | super().get_context_data(**kwargs) | {"grants": grants, "keys": keys, "visits": visits}
