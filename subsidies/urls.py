"""Pages of funds, awards and transfers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
