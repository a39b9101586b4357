"""The Celery application, and the schedule of every recurring job.

The broker only wakes workers; what must happen and how far it got stands in PostgreSQL rows (``docs/architecture.md``),
so no result backend is used and nothing ever waits for a task's result. Jobs may fire twice: they must be idempotent.
"""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("luoshi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# ---------------------------------------------------------------------------------------------------------------------
# THE SCHEDULE. Add entries here: {"name": {"task": "app.tasks.function", "schedule": seconds or crontab(...)}}.
# django-celery-beat copies them into the database, where a system administrator can switch an entry off.
# ---------------------------------------------------------------------------------------------------------------------
app.conf.beat_schedule = {
    # An entry is sealed within seconds of its act; what a very long transaction left behind, within the hour.
    "seal audit": {"task": "audit.tasks.seal", "schedule": 3.0, "options": {"expires": 3}},
    "seal audit stragglers": {"task": "audit.tasks.seal_stragglers", "schedule": crontab(minute="20")},
    "verify audit": {"task": "audit.tasks.verify_log", "schedule": crontab(minute="40")},
    "purge idempotency keys": {
        "task": "accounts.tasks.purge_idempotency_keys",
        "schedule": crontab(minute="30", hour="3"),
    },
    # Figures are to be visible within ten seconds; a beat that finds the one before still waiting drops out.
    "refresh summaries": {"task": "programs.tasks.refresh_summaries", "schedule": 2.0, "options": {"expires": 2}},
    "sweep jobs": {"task": "programs.tasks.sweep_jobs", "schedule": 15.0, "options": {"expires": 15}},
    # Due at 00:05 and 00:10; every hour, so that a night without electricity is made up for.
    "open periods": {"task": "programs.tasks.ensure_periods", "schedule": crontab(minute="5")},
    "lock expired periods": {"task": "programs.tasks.lock_expired", "schedule": crontab(minute="10")},
}


@beat_init.connect
def enter_reviews(**_event: object) -> None:
    """Scheduled reviews (``programs.reviews``) are rows from the start: an administrator may move or switch them off."""
    from programs.reviews import reviews
    from programs.services.reviews import ensure_scheduled

    for review in reviews():
        ensure_scheduled(review)
