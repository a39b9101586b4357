"""Pages of elder care."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
