"""Addresses of the pages, one module per area. Names are not namespaced; each area edits its own module only."""

from django.urls import include, path

AREAS = (
    "workbench",
    "entry",
    "review",
    "dashboards",
    "policies",
    "targets",
    "bulletins",
    "jobs",
    "grants",
    "feedback",
    "search",
    "declarations",
    "inspections",
    "draws",
    "supervision",
    "notices",
    "calendar",
    "reviews",
    "rankings",
    "burden",
)

urlpatterns = [path("", include(f"programs.urls.urls_{area}")) for area in AREAS]
