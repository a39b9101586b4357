"""The routes of the REST API, below /api/."""

from django.urls import include, path, re_path

from programs.api import bulletins, docs, documents, draws, due, plans, reports, rollups, tree
from rivers import api as rivers
from villages import api as villages

v1 = [
    path("units/", tree.UnitList.as_view(), name="api-units"),
    path("units/<str:code>/", tree.UnitDetail.as_view(), name="api-unit"),
    path("organizations/", tree.OrganizationList.as_view(), name="api-organizations"),
    path("organizations/<str:code>/", tree.OrganizationDetail.as_view(), name="api-organization"),
    path("documents/", documents.DocumentList.as_view(), name="api-documents"),
    path("documents/<str:code>/", documents.DocumentDetail.as_view(), name="api-document"),
    path("clauses/", documents.ClauseList.as_view(), name="api-clauses"),
    path("clauses/<int:pk>/", documents.ClauseDetail.as_view(), name="api-clause"),
    path("programmes/", plans.ProgrammeList.as_view(), name="api-programmes"),
    path("programmes/<str:code>/", plans.ProgrammeDetail.as_view(), name="api-programme"),
    path("indicators/", plans.IndicatorList.as_view(), name="api-indicators"),
    path("indicators/<str:code>/", plans.IndicatorDetail.as_view(), name="api-indicator"),
    path("targets/", plans.TargetList.as_view(), name="api-targets"),
    path("targets/<int:pk>/", plans.TargetDetail.as_view(), name="api-target"),
    path("tasks/", plans.TaskList.as_view(), name="api-tasks"),
    path("tasks/<int:pk>/", plans.TaskDetail.as_view(), name="api-task"),
    path("periods/", plans.PeriodList.as_view(), name="api-periods"),
    path("periods/<int:pk>/", plans.PeriodDetail.as_view(), name="api-period"),
    path("progress-reports/", reports.ReportList.as_view(), name="api-progress-reports"),
    path("progress-reports/due/", due.DueList.as_view(), name="api-progress-reports-due"),
    path("progress-reports/<int:pk>/", reports.ReportDetailView.as_view(), name="api-progress-report"),
    path("progress-reports/<int:pk>/submit/", reports.SubmitView.as_view(), name="api-progress-report-submit"),
    path("progress-reports/<int:pk>/withdraw/", reports.WithdrawView.as_view(), name="api-progress-report-withdraw"),
    path("progress-reports/<int:pk>/approve/", reports.ApproveView.as_view(), name="api-progress-report-approve"),
    path("progress-reports/<int:pk>/return/", reports.ReturnView.as_view(), name="api-progress-report-return"),
    path("rollups/", rollups.Rollup.as_view(), name="api-rollups"),
    path("rollups/children/", rollups.RollupChildren.as_view(), name="api-rollups-children"),
    path("bulletins/", bulletins.BulletinList.as_view(), name="api-bulletins"),
    path("draws/", draws.DrawList.as_view(), name="api-draws"),
    path("draws/<int:pk>/", draws.DrawDetail.as_view(), name="api-draw"),
    path("bulletins/<int:pk>/", bulletins.BulletinDetail.as_view(), name="api-bulletin"),
    path("villages/", villages.VillageList.as_view(), name="api-villages"),
    path("villages/<slug:code>/", villages.VillageDetail.as_view(), name="api-village"),
    path("rivers/", rivers.RiverList.as_view(), name="api-rivers"),
    path("rivers/<slug:code>/", rivers.RiverDetail.as_view(), name="api-river"),
]

urlpatterns = [
    path("schema/", docs.SchemaView.as_view(), name="api-schema"),
    path("docs/", docs.DocsView.as_view(), name="api-docs"),
    path("v1/", include(v1)),
    re_path(r"^.*$", docs.NowhereView.as_view(), name="api-nowhere"),
]
