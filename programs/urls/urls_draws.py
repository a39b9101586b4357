"""Random draws, open to anybody once committed."""

from django.urls import path, re_path

from programs.views import draws

urlpatterns = [
    path("draws/", draws.DrawListView.as_view(), name="draws"),
    path("draws/new/", draws.DrawCreateView.as_view(), name="draw-create"),
    path("draws/<int:pk>/", draws.DrawView.as_view(), name="draw"),
    path("draws/<int:pk>/lists/", draws.DrawListsView.as_view(), name="draw-lists"),
    path("draws/<int:pk>/inspect/<int:candidate>/", draws.DrawInspectView.as_view(), name="draw-inspect"),
    re_path(
        r"^draws/(?P<pk>\d+)/(?P<verb>commit|draw|publish|cancel)/$", draws.DrawStepView.as_view(), name="draw-step"
    ),
    path("public/draws/", draws.PublicDrawListView.as_view(), name="draws-public"),
    path("public/draws/<slug:code>/", draws.PublicDrawView.as_view(), name="draw-public"),
]
