"""What the public reads of the happy rivers."""

from django.urls import path

from rivers.views import public

urlpatterns = [path("honours/rivers/", public.PublicRiverList.as_view(), name="public-rivers")]
