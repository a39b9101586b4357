"""Pages of the model villages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
