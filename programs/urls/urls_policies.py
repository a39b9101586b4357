"""Addresses of the documents, their clauses and known defects."""

from django.urls import path

from programs.views import policies

urlpatterns = [
    path("documents/", policies.DocumentsView.as_view(), name="documents"),
    path("documents/defects/", policies.IssuesView.as_view(), name="document-issues"),
    path("documents/<slug:code>/", policies.DocumentView.as_view(), name="document"),
    path("clauses/<int:pk>/", policies.ClauseView.as_view(), name="clause"),
]
