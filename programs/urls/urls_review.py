"""Addresses of the area "review"."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
