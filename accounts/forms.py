"""Forms of sign-in and of the own password."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.forms import PasswordChangeForm as DjangoPasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.services import passwords
from accounts.services.sign_in import TooManyAtOnce, check_credentials


class SignInForm(AuthenticationForm):
    """Account and password. Every refusal reads the same, whether the account exists or not."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = gettext_lazy("Account")
        self.fields["username"].widget.attrs["autocomplete"] = "username"

    def clean(self) -> dict:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username and password:
            try:
                self.user_cache = check_credentials(
                    request=cast(HttpRequest, self.request), username=username, password=password
                )
            except TooManyAtOnce:
                raise ValidationError(
                    _("Other sign-ins are being checked for this account or address. Try again in a moment."),
                    code="busy",
                ) from None
            if self.user_cache is None:
                raise self._refusal()
        return self.cleaned_data

    def _refusal(self) -> ValidationError:
        limit, minutes = settings.AXES_FAILURE_LIMIT, int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
        if getattr(self.request, "axes_locked_out", False):
            text = _(
                "Sign-in failed %(limit)d times from this account or address, so it is locked for %(minutes)d minutes. "
                "Wait, or ask your security administrator to unlock it."
            )
            return ValidationError(text % {"limit": limit, "minutes": minutes}, code="locked")
        left = limit - getattr(self.request, "axes_failures_since_start", 0)
        text = _(
            "Account or password is wrong. After %(left)d more failures, sign-in is locked for %(minutes)d minutes. "
            "If you forgot the password, ask your security administrator to reset it."
        )
        return ValidationError(text % {"left": left, "minutes": minutes}, code="invalid_login")


class PasswordForm(DjangoPasswordChangeForm):
    """The own password: the old one, and twice the new one."""

    field_order = ["old_password", "new_password1", "new_password2"]

    def clean_new_password1(self) -> str:
        password = self.cleaned_data["new_password1"]
        passwords.refuse_used(self.user, password)
        return password

    def save(self, commit: bool = True):
        passwords.change(actor=self.user, password=self.cleaned_data["new_password1"])
        self.user.refresh_from_db()  # the view renews the session from this very object
        return self.user
