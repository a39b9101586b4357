"""The Celery application, and the schedule of every recurring job.

The broker only wakes workers; what must happen and how far it got stands in PostgreSQL rows (``docs/architecture.md``),
so no result backend is used and nothing ever waits for a task's result. Jobs may fire twice: they must be idempotent.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("luoshi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# ---------------------------------------------------------------------------------------------------------------------
# THE SCHEDULE. Add entries here: {"name": {"task": "app.tasks.function", "schedule": seconds or crontab(...)}}.
# django-celery-beat copies them into the database, where a system administrator can switch an entry off.
# ---------------------------------------------------------------------------------------------------------------------
app.conf.beat_schedule = {}
