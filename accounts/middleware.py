"""An expired or one-time password is changed before anything else is done."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

OPEN = ("accounts:password", "accounts:sign-out", "set_language", "javascript-catalog", "healthz", "readyz")


class PasswordAgeMiddleware:
    """Send a person whose password must be changed to the form that changes it (specification 11.1)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and is_change_due(request.user) and request.path not in map(reverse, OPEN):
            return self._refuse(request)
        return self.get_response(request)

    @staticmethod
    def _refuse(request: HttpRequest) -> HttpResponse:
        text = _("Your password is a one-time password or older than %(days)d days. Set a new one to go on.")
        text %= {"days": settings.LUOSHI_PASSWORD_AGE.days}
        form = reverse("accounts:password")
        if request.path.startswith("/api/"):
            problem = {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": text, "next_step": form}
            return JsonResponse(problem, status=403, content_type="application/problem+json")
        messages.warning(request, text)
        return HttpResponseClientRedirect(form) if getattr(request, "htmx", False) else redirect(form)


def is_change_due(user) -> bool:
    """Whether the password is a one-time one or older than ``LUOSHI_PASSWORD_AGE``; invented people are exempt."""
    if user.is_demo:
        return False
    changed = user.password_changed_at or user.date_joined
    return user.must_change_password or timezone.now() - changed > settings.LUOSHI_PASSWORD_AGE
