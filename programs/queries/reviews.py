"""What scheduled reviews did: schedule, last run, results. Numbers of things only, so administrators may read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery
from django_celery_beat.models import PeriodicTask

from accounts.models import User
from programs.models import Digest, ReviewRun
from programs.reviews import Review, reviews


@dataclass(frozen=True)
class ReviewLine:
    """One review with its schedule in words (None: the scheduler never started) and its newest run."""

    review: Review
    task: PeriodicTask | None
    last: ReviewRun | None

    @property
    def light(self) -> str:
        if self.last is None:
            return "none"
        return {"failed": "late", "running": "wait", "done": "done"}[self.last.state]


def review_lines() -> list[ReviewLine]:
    """Every registered review. Two queries."""
    tasks = {
        task.name.removeprefix("review "): task
        for task in PeriodicTask.objects.filter(name__startswith="review ").select_related("crontab")
    }
    newest = ReviewRun.objects.filter(review=OuterRef("review")).order_by("-id").values("pk")[:1]
    rows = ReviewRun.objects.filter(pk=Subquery(newest)).select_related("started_by")
    runs = {run.review: run for run in rows}
    return [ReviewLine(review, tasks.get(review.code), runs.get(review.code)) for review in reviews()]


def runs_of(code: str) -> QuerySet[ReviewRun]:
    return ReviewRun.objects.filter(review=code).select_related("started_by").order_by("-id")


def digest_of(user: User, today: date) -> Digest | None:
    """Today's reminder of this person, unless it was put away."""
    return Digest.objects.filter(user=user, on=today, dismissed_at=None).first()
