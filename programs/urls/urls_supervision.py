"""Tasks assigned and followed up, extensions, supervision notices, problems of the people's congress."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
