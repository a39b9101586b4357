"""Pages of the model villages."""

from django.urls import path

from villages.views import candidates, overview, papers, plans, samples

urlpatterns = [
    path("", overview.YearView.as_view(), name="villages-year"),
    path("quotas/", overview.QuotasView.as_view(), name="villages-quotas"),
    path("honours/", overview.HonourListView.as_view(), name="villages-honours"),
    path("plans/", plans.PlansView.as_view(), name="villages-plans"),
    path("belts/", plans.BeltsView.as_view(), name="villages-belts"),
    path("sample/", samples.SampleView.as_view(), name="villages-sample"),
    path("milestones/<int:pk>/", plans.MilestoneView.as_view(), name="village-milestone"),
    path("sanctions/<int:pk>/lift/", overview.LiftView.as_view(), name="village-lift"),
    path("new/", candidates.PutForwardView.as_view(), name="village-new"),
    path("acceptance/<int:pk>/pdf/", papers.AcceptancePdfView.as_view(), name="village-acceptance-pdf"),
    path("honours/<int:pk>/pdf/", papers.HonourPdfView.as_view(), name="village-honour-pdf"),
    path("places/<slug:code>/", candidates.CandidateView.as_view(), name="village-edit"),
    path("places/<slug:code>/works/", candidates.WorksView.as_view(), name="village-works"),
]
