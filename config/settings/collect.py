"""Only for ``collectstatic`` while an image is built: production's static storage without its keys and servers."""

from config.settings.base import *  # noqa: F403

SECRET_KEY = "of-a-build-step-that-serves-nobody"  # noqa: S105
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
