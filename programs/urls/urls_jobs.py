"""Addresses of jobs and the files they made."""

from django.urls import path

from programs.views import jobs

urlpatterns = [
    path("jobs/", jobs.JobListView.as_view(), name="jobs"),
    path("jobs/<int:pk>/", jobs.JobView.as_view(), name="job"),
    path("jobs/<int:pk>/cancel/", jobs.JobCancelView.as_view(), name="job-cancel"),
    path("jobs/<int:pk>/file/", jobs.JobFileView.as_view(), name="job-file"),
]
