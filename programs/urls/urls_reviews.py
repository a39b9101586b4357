"""Scheduled reviews and the reminders they write."""

from django.urls import path

from programs.views import reviews

urlpatterns = [
    path("reviews/", reviews.ReviewsView.as_view(), name="reviews"),
    path("reviews/<slug:code>/", reviews.ReviewView.as_view(), name="scheduled-review"),
    path("reviews/<slug:code>/run/", reviews.ReviewRunView.as_view(), name="scheduled-review-run"),
    path("reviews/<slug:code>/switch/", reviews.ReviewSwitchView.as_view(), name="scheduled-review-switch"),
    path("reviews/<slug:code>/time/", reviews.ReviewTimeView.as_view(), name="scheduled-review-time"),
    path("digests/<int:pk>/dismiss/", reviews.DigestDismissView.as_view(), name="digest-dismiss"),
]
