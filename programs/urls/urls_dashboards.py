"""Addresses of the dashboards: programmes, units, and the way back from a figure."""

from django.urls import path

from programs.views import programmes, trace, units

urlpatterns = [
    path("programmes/", programmes.ProgrammesView.as_view(), name="programmes"),
    path("programmes/<slug:code>/", programmes.ProgrammeView.as_view(), name="programme"),
    path("programmes/<slug:code>/tasks/", programmes.TasksView.as_view(), name="programme-tasks"),
    path("units/", units.OverviewView.as_view(), name="overview"),
    path("units/<str:code>/", units.UnitView.as_view(), name="unit"),
    path("trace/", trace.TraceIndexView.as_view(), name="trace-index"),
    path("trace/<slug:indicator>/<str:period>/<str:unit>/", trace.TraceView.as_view(), name="trace"),
]
