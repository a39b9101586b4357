"""Pages of elder care."""

from django.urls import path

from eldercare.views import facilities, figures, institutions

urlpatterns = [
    path("facilities/", facilities.FacilitiesView.as_view(), name="eldercare-facilities"),
    path("facilities/new/", facilities.FacilityEditView.as_view(), name="eldercare-facility-new"),
    path("facilities/<int:pk>/", facilities.FacilityView.as_view(), name="eldercare-facility"),
    path("facilities/<int:pk>/edit/", facilities.FacilityEditView.as_view(), name="eldercare-facility-edit"),
    path("facilities/<int:pk>/project/", facilities.FacilityProjectView.as_view(), name="eldercare-facility-project"),
    path("estates/", facilities.EstatesView.as_view(), name="eldercare-estates"),
    path("estates/new/", facilities.EstateEditView.as_view(), name="eldercare-estate-new"),
    path("estates/<int:pk>/", facilities.EstateView.as_view(), name="eldercare-estate"),
    path("estates/<int:pk>/edit/", facilities.EstateEditView.as_view(), name="eldercare-estate-edit"),
    path("institutions/", institutions.InstitutionsView.as_view(), name="eldercare-institutions"),
    path("institutions/new/", institutions.InstitutionEditView.as_view(), name="eldercare-institution-new"),
    path("institutions/<int:pk>/", institutions.InstitutionView.as_view(), name="eldercare-institution"),
    path("institutions/<int:pk>/edit/", institutions.InstitutionEditView.as_view(), name="eldercare-institution-edit"),
    path("institutions/<int:pk>/risk/", institutions.RiskView.as_view(), name="eldercare-risk"),
    path("institutions/<int:pk>/drills/", institutions.DrillNewView.as_view(), name="eldercare-drill-new"),
    path("drills/<int:pk>/strike/", institutions.DrillStrikeView.as_view(), name="eldercare-drill-strike"),
    path("drills/", institutions.DrillsView.as_view(), name="eldercare-drills"),
    path("coverage/", figures.CoverageView.as_view(), name="eldercare-coverage"),
    path("counts/", figures.CountsView.as_view(), name="eldercare-counts"),
    path("split/", figures.SplitView.as_view(), name="eldercare-split"),
]
