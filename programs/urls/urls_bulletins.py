"""Addresses of bulletins, exports and the public verification."""

from django.urls import path

from programs.views import bulletins, exports, verify

urlpatterns = [
    path("bulletins/", bulletins.BulletinListView.as_view(), name="bulletins"),
    path("bulletins/new/", bulletins.BulletinCreateView.as_view(), name="bulletin-create"),
    path("bulletins/<int:pk>/", bulletins.BulletinView.as_view(), name="bulletin"),
    path("bulletins/<int:pk>/file/", bulletins.BulletinFileView.as_view(), name="bulletin-file"),
    path("bulletins/<int:pk>/publish/", bulletins.BulletinPublishView.as_view(), name="bulletin-publish"),
    path("bulletins/<int:pk>/print/", bulletins.BulletinPrintView.as_view(), name="bulletin-print"),
    path("bulletins/<int:pk>/withdraw/", bulletins.BulletinWithdrawView.as_view(), name="bulletin-withdraw"),
    path("exports/", exports.ExportView.as_view(), name="exports"),
    path("exports/<slug:code>/figures.<str:fmt>", exports.FiguresView.as_view(), name="export-figures"),
    path("exports/<slug:code>/reports.<str:fmt>", exports.ReportsView.as_view(), name="export-reports"),
    path("verify/", verify.VerifyView.as_view(), name="verify"),
    path("verify/<str:code>/", verify.VerifyCodeView.as_view(), name="verify-code"),
]
