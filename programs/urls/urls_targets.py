"""Addresses of the targets and their splitting."""

from django.urls import path

from programs.views import derived, reference_series, target_setting, targets

urlpatterns = [
    path("programmes/<slug:code>/targets/", targets.ProgrammeTargetsView.as_view(), name="programme-targets"),
    path("programmes/<slug:code>/targets/set/", target_setting.SetTargetView.as_view(), name="programme-target-set"),
    path("programmes/<slug:code>/formulas/", derived.DerivedView.as_view(), name="programme-formulas"),
    path("programmes/<slug:code>/formulas/new/", derived.FormulaView.as_view(), name="programme-formula-new"),
    path("programmes/<slug:code>/formulas/<slug:indicator>/", derived.FormulaView.as_view(), name="programme-formula"),
    path(
        "programmes/<slug:code>/formulas/<slug:indicator>/retire/",
        derived.RetireFormulaView.as_view(),
        name="programme-formula-retire",
    ),
    path("programmes/<slug:code>/series/", reference_series.SeriesView.as_view(), name="programme-series"),
    path(
        "programmes/<slug:code>/series/<int:pk>/",
        reference_series.SeriesValueView.as_view(),
        name="programme-series-value",
    ),
    path("targets/<int:pk>/", targets.TargetView.as_view(), name="target"),
    path("targets/<slug:indicator>/<str:unit>/split/", targets.SplitView.as_view(), name="target-split"),
]
