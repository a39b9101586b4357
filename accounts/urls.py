"""Signing in and out, the own password. What a person may see stands in programs (it reads grants)."""

from django.urls import path

from accounts.views import password, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.SignInView.as_view(), name="sign-in"),
    path("sign-out/", sign_in.SignOutView.as_view(), name="sign-out"),
    path("password/", password.PasswordView.as_view(), name="password"),
    path("password/done/", password.PasswordDoneView.as_view(), name="password-done"),
]
