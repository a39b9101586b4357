"""Addresses of the area "targets"."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
