"""Addresses of the area "jobs"."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
