"""The administrators' front page, and the system administrator's pages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from accounts.models import ApiKey
from programs.models import ADMINISTRATORS, Feedback, Role
from programs.queries import system
from programs.services.system import revoke_api_key
from programs.views.base import ScopedView


class AdministrationView(ScopedView, View):
    """``/administration/`` leads each administrator to the own work."""

    roles = ADMINISTRATORS

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.access.has(Role.SECURITY_ADMIN):
            return redirect("people")
        return redirect("system" if self.access.has(Role.SYSTEM_ADMIN) else "audit-log")


class SystemView(ScopedView, TemplateView):
    """Versions, servers, schedule, jobs, what is loaded."""

    roles = (Role.SYSTEM_ADMIN,)
    template_name = "programs/grants/system.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        context = {
            "versions": system.versions(), "broker": system.broker_version(), "unsealed": system.unsealed_entries(),
            "loaded": system.loaded(), "schedule": system.schedule(), "jobs": system.jobs(),
            "open_remarks": Feedback.objects.filter(answered_at=None).count(),
            "keys_in_force": ApiKey.objects.filter(revoked_at=None, expires_at__gt=timezone.now()).count(),
        }  # fmt: skip
        return super().get_context_data(**kwargs) | context


class ApiKeysView(ScopedView, TemplateView):
    """Every API key with its person, scope, expiry and last use."""

    roles = (Role.SYSTEM_ADMIN,)
    template_name = "programs/grants/keys.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        page = Paginator(ApiKey.objects.select_related("user").order_by("-id"), 50).get_page(
            self.request.GET.get("page")
        )
        crumbs = [(_("Administration"), reverse("administration")), (_("API keys"), None)]
        return super().get_context_data(**kwargs) | {"page": page, "crumbs": crumbs, "now": timezone.now()}


class ApiKeyRevokeView(ScopedView, View):
    """POST: end a key."""

    roles = (Role.SYSTEM_ADMIN,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        key = ApiKey.objects.filter(pk=pk).first()
        if key is None:
            raise Http404
        revoke_api_key(actor=self.request.user, key=key)
        messages.success(request, _("Revoked. The other system is refused from now on."))
        return redirect("api-keys")
