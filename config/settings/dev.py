"""Development and demonstration on one machine: what ``script/server`` runs unless told otherwise.

``LUOSHI_DEBUG=1`` shows Django's error pages. The secret key is made once per state folder and kept there.
"""

import os

from config.embedded.address import kept_secret
from config.settings.base import *  # noqa: F403
from config.settings.base import LUOSHI_DATA
from config.settings.environment import flag, names

DEBUG = flag("LUOSHI_DEBUG")
LUOSHI_DEMO = not flag("LUOSHI_NO_DEMO")
SECRET_KEY = os.environ.get("SECRET_KEY") or kept_secret(LUOSHI_DATA, "secret_key")
AUDIT_KEY = os.environ.get("AUDIT_KEY") or f"audit:{SECRET_KEY}"
FIELD_KEY = os.environ.get("FIELD_KEY") or f"field:{SECRET_KEY}"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *names("ALLOWED_HOSTS")]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
