"""The front door, "What I may see and why", the administrators' pages, the audit log."""

from django.urls import path, re_path

from programs.views import administration, audit_log, grants, me

urlpatterns = [
    path("", me.HomeView.as_view(), name="home"),
    path("accounts/me/", me.MeView.as_view(), name="me"),
    path("administration/", administration.AdministrationView.as_view(), name="administration"),
    path("administration/system/", administration.SystemView.as_view(), name="system"),
    path("administration/keys/", administration.ApiKeysView.as_view(), name="api-keys"),
    path("administration/keys/<int:pk>/revoke/", administration.ApiKeyRevokeView.as_view(), name="api-key-revoke"),
    path("administration/people/", grants.PeopleView.as_view(), name="people"),
    path("administration/people/new/", grants.PersonNewView.as_view(), name="person-new"),
    path("administration/people/<int:pk>/", grants.PersonView.as_view(), name="person"),
    re_path(
        r"^administration/people/(?P<pk>[0-9]{1,18})/(?P<act>activate|deactivate|unlock|reset)/$",
        grants.PersonActView.as_view(),
        name="person-act",
    ),
    path("administration/grants/<int:pk>/revoke/", grants.GrantRevokeView.as_view(), name="grant-revoke"),
    path("audit/", audit_log.AuditLogView.as_view(), name="audit-log"),
    path("audit/<int:pk>/", audit_log.AuditEntryView.as_view(), name="audit-entry"),
    path("audit/verify/", audit_log.AuditVerifyView.as_view(), name="audit-verify"),
    re_path(r"^audit/export\.(?P<form>csv|xlsx)$", audit_log.AuditExportView.as_view(), name="audit-export"),
]
