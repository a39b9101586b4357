"""The monthly burden report."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
