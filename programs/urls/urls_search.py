"""Address of the search."""

from django.urls import path

from programs.views import search

urlpatterns = [path("search/", search.SearchView.as_view(), name="search")]
