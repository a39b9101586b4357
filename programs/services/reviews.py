"""Running a scheduled review: one at a time for each day, its result kept, an error shown and never swallowed."""

from __future__ import annotations

import json
import zlib
from datetime import date
from typing import NoReturn

import structlog
from celery.schedules import ParseException, crontab
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from accounts.models import User
from audit.services import record
from programs.access import read_access
from programs.errors import Conflict, RuleViolation
from programs.models import ReviewRun, Role
from programs.reviews import Outcome, Review, review_of

log = structlog.get_logger(__name__)
State = ReviewRun.State
EARLIEST = date(2020, 1, 1)
TASK = "programs.tasks.run_review"


class ReviewFailed(Exception):
    """A review raised; what it had done is undone, the run is kept with the error."""

    def __init__(self, run: ReviewRun) -> None:
        super().__init__(run.error)
        self.run = run


def run(
    *,
    code: str,
    as_of: date | None = None,
    actor: User | None = None,
    reason: str = "",
    via: str = ReviewRun.Via.SCHEDULE,
) -> ReviewRun:
    """Run one review for one day and keep what came of it.

    ``actor`` None: the schedule or, said by ``via``, the command line. Raises RuleViolation ``no_review``, ``day_wrong``,
    ``reason_missing`` (a person says why), Conflict ``review_running`` while another process runs the same review for the
    same day, PermissionDenied for anybody but the system administrator, ReviewFailed.
    """
    review = _known(code)
    day = as_of or review.as_of(timezone.localdate())
    _refuse(day, actor, reason)
    with _LockOf(code, day):
        _close_interrupted(code, day)
        started = ReviewRun.objects.create(review=code, as_of=day, started_by=actor, via=via)
        try:
            with transaction.atomic():
                outcome: Outcome = import_string(review.run)(today=day)
        except Exception as error:  # noqa: BLE001 whatever a review raises is kept with its run and raised again
            _fail(started, error)
        started.state, started.finished_at = State.DONE, timezone.now()
        started.changed, started.result = outcome.changed, outcome.result
        started.save(update_fields=["state", "finished_at", "changed", "result"])
        if actor is not None or outcome.changed:
            record(
                "review.run",
                actor=actor,
                obj=started,
                reason=reason.strip(),
                after={"review": code, "as_of": day, "changed": outcome.changed},
            )
    return started


@transaction.atomic
def switch(*, actor: User, code: str, is_on: bool, reason: str) -> PeriodicTask:
    """Let the schedule run a review or not. Raises RuleViolation ``no_review``, ``reason_missing``."""
    _known(code)
    _refuse(timezone.localdate(), actor, reason)
    task = ensure_scheduled(review_of(code))
    before, task.enabled = task.enabled, is_on
    task.save()  # also tells the scheduler that the table changed
    record(
        "review.switch",
        actor=actor,
        object_type="programs.review",
        object_id=code,
        before={"enabled": before},
        after={"enabled": is_on},
        reason=reason.strip(),
    )
    return task


@transaction.atomic
def reschedule(*, actor: User, code: str, hour: str, minute: str, reason: str) -> PeriodicTask:
    """Run a review at another time of the day: crontab's ``hour`` and ``minute``, the days stay. Raises ``time_wrong``."""
    _known(code)
    _refuse(timezone.localdate(), actor, reason)
    try:
        crontab(hour=hour, minute=minute)
    except (ParseException, ValueError) as error:
        raise RuleViolation(
            "time_wrong",
            _("“%(hour)s:%(minute)s” is no time of the schedule.") % {"hour": hour, "minute": minute},
            field="hour",
            next_step=_("Write hours from 0 to 23 and minutes from 0 to 59; 9-16 means every hour from 9 to 16."),
        ) from error
    task = ensure_scheduled(review_of(code))
    old = task.crontab
    task.crontab = _times(hour, minute, old.day_of_month)
    task.save()
    record(
        "review.switch",
        actor=actor,
        object_type="programs.review",
        object_id=code,
        before={"hour": old.hour, "minute": old.minute},
        after={"hour": hour, "minute": minute},
        reason=reason.strip(),
    )
    return task


def scheduled(code: str) -> PeriodicTask | None:
    """The row by which Celery beat runs this review; None before the scheduler's first start."""
    return PeriodicTask.objects.filter(name=f"review {code}").select_related("crontab").first()


def ensure_scheduled(review: Review) -> PeriodicTask:
    """The row by which Celery beat runs this review, made from the review's own schedule if nobody has.

    Rows, not ``beat_schedule``: that would overwrite what an administrator set with every start of the scheduler.
    """
    times = review.schedule
    task, _created = PeriodicTask.objects.get_or_create(
        name=f"review {review.code}",
        defaults={
            "task": TASK,
            "args": json.dumps([review.code]),
            "crontab": _times(times._orig_hour, times._orig_minute, times._orig_day_of_month),
        },
    )
    return task


def _times(hour: object, minute: object, day_of_month: object) -> CrontabSchedule:
    found, _created = CrontabSchedule.objects.get_or_create(
        hour=str(hour),
        minute=str(minute),
        day_of_month=str(day_of_month),
        month_of_year="*",
        day_of_week="*",
        timezone=settings.CELERY_TIMEZONE,
    )
    return found


def _known(code: str) -> Review:
    try:
        return review_of(code)
    except KeyError as error:
        raise RuleViolation(
            "no_review",
            _("There is no review “%(code)s”.") % {"code": code},
            field="review",
            next_step=_("The page of scheduled reviews lists them."),
        ) from error


def _refuse(day: date, actor: User | None, reason: str) -> None:
    if not EARLIEST <= day <= timezone.localdate():
        raise RuleViolation(
            "day_wrong",
            _("A review runs for a day from %(first)s to today, not for %(day)s.") % {"first": EARLIEST, "day": day},
            field="as_of",
            next_step=_("Choose a day that has come."),
        )
    if actor is None:
        return
    if not read_access(actor).has(Role.SYSTEM_ADMIN):
        raise PermissionDenied(_("Scheduled reviews are run and switched by the system administrator."))
    if not reason.strip():
        raise RuleViolation(
            "reason_missing",
            _("The reason is missing."),
            field="reason",
            next_step=_("Write why it is run or switched by hand; auditors will read it."),
        )


def _close_interrupted(code: str, day: date) -> None:
    """A run that still says "running" while we hold its lock lost its process."""
    ReviewRun.objects.filter(review=code, as_of=day, state=State.RUNNING).update(
        state=State.FAILED, finished_at=timezone.now(), error="The process ended before the run did."
    )


def _fail(started: ReviewRun, error: Exception) -> NoReturn:
    started.state, started.finished_at = State.FAILED, timezone.now()
    started.error = f"{type(error).__name__}: {error}"[:2000]
    started.save(update_fields=["state", "finished_at", "error"])
    log.error("review.failed", review=started.review, as_of=str(started.as_of), error=started.error)
    raise ReviewFailed(started) from error


class _LockOf:
    """PostgreSQL's advisory lock of one review and day, held by the connection; it ends with the process at the latest."""

    def __init__(self, code: str, day: date) -> None:
        self.keys = (zlib.crc32(code.encode()) - 2**31, day.toordinal())
        self.words = (code, day)

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", self.keys)
            if not cursor.fetchone()[0]:
                raise Conflict(
                    "review_running",
                    _("“%(review)s” is running for %(day)s.") % {"review": self.words[0], "day": self.words[1]},
                    next_step=_("Wait until it is done; a second run would change nothing more."),
                )

    def __exit__(self, *_error: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", self.keys)
