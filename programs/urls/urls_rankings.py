"""Periodic papers and rankings, appeals."""

from django.urls import path, re_path

from programs.views import ranking_rules, rankings

urlpatterns = [
    path("rankings/", rankings.RankingListView.as_view(), name="rankings"),
    path("rankings/new/", rankings.RankingCreateView.as_view(), name="ranking-create"),
    path("rankings/<int:pk>/", rankings.RankingView.as_view(), name="ranking"),
    path("rankings/<int:pk>/appeal/", rankings.AppealView.as_view(), name="ranking-appeal"),
    path("rankings/appeals/<int:pk>/", rankings.AppealDecideView.as_view(), name="ranking-appeal-decide"),
    re_path(
        r"^rankings/(?P<pk>\d+)/paper[.](?P<kind>pdf|docx)$", rankings.RankingFileView.as_view(), name="ranking-file"
    ),
    re_path(
        r"^rankings/(?P<pk>\d+)/(?P<verb>appeals|recompute|publish|withdraw)/$",
        rankings.RankingStepView.as_view(),
        name="ranking-step",
    ),
    path("programmes/<slug:code>/ranking-rule/", ranking_rules.RuleView.as_view(), name="ranking-rule"),
    path("verify/paper/<str:code>/", ranking_rules.VerifyPaperView.as_view(), name="verify-paper"),
]
