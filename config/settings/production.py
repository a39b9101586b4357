"""Production: everything comes from the environment, and an unsafe configuration refuses to start."""

import os

from django.core.exceptions import ImproperlyConfigured

from config.embedded import address
from config.settings.base import *  # noqa: F403
from config.settings.base import ALLOWED_HOSTS, LUOSHI_DATA
from config.settings.environment import flag, names
from config.settings.refusals import problems

_problems = problems(os.environ, embedded_ports={server["port"] for server in address.read(LUOSHI_DATA).values()})
if _problems:
    raise ImproperlyConfigured("Production refuses to start:\n" + "\n".join(f"- {line}" for line in _problems))

SECRET_KEY = os.environ["SECRET_KEY"]
AUDIT_KEY = os.environ["AUDIT_KEY"]
FIELD_KEY = os.environ["FIELD_KEY"]
LUOSHI_DEMO = flag("LUOSHI_DEMO")
CSRF_TRUSTED_ORIGINS = names("CSRF_TRUSTED_ORIGINS") or [f"https://{host}" for host in ALLOWED_HOSTS]

# TLS ends at a proxy in front, which must set X-Forwarded-Proto. LUOSHI_PLAIN_HTTP=1 is for a rehearsal on loopback.
_https = not flag("LUOSHI_PLAIN_HTTP")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
LANGUAGE_COOKIE_SECURE = _https

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
LOGGING = {"json": True, "level": os.environ.get("LUOSHI_LOG_LEVEL", "INFO")}
LUOSHI_PROXIES = int(os.environ.get("LUOSHI_PROXIES", "1"))
