"""Work longer than two seconds. The ``Job`` row is the truth; the broker only wakes a worker, and a sweeper what it forgot.

A worker claims a row under lock and holds it by a lease that every reported step renews. A worker that dies loses its
lease and somebody else runs the job again; ``Work.finishing()`` lets exactly one of them have an effect.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from kombu.exceptions import OperationalError as BrokerError

from accounts.models import User
from audit.services import acting, record
from programs.errors import Conflict, RuleViolation
from programs.models import Job

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)  # a step must report within this time
RETRY_AFTER = timedelta(seconds=10)  # times the attempts so far
MAX_ATTEMPTS = 5
SWEEP_AGE = timedelta(seconds=15)
RETRIED = (OperationalError, InterfaceError, OSError)  # the database or the disk was away; anything else is a mistake


@dataclass(frozen=True)
class Kind:
    """What a job of one kind does. ``run`` is the dotted path of ``run(work: Work) -> None``; a code is permanent."""

    code: str
    label: str | Promise
    run: str


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known. An initiative calls this from its ``AppConfig.ready()``."""
    KINDS[kind.code] = kind


register(
    Kind("bulletin.draft", gettext_lazy("Draft of a bulletin"), "programs.services.bulletins.printing.print_draft")
)
register(
    Kind(
        "bulletin.publish",
        gettext_lazy("Publication of a bulletin"),
        "programs.services.bulletins.printing.print_published",
    )
)
register(
    Kind("ranking.draft", gettext_lazy("Draft of a periodic paper"), "programs.services.rankings.printing.print_draft")
)
register(
    Kind(
        "ranking.publish",
        gettext_lazy("Publication of a periodic paper"),
        "programs.services.rankings.printing.publish",
    )
)
register(Kind("export.figures", gettext_lazy("Figures of a programme"), "programs.services.exports.jobs.write_figures"))
register(
    Kind("declaration.package", gettext_lazy("Application package"), "programs.documents.application.print_package")
)
register(Kind("export.reports", gettext_lazy("Reports of a programme"), "programs.services.exports.jobs.write_reports"))


class Stopped(Exception):
    """The job was cancelled, or another worker has it: stop working on it."""


@dataclass
class Work:
    """A claimed job, handed to its function."""

    job: Job

    @property
    def params(self) -> dict[str, Any]:
        return self.job.params

    @property
    def requester(self) -> User:
        """Who asked for it, for the kinds that only people ask for: exports and publications."""
        assert self.job.requested_by is not None  # the schedule asks for drafts only
        return self.job.requested_by

    def step(self, done: int, total: int, message: str = "") -> None:
        """Report progress and renew the lease. Raises Stopped when the job is no longer ours. Call outside transactions."""
        changed = self._own().update(
            progress=done, total=total, message=message[:200], claimed_until=timezone.now() + LEASE
        )
        if not changed:
            raise Stopped

    @contextmanager
    def finishing(self) -> Iterator[Job]:
        """One transaction for the effect: locks the row, raises Stopped when it is no longer ours, marks it done at the end."""
        with transaction.atomic():
            job = self._own().select_for_update(of=("self",)).first()
            if job is None:
                raise Stopped
            yield job
            job.state, job.finished_at, job.claimed_until, job.error = Job.State.DONE, timezone.now(), None, ""
            job.progress, job.message = job.total, ""
            job.save(update_fields=["state", "finished_at", "claimed_until", "error", "progress", "result", "message"])
        self.job = job

    def _own(self) -> QuerySet[Job]:
        return Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING, attempts=self.job.attempts)


@transaction.atomic
def enqueue(*, kind: str, params: dict[str, Any], actor: User | None) -> Job:
    """Write the job and wake a worker after commit. KeyError for a kind that is not registered."""
    job = Job.objects.create(kind=KINDS[kind].code, params=params, requested_by=actor)
    record("job.request", actor=actor, obj=job, after={"kind": kind, "params": params})
    transaction.on_commit(lambda: wake(job.pk))
    return job


def wake(job_id: int) -> None:
    """Tell a worker to look at the row. Without a broker the sweeper finds it later."""
    from programs.tasks import run_job

    try:
        run_job.delay(job_id)
    except BrokerError as error:
        log.warning("job %s waits for the sweeper: %s", job_id, error)


