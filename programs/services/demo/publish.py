"""A published bulletin for the demonstration, made the way an official would make it."""

from __future__ import annotations

from accounts.models import User
from programs.models import Period, Programme
from programs.services import jobs
from programs.services.bulletins import lifecycle


def publish_example(programme_code: str, approver: str) -> str:
    """Print and publish the bulletin of the newest locked period of the programme; returns its verification code."""
    programme = Programme.objects.get(code=programme_code)
    actor = User.objects.get(username=approver, is_demo=True)
    period = Period.objects.filter(programme=programme, locked_at__isnull=False).order_by("-starts_on").first()
    if period is None:
        return ""
    bulletin = lifecycle.create_draft(actor=actor, programme=programme, period=period)
    assert bulletin.job_id is not None  # create_draft has asked for its printing
    jobs.execute(bulletin.job_id)
    jobs.execute(lifecycle.request_publication(actor=actor, bulletin_id=bulletin.pk).pk)
    return bulletin.code
