"""Tests: real PostgreSQL, no broker, plain static files, cheap password hashes.

``LUOSHI_TEST_DB`` names the test database, so that several people can test on one server at the same time.
"""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES

SECRET_KEY = "test-only-" + "k" * 50
AUDIT_KEY = "audit-key-of-the-tests-" + "k" * 30
FIELD_KEY = "field-key-of-the-tests-" + "k" * 30
LUOSHI_DEMO = True
AUDIT_ANCHOR_DIR = None  # tests of the anchors name a folder of their own
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("LUOSHI_TEST_DB") or "test_luoshi"}
DATABASES["default"]["CONN_MAX_AGE"] = 0
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
LOGGING = {"json": False, "level": "WARNING"}
