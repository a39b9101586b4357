"""Addresses of the area "dashboards"."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
