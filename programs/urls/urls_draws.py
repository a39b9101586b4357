"""Random draws, open to anybody once committed."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
