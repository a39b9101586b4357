"""Addresses of the area "bulletins"."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
