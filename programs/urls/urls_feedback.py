"""Addresses of remarks about pages."""

from django.urls import path

from programs.views import feedback

urlpatterns = [
    path("feedback/", feedback.FeedbackView.as_view(), name="feedback"),
    path("administration/feedback/", feedback.FeedbackListView.as_view(), name="feedback-list"),
    path("administration/feedback/<int:pk>/", feedback.FeedbackAnswerView.as_view(), name="feedback-answer"),
]
