"""Settings shared by development, test and production."""

import os
import tomllib
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.embedded import address
from config.settings.environment import BASE_DIR, database, flag, names, state_folder

# --- Luoshi's own ----------------------------------------------------------------------------------------------------
LUOSHI_DATA = state_folder()
LUOSHI_DEMO = False
LUOSHI_DEMO_PASSWORD = "luoshi-demo"  # noqa: S105  printed on the sign-in page; its accounts are dead outside demo mode
LUOSHI_OWNER_CITY = os.environ.get("LUOSHI_OWNER_CITY", "410400000000")  # Pingdingshan
LUOSHI_FONTS = Path(os.environ.get("LUOSHI_FONTS") or LUOSHI_DATA / "fonts")  # Fandol fonts, fonts.conf: script/fonts
LUOSHI_SESSION_IDLE = timedelta(minutes=15)
LUOSHI_SESSION_ABSOLUTE = timedelta(hours=12)
LUOSHI_PASSWORD_AGE = timedelta(days=90)  # then it must be changed (specification 11.1)
LUOSHI_PAPER_MB = int(os.environ.get("LUOSHI_PAPER_MB", "20"))  # largest paper that can be attached
LUOSHI_PROXIES = 0  # trusted proxies in front that append to X-Forwarded-For
# printed on papers and in their QR codes; script/server sets it to the address it listens at, production wants it set
LUOSHI_PUBLIC_URL = (
    os.environ.get("LUOSHI_PUBLIC_URL") or f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
).rstrip("/")
LUOSHI_MAIL_FROM = os.environ.get("LUOSHI_MAIL_FROM", "")  # sender of reminders; empty: no letter leaves the house
LUOSHI_SITE_TITLE = os.environ.get(
    "LUOSHI_SITE_TITLE", ""
)  # the city's own name of the site; empty: the product's line
LUOSHI_VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

# --- Core ------------------------------------------------------------------------------------------------------------
DEBUG = False
ALLOWED_HOSTS = names("ALLOWED_HOSTS")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "axes",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "health_check",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "audit",
    "accounts",
    "policies",
    "programs",
    "subsidies",
    "villages",
    "farmland",
    "cooperatives",
    "rivers",
    "eldercare",
    "civil_affairs",
    "config",
]

# The policy comes first so that it stands on every answer, static files and error pages included.
MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "audit.middleware.OriginMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.CookieLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.SessionLimitsMiddleware",
    "accounts.middleware.PasswordAgeMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "programs.context.shell",
            ],
        },
    },
]

# Forms are drawn by templates/django/forms, see docs/looks.md.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data ------------------------------------------------------------------------------------------------------------
# Without DATABASE_URL and REDIS_URL the embedded servers' addresses are read from the state folder.
DATABASE_URL = os.environ.get("DATABASE_URL") or address.database_url(LUOSHI_DATA)
REDIS_URL = os.environ.get("REDIS_URL") or address.redis_url(LUOSHI_DATA)
DATABASES = {"default": database(DATABASE_URL, pooled=flag("LUOSHI_DB_POOL"))}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "luoshi",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 5},
    }
}

# --- Jobs ------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 10}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = "Asia/Shanghai"

# --- Mail: reminders only, and only when LUOSHI_MAIL_FROM is set ----------------------------------------------------
EMAIL_HOST = os.environ.get("LUOSHI_MAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"
EMAIL_USE_SSL = os.environ.get("LUOSHI_MAIL_TLS", "") == "ssl"
EMAIL_USE_TLS = os.environ.get("LUOSHI_MAIL_TLS", "") == "starttls"
EMAIL_PORT = int(os.environ.get("LUOSHI_MAIL_PORT") or (465 if EMAIL_USE_SSL else 587 if EMAIL_USE_TLS else 25))
EMAIL_HOST_USER = os.environ.get("LUOSHI_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("LUOSHI_MAIL_PASSWORD", "")
EMAIL_TIMEOUT = 10  # seconds

# --- People and sessions (specification 11.1) ------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.AccountBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "config.passwords.CharacterClassesValidator", "OPTIONS": {"required": 3}},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
# In PostgreSQL: losing the cache server signs nobody out. SessionLimitsMiddleware moves the expiry.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(LUOSHI_SESSION_IDLE.total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token in the document, see templates/base.html
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_CLIENT_IP_CALLABLE = "audit.middleware.client_address"
AXES_LOCKOUT_CALLABLE = "accounts.views.sign_in.locked_out"
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]  # either one alone locks
AXES_RESET_ON_SUCCESS = False  # accounts.services.sign_in resets the account only: own success frees nobody else
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True  # the audit log has it
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "password"]

# Roots of the audit chain, outside the database; copy the folder to a medium its superuser cannot write.
AUDIT_ANCHOR_DIR: str | Path | None = os.environ.get("AUDIT_ANCHOR_DIR") or LUOSHI_DATA / "audit"

# --- Browser security ------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # one grid of 2,000 villages and ten columns without htmx

# --- Language and time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

FILTERS_EMPTY_CHOICE_LABEL = pgettext_lazy("choice of a filter", "all")
USE_I18N = True

# --- Files -----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_ROOT = LUOSHI_DATA / "media"  # never served by URL; views check scope and stream

# --- API -------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # First: its challenge makes a refusal 401 with WWW-Authenticate.
        "accounts.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["programs.api.render.ORJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["programs.api.render.ORJSONParser"],
    "EXCEPTION_HANDLER": "programs.api.problems.problem_handler",
    "URL_FORMAT_OVERRIDE": None,
    # Per person, against a client that runs wild; nobody works this fast.
    "DEFAULT_THROTTLE_RATES": {"write": "6000/min", "recompute": "600/min"},
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Luoshi API",
    "VERSION": "1",
    "DESCRIPTION": "Targets, progress reports, figures and bulletins of government plans.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v[0-9]",
    "SORT_OPERATIONS": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "programs.api.docs.describe_problems",
    ],
    "GET_LIB_DOC_EXCLUDES": "programs.api.docs.internal_classes",
    "ENUM_NAME_OVERRIDES": {
        "UnitLevel": "programs.models.Unit.Level",
        "TargetLevel": "programs.models.Target.Level",
        "TargetState": "programs.models.Target.State",
        "ReportState": "programs.models.ReportState",
        "BulletinState": "programs.models.Bulletin.State",
        "FindingLevel": ["error", "reason", "note"],
        "DueState": ["draft", "returned"],
        "DeciderLevel": "programs.models.Project.Decider",
        "UnitKind": "programs.models.Unit.Kind",
        "OrganizationKind": "programs.models.Organization.Kind",
        "FactKind": ["text", "date", "number", "choice"],
        "WaterKind": ["river", "reservoir"],
        "RankingKind": "programs.models.Ranking.Kind",
        "NoticeState": "programs.models.Notice.State",
        "InspectionState": "programs.models.Inspection.State",
        "RectificationState": "programs.models.Rectification.State",
        "DrawState": "programs.models.Draw.State",
        "RankingState": "programs.models.Ranking.State",
        "AssignmentState": "programs.models.TaskAssignment.State",
        "ProblemState": "programs.models.Problem.State",
        "ChecklistState": "programs.models.Checklist.State",
    },
}

# --- Logs ------------------------------------------------------------------------------------------------------------
LOGGING_CONFIG = "config.logs.configure"
LOGGING = {"json": False, "level": os.environ.get("LUOSHI_LOG_LEVEL", "INFO")}
