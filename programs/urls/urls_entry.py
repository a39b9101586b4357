"""Addresses of the area "entry"."""

from django.urls import URLPattern, path

from programs.views import cell, entry, entry_files

urlpatterns: list[URLPattern] = [
    path("entry/", entry.EntryListView.as_view(), name="entry"),
    path("entry/<slug:programme>/<str:period>/", entry.EntryGridView.as_view(), name="entry-grid"),
    path("entry/<slug:programme>/<str:period>/save/", entry.EntrySaveView.as_view(), name="entry-save"),
    path("entry/<slug:programme>/<str:period>/no-change/", entry.NoChangeView.as_view(), name="entry-no-change"),
    path("entry/<slug:programme>/<str:period>/grid.xlsx", entry_files.DownloadView.as_view(), name="entry-download"),
    path("entry/<slug:programme>/<str:period>/upload/", entry_files.UploadView.as_view(), name="entry-upload"),
    path(
        "entry/<slug:programme>/<str:period>/cell/<int:indicator>-<int:unit>/",
        cell.CellView.as_view(),
        name="entry-cell",
    ),
]
