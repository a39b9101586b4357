"""What workers do on a schedule or when woken. Every task may run twice, or twice at once."""

from celery import shared_task

from audit.services import acting
from programs.errors import Conflict
from programs.models import Programme
from programs.services import jobs, periods, reviews, summaries

REFRESH_ROUNDS = 40  # of 500 keys; what is left is taken two seconds later


@shared_task
def run_job(job_id: int) -> str:
    """Run one job if it can still be claimed."""
    return jobs.execute(job_id)


@shared_task
def sweep_jobs() -> int:
    """Wake jobs that the broker forgot or whose worker died."""
    return jobs.sweep()


@shared_task
def refresh_summaries() -> int:
    """Refresh what is marked dirty until nothing is left; returns the number of keys."""
    total = 0
    for _round in range(REFRESH_ROUNDS):
        done = summaries.refresh_pending()
        total += done
        if not done:
            break
    return total


@shared_task
def ensure_periods() -> int:
    """Open the periods that have begun; returns how many were new."""
    with acting(via="job"):
        return sum(
            len(periods.ensure_periods(programme=programme))
            for programme in Programme.objects.select_related("jurisdiction")
        )


@shared_task
def lock_expired() -> int:
    """Lock the periods whose time for entry is over; returns how many."""
    with acting(via="job"):
        return periods.lock_expired()


@shared_task
def run_review(code: str) -> str:
    """Run one scheduled review for its day; another worker that has it already is left to it."""
    with acting(via="job"):
        try:
            done = reviews.run(code=code)
        except Conflict as busy:
            return str(busy.message)
    return f"{done.as_of}: {done.changed}"
