"""Signing in and out."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from accounts.forms import SignInForm
from accounts.models import User
from audit.services import record


class SignInView(LoginView):
    """Account and password. ``next`` is followed within this site only; the session's id changes (Django's ``login``)."""

    template_name = "registration/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 429 if form.has_error("__all__", "busy") else 422
        return response

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(**kwargs) | {"demo_accounts": demo_accounts() if settings.LUOSHI_DEMO else []}


class SignOutView(LogoutView):
    """POST only; the act is in the audit log."""

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            record("account.sign_out", actor=request.user, obj=request.user)
        response = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = (
            '"storage"'  # cells kept in the browser are not for the next person at this machine
        )
        return response


def demo_accounts() -> list[dict]:
    """Invented people, for the sign-in page in demo mode: username, password, name, and their card in the language in use."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    rows = User.objects.filter(is_demo=True, is_active=True).order_by("id")
    common = {"password": settings.LUOSHI_DEMO_PASSWORD}
    return [
        common | {"username": user.username, "name": user.full_name} | user.demo_card.get(language, {}) for user in rows
    ]


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict | None) -> HttpResponse:
    """django-axes asks for the answer to a locked attempt: the form again, with the form's own sentence, as 429."""
    answer = response or HttpResponse()
    answer.status_code = 429
    return answer
