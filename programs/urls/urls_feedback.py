"""Addresses of the area "feedback"."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
