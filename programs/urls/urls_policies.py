"""Addresses of the area "policies"."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
