"""Checklists, inspections, findings and rectifications."""

from django.urls import path, re_path

from programs.views import checklists, inspection_choice, inspection_photos, inspections, offline, rectifications

urlpatterns = [
    path("inspections/", inspections.InspectionListView.as_view(), name="inspections"),
    path("inspections/worker.js", offline.inspection_worker, name="inspection-worker"),
    path("inspections/choose/", inspection_choice.InspectionChooseView.as_view(), name="inspection-choose"),
    path("inspections/new/", inspections.InspectionOpenView.as_view(), name="inspection-open"),
    path("inspections/<int:pk>/", inspections.InspectionView.as_view(), name="inspection"),
    path("inspections/<int:pk>/score/", inspections.InspectionScoreView.as_view(), name="inspection-score"),
    path("inspections/<int:pk>/close/", inspections.InspectionCloseView.as_view(), name="inspection-close"),
    path("inspections/<int:pk>/give-up/", inspections.InspectionGiveUpView.as_view(), name="inspection-give-up"),
    path("inspections/<int:pk>/photos/", inspection_photos.PhotoAddView.as_view(), name="inspection-photo-add"),
    path("inspections/<int:pk>/report.pdf", inspections.InspectionReportView.as_view(), name="inspection-report"),
    path("inspections/photos/<int:pk>/", inspection_photos.PhotoView.as_view(), name="inspection-photo"),
    path(
        "inspections/photos/<int:pk>/original/",
        inspection_photos.PhotoOriginalView.as_view(),
        name="inspection-original",
    ),
    path(
        "inspections/photos/<int:pk>/remove/",
        inspection_photos.PhotoRemoveView.as_view(),
        name="inspection-photo-remove",
    ),
    path("findings/<int:pk>/assign/", rectifications.FindingAssignView.as_view(), name="finding-assign"),
    path("rectifications/", rectifications.RectificationListView.as_view(), name="rectifications"),
    path("rectifications/<int:pk>/", rectifications.RectificationView.as_view(), name="rectification"),
    re_path(
        r"^rectifications/(?P<pk>\d{1,18})/(?P<verb>accept|report|close|send_back)/$",
        rectifications.RectificationStepView.as_view(),
        name="rectification-step",
    ),
    path("rectifications/<int:pk>/later/", rectifications.LaterView.as_view(), name="rectification-later"),
    path("rectifications/<int:pk>/later/answer/", rectifications.AnswerView.as_view(), name="rectification-answer"),
    path(
        "rectifications/steps/<int:pk>/file/", rectifications.RectificationFileView.as_view(), name="rectification-file"
    ),
    path("checklists/", checklists.ChecklistListView.as_view(), name="checklists"),
    path("checklists/new/", checklists.ChecklistCreateView.as_view(), name="checklist-create"),
    path("checklists/<int:pk>/", checklists.ChecklistView.as_view(), name="checklist"),
    path("checklists/<int:pk>/edit/", checklists.ChecklistEditView.as_view(), name="checklist-edit"),
    re_path(
        r"^checklists/(?P<pk>\d{1,18})/(?P<act>publish|version|discard)/$",
        checklists.ChecklistActView.as_view(),
        name="checklist-act",
    ),
]
