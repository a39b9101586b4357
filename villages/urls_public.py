"""What the public reads of the model villages."""

from django.urls import path

from villages.views import public

urlpatterns = [path("honours/villages/", public.PublicHonourList.as_view(), name="public-villages")]
