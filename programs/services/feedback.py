"""What officials tell us about a page, and what they are answered."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import require
from programs.errors import Conflict
from programs.models import Feedback, Role


@transaction.atomic
def send(*, actor: User, page: str, text: str) -> Feedback:
    """Store a remark about ``page`` (a path of this site)."""
    feedback = Feedback.objects.create(user=actor, page=page[:300], text=text)
    record("feedback.send", actor=actor, obj=feedback, after={"page": feedback.page})
    return feedback


@transaction.atomic
def answer(*, actor: User, feedback: Feedback, text: str) -> Feedback:
    """Answer a remark once. Needs the system administrator's role; raises Conflict when it is answered already."""
    require(actor, Role.SYSTEM_ADMIN)
    locked = Feedback.objects.select_for_update().get(pk=feedback.pk)
    if locked.answered_at:
        raise Conflict(
            "feedback_answered",
            _("This remark has been answered already."),
            next_step=_("Reload the page to see the answer."),
        )
    locked.answer, locked.answered_at = text, timezone.now()
    locked.save(update_fields=["answer", "answered_at"])
    record("feedback.answer", actor=actor, obj=locked, after={"answered": True})
    return locked
