"""Addresses of the area "search"."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
