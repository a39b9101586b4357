"""The own password."""

from __future__ import annotations

from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.views.generic import TemplateView

from accounts.forms import PasswordForm
from accounts.middleware import is_change_due


class PasswordView(PasswordChangeView):
    """Change the own password; every other session of the account ends with it."""

    template_name = "registration/password_change_form.html"
    form_class = PasswordForm
    success_url = reverse_lazy("accounts:password-done")

    def form_invalid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(**kwargs) | {"must_change": is_change_due(self.request.user)}


class PasswordDoneView(LoginRequiredMixin, TemplateView):
    """Says that the password is changed."""

    template_name = "registration/password_change_done.html"
