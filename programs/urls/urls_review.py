"""Addresses of the area "review": queues, periods, corrections, the history of a report."""

from django.urls import path

from programs.views import corrections, history, periods, review

urlpatterns = [
    path("review/", review.ReviewListView.as_view(), name="review"),
    path("review/<slug:programme>/<str:period>/", review.ReviewQueueView.as_view(), name="review-queue"),
    path("review/<slug:programme>/<str:period>/withdraw/", review.WithdrawView.as_view(), name="withdraw"),
    path("periods/", periods.PeriodListView.as_view(), name="periods"),
    path("periods/<slug:programme>/<str:period>/", periods.PeriodView.as_view(), name="period"),
    path("periods/<slug:programme>/<str:period>/lock/", periods.PeriodLockView.as_view(), name="period-lock"),
    path("periods/<slug:programme>/<str:period>/unlock/", periods.PeriodUnlockView.as_view(), name="period-unlock"),
    path("corrections/", corrections.CorrectionListView.as_view(), name="corrections"),
    path("corrections/<int:pk>/", corrections.CorrectionView.as_view(), name="correction"),
    path("corrections/<int:pk>/withdraw/", corrections.CorrectionWithdrawView.as_view(), name="correction-withdraw"),
    path(
        "corrections/new/<slug:indicator>/<str:unit>/<str:period>/",
        corrections.CorrectionNewView.as_view(),
        name="correction-new",
    ),
    path("reports/<int:pk>/", history.ReportHistoryView.as_view(), name="report-history"),
]
