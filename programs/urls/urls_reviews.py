"""Scheduled reviews, their runs, digests and snapshots."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
