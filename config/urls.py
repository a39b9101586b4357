"""Every address of the site. Each app brings its own urls.py; the API is routed in config/api.py."""

from django.conf import settings
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog, set_language

from config import health
from config.styleguide import styleguide

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ReadyView.as_view(), name="readyz"),
    path("robots.txt", health.robots, name="robots"),
    path("i18n/setlang/", set_language, name="set_language"),
    path("jsi18n/", JavaScriptCatalog.as_view(domain="djangojs"), name="javascript-catalog"),
    path("api/", include("config.api")),
    path("accounts/", include("accounts.urls")),
    path("", include("programs.urls")),
    path("public/", include("villages.urls_public")),
    path("public/", include("rivers.urls_public")),
    path("villages/", include("villages.urls")),
    path("rivers/", include("rivers.urls")),
    path("eldercare/", include("eldercare.urls")),
    path("money/", include("subsidies.urls")),
]
if settings.DEBUG or settings.LUOSHI_DEMO:
    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