def claimable() -> Q:
    """Waiting (and not put off), or running under a lease that has run out."""
    now = timezone.now()
    return Q(state=Job.State.WAITING) & (Q(claimed_until=None) | Q(claimed_until__lte=now)) | Q(
        state=Job.State.RUNNING, claimed_until__lte=now
    )


@transaction.atomic
def claim(job_id: int) -> Work | None:
    """Take the job, or None when somebody else has it, it has ended, or it died too often (then it is marked failed)."""
    job = Job.objects.select_for_update(skip_locked=True, of=("self",)).filter(claimable(), pk=job_id).first()
    if job is None:
        return None
    if job.attempts >= MAX_ATTEMPTS:
        _fail(
            job,
            _(
                "The work stopped %(times)s times without finishing. Nothing was changed; tell your system administrator."
            )
            % {"times": job.attempts},
        )
        return None
    job.state, job.attempts, job.claimed_until = Job.State.RUNNING, job.attempts + 1, timezone.now() + LEASE
    job.save(update_fields=["state", "attempts", "claimed_until"])
    return Work(job)


def execute(job_id: int) -> str:
    """Run the job if it can be claimed; returns its state afterwards, or ``"not claimed"``. May be called any number of times."""
    work = claim(job_id)
    if work is None:
        return "not claimed"
    with acting(via="job", request_id=f"job-{job_id}"):
        try:
            import_string(KINDS[work.job.kind].run)(work)
        except Stopped:
            log.info("job %s was stopped", job_id)
        except RuleViolation as violation:
            _end(work, " ".join(filter(None, [str(violation.message), str(violation.next_step)])))
        except PermissionDenied as denied:
            _end(work, str(denied))
        except RETRIED as error:
            _put_off(work, error)
        except Exception:
            log.exception("job %s failed", job_id)
            _end(
                work,
                _(
                    "An error of ours stopped this work; nothing was changed. It is in the log as job %(job)s. Ask for it again, or tell your system administrator."
                )
                % {"job": job_id},
            )
    return Job.objects.values_list("state", flat=True).get(pk=job_id)


def sweep(limit: int = 100) -> int:
    """Wake every job that waits or lost its worker; returns how many. Runs every 15 seconds."""
    old = timezone.now() - SWEEP_AGE
    found = list(
        Job.objects.filter(claimable())
        .exclude(state=Job.State.WAITING, requested_at__gt=old)
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )
    for job_id in found:
        wake(job_id)
    return len(found)


@transaction.atomic
def cancel(*, actor: User, job_id: int) -> Job:
    """Stop a job that has not ended; only the person who asked for it. Raises Conflict when it has ended."""
    job = Job.objects.select_for_update(of=("self",)).filter(pk=job_id, requested_by=actor).first()
    if job is None:
        raise PermissionDenied(_("Only the person who asked for this work can stop it."))
    if job.state not in (Job.State.WAITING, Job.State.RUNNING):
        raise Conflict(
            "job_ended",
            _("This work has ended already: %(state)s.") % {"state": job.get_state_display()},
            next_step=_("Reload the page."),
        )
    job.state, job.finished_at, job.claimed_until = Job.State.CANCELLED, timezone.now(), None
    job.save(update_fields=["state", "finished_at", "claimed_until"])
    record("job.cancel", actor=actor, obj=job, after={"kind": job.kind})
    return job


def _put_off(work: Work, error: Exception) -> None:
    """Leave the job for a later attempt; the sweeper wakes it."""
    log.warning("job %s is put off: %s", work.job.pk, error)
    later = timezone.now() + RETRY_AFTER * work.job.attempts
    Job.objects.filter(pk=work.job.pk, state=Job.State.RUNNING, attempts=work.job.attempts).update(
        state=Job.State.WAITING, claimed_until=later, message=_("Interrupted; it will be tried again.")
    )


@transaction.atomic
def _end(work: Work, error: str) -> None:
    job = (
        Job.objects.select_for_update(of=("self",))
        .filter(pk=work.job.pk, state=Job.State.RUNNING, attempts=work.job.attempts)
        .first()
    )
    if job is not None:
        _fail(job, error)


def _fail(job: Job, error: str) -> None:
    job.state, job.error, job.finished_at, job.claimed_until = Job.State.FAILED, error, timezone.now(), None
    job.save(update_fields=["state", "error", "finished_at", "claimed_until"])
    record("job.fail", obj=job, after={"kind": job.kind, "error": error})
