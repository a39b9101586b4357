"""Addresses of the area "entry"."""

from django.urls import URLPattern, path

from programs.views import entry

urlpatterns: list[URLPattern] = [
    path("entry/", entry.EntryListView.as_view(), name="entry"),
    path("entry/<slug:programme>/<str:period>/", entry.EntryGridView.as_view(), name="entry-grid"),
    path("entry/<slug:programme>/<str:period>/save/", entry.EntrySaveView.as_view(), name="entry-save"),
]
