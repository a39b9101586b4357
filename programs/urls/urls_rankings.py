"""Periodic papers and rankings, appeals."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
