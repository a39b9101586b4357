"""Projects, their declarations, papers and the inbox."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
