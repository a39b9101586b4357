"""Publicity notices: the office's pages, and the public ones that want no sign-in."""

from django.urls import path

from programs.views import notices, objections, public_notices

urlpatterns = [
    path("notices/", notices.NoticeListView.as_view(), name="notices"),
    path("notices/new/", notices.NoticeNewView.as_view(), name="notice-new"),
    path("notices/<int:pk>/", notices.NoticeView.as_view(), name="notice"),
    path("notices/<int:pk>/notice.pdf", notices.NoticePdfView.as_view(), name="notice-pdf"),
    path("notices/<int:pk>/post/", notices.NoticePostView.as_view(), name="notice-post"),
    path("notices/<int:pk>/withdraw/", notices.NoticeWithdrawView.as_view(), name="notice-withdraw"),
    path("notices/<int:pk>/objections/new/", objections.ObjectionNewView.as_view(), name="objection-new"),
    path("objections/<int:pk>/judge/", objections.ObjectionJudgeView.as_view(), name="objection-judge"),
    path("objections/<int:pk>/answer/", objections.ObjectionAnswerView.as_view(), name="objection-answer"),
    path("public/notices/", public_notices.PublicNoticeList.as_view(), name="public-notices"),
    path("public/notices/<str:code>/", public_notices.PublicNoticeView.as_view(), name="public-notice"),
    path("public/notices/<str:code>/notice.pdf", public_notices.PublicNoticePdf.as_view(), name="public-notice-pdf"),
]
