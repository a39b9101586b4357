"""The front door, and the page "What I may see and why"."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView, View

from audit.models import AuditEntry
from programs.models import Role
from programs.queries.people import grants_in_force
from programs.roles import ABILITIES
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


class MeView(ScopedView, TemplateView):
    """Every grant of mine in plain words, my API keys, my recent sign-ins."""

    roles = ANYBODY
    template_name = "accounts/me.html"

    def get_context_data(self, **kwargs) -> dict:
        user = self.request.user
        grants = [{"grant": grant, "can": ABILITIES[Role(grant.role)]} for grant in grants_in_force(user)]
        keys = user.api_keys.filter(revoked_at=None).order_by("-id")
        visits = AuditEntry.objects.filter(actor_id=user.pk, verb__in=SIGN_INS).order_by("-id")[:10]
        return super().get_context_data(**kwargs) | {"grants": grants, "keys": keys, "visits": visits}
