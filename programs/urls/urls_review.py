# LEAD: read /work/main/COORDINATION.md before editing this file (two engineers are here).
"""Addresses of the area "review": queues, corrections, periods."""

from django.urls import path

from programs.views import corrections, periods, review

urlpatterns = [
    path("review/", review.ReviewListView.as_view(), name="review"),
    path("review/<slug:programme>/<str:period>/", review.ReviewQueueView.as_view(), name="review-queue"),
    path("corrections/", corrections.CorrectionListView.as_view(), name="corrections"),
    path("corrections/<int:pk>/", corrections.CorrectionView.as_view(), name="correction"),
    path("periods/", periods.PeriodListView.as_view(), name="periods"),
    path("periods/<slug:programme>/<str:period>/", periods.PeriodView.as_view(), name="period"),
]
