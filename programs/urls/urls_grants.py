"""The front door, "What I may see and why", and the administrators' pages."""

from django.urls import path

from programs.views import me

urlpatterns = [
    path("", me.HomeView.as_view(), name="home"),
    path("accounts/me/", me.MeView.as_view(), name="me"),
]
