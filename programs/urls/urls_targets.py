"""Addresses of the targets and their splitting."""

from django.urls import path

from programs.views import targets

urlpatterns = [
    path("programmes/<slug:code>/targets/", targets.ProgrammeTargetsView.as_view(), name="programme-targets"),
    path("targets/<int:pk>/", targets.TargetView.as_view(), name="target"),
    path("targets/<slug:indicator>/<str:unit>/split/", targets.SplitView.as_view(), name="target-split"),
]
