"""Addresses of the area "workbench"."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
