"""The monthly burden report."""

from django.urls import path

from programs.views import burden

urlpatterns = [
    path("burden/", burden.BurdenListView.as_view(), name="burdens"),
    path("burden/<str:month>/<str:unit>/", burden.BurdenView.as_view(), name="burden"),
]
