"""Pages of the happy rivers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
