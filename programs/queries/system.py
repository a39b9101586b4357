"""The state of the system as its administrator sees it: no business data, counts and versions only."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django_celery_beat.models import PeriodicTask
from redis import Redis
from redis.exceptions import RedisError

from audit.models import AuditEntry
from programs.models import Job, Programme, Unit


def versions() -> list[tuple[str, str]]:
    """Names and versions of what runs here."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgresql = cursor.fetchone()[0]
    return [
        ("Python", platform.python_version()), ("Django", django.get_version()), ("PostgreSQL", postgresql),
        ("Celery", version("celery")), ("WeasyPrint", version("weasyprint")),
    ]  # fmt: skip


def broker_version() -> str:
    """Version of the Redis-compatible server; empty when it does not answer within two seconds."""
    client = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)
    try:
        return str(client.info("server").get("redis_version", "?"))
    except RedisError:
        return ""
    finally:
        client.close()


def unsealed_entries() -> int:
    """Audit entries that wait for their seal."""
    return AuditEntry.objects.filter(seal=None).count()


def loaded() -> dict[str, Any]:
    """Units in force by level, and each programme with its numbers of indicators, targets and periods."""
    units = Unit.objects.filter(valid_to=None).values("level").annotate(n=Count("pk")).order_by("level")
    numbers = {name: Count(name, distinct=True) for name in ("indicators", "periods")}
    return {
        "units": [(Unit.Level(row["level"]).label, row["n"]) for row in units],
        "programmes": Programme.objects.annotate(**{f"{name}_n": count for name, count in numbers.items()}),
    }


def schedule() -> list[PeriodicTask]:
    """Recurring jobs with their last run."""
    return list(
        PeriodicTask.objects.exclude(name="celery.backend_cleanup")
        .select_related("interval", "crontab")
        .order_by("name")
    )


def jobs() -> dict[str, Any]:
    """How many jobs wait, run and failed, and the latest thirty; their parameters and results stay closed."""
    states = Job.objects.aggregate(
        **{state: Count("pk", filter=Q(state=state)) for state in ("waiting", "running", "failed")}
    )
    latest = Job.objects.order_by("-id").only("id", "kind", "state", "requested_at", "finished_at", "attempts")[:30]
    return {"states": states, "latest": latest}
