"""Publicity notices: their preparation, and the public pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
