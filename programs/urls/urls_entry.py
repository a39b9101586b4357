"""Addresses of the area "entry"."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
