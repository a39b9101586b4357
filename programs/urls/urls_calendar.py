"""The working-day calendar, dates of steps, exempted cohorts."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
