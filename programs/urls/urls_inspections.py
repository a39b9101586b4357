"""Checklists, inspections, findings and rectifications."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
