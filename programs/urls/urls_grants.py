"""Addresses of the area "grants"."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
