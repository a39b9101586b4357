"""Tasks assigned and followed up, extensions, supervision notices, problems of the people's congress."""

from django.urls import path

from programs.views import assignment, assignments, extensions, problems, supervision_notices

urlpatterns = [
    path("assignments/", assignments.AssignmentListView.as_view(), name="assignments"),
    path("assignments/act/", assignments.AssignmentBulkView.as_view(), name="assignments-act"),
    path("assignments/board/<slug:programme>/", assignments.AssignmentBoardView.as_view(), name="assignment-board"),
    path("assignments/cycle/<slug:programme>/", problems.CycleView.as_view(), name="supervision-cycle"),
    path("assignments/cycle/papers/<int:pk>/", problems.DeliveryPaperView.as_view(), name="delivery-paper"),
    path("assignments/evidence/<int:pk>/", assignment.EvidenceView.as_view(), name="assignment-evidence"),
    path("assignments/<int:pk>/", assignment.AssignmentView.as_view(), name="assignment"),
    path("extensions/", extensions.ExtensionListView.as_view(), name="extensions"),
    path("extensions/<int:pk>/", extensions.ExtensionView.as_view(), name="extension"),
    path("supervision-notices/", supervision_notices.NoticeListView.as_view(), name="supervision-notices"),
    path(
        "supervision-notices/new/<int:assignment>/",
        supervision_notices.NoticeNewView.as_view(),
        name="supervision-notice-new",
    ),
    path("supervision-notices/<int:pk>/", supervision_notices.NoticeView.as_view(), name="supervision-notice"),
    path(
        "supervision-notices/<int:pk>/file/",
        supervision_notices.NoticeFileView.as_view(),
        name="supervision-notice-file",
    ),
    path("verify/notice/<str:code>/", supervision_notices.VerifyNoticeView.as_view(), name="verify-notice"),
    path("problems/", problems.ProblemListView.as_view(), name="problems"),
    path("problems/new/<slug:programme>/", problems.ProblemNewView.as_view(), name="problem-new"),
    path("problems/evidence/<int:pk>/", problems.ProblemEvidenceView.as_view(), name="problem-evidence"),
    path("problems/<int:pk>/", problems.ProblemView.as_view(), name="problem"),
]
