"""Addresses of the area "workbench"."""

from django.urls import path

from programs.views import workbench

urlpatterns = [path("workbench/", workbench.WorkbenchView.as_view(), name="workbench")]
