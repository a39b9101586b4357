"""Creating, publishing and withdrawing a bulletin (通报). Who: the approver of the programme over its jurisdiction."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import AuditSeal
from audit.services import record
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import Bulletin, Job, Period, Programme, Role
from programs.services import jobs
from programs.services.bulletins.snapshot import build

State = Bulletin.State
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that can be misread
CODE_GROUPS, GROUP = 4, 4
# An approval is dated at the start of its transaction; one that is still open would change what was known by "now".
OLDEST_OPEN = """
SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
  AND xact_start > clock_timestamp() - interval '10 seconds' AND state <> 'idle'
"""


@transaction.atomic
def create_draft(*, actor: User | None, programme: Programme, period: Period) -> Bulletin:
    """Freeze the figures of this moment under the next number of the year and ask for the PDF. ``actor`` None: the schedule.

    Raises Conflict ``draft_exists`` while the programme has an open draft of the period, RuleViolation ``period_not_begun``
    or ``wrong_period``, PermissionDenied.
    """
    # One creation per programme at a time: the row lock hands out the numbers.
    programme = (
        Programme.objects.select_for_update(of=("self",))
        .select_related("jurisdiction", "lead", "document", "basis")
        .get(pk=programme.pk)
    )
    if actor is not None:
        require(actor, Role.APPROVER, unit=programme.jurisdiction, programme=programme)
    if period.programme_id != programme.pk:
        raise RuleViolation(
            "wrong_period",
            _("This period belongs to another programme."),
            field="period",
            next_step=_("Choose a period of this programme."),
        )
    if period.starts_on > timezone.localdate():
        raise RuleViolation(
            "period_not_begun",
            _("%(period)s has not begun.") % {"period": period.code},
            field="period",
            next_step=_("Choose a period that has begun."),
        )
    existing = Bulletin.objects.filter(programme=programme, period=period, state=State.DRAFT).first()
    if existing is not None:
        raise Conflict(
            "draft_exists",
            _("Number %(number)s of %(year)s is a draft of the same period.")
            % {"number": existing.issue_no, "year": existing.year},
            field="period",
            next_step=_("Publish or discard that draft first."),
        )
    as_of = settled_moment()
    bulletin = Bulletin(
        programme=programme, period=period, year=timezone.localtime(as_of).year, as_of=as_of, code=new_code(), created_by=actor,
        audit_root=AuditSeal.objects.order_by("-seq").values_list("digest", flat=True).first() or "",
    )  # fmt: skip
    bulletin.issue_no = next_number(programme, bulletin.year)
    period.programme = programme
    bulletin.snapshot = build(programme, period, as_of)
    bulletin.save(force_insert=True)
    bulletin.job = jobs.enqueue(kind="bulletin.draft", params={"bulletin": bulletin.pk}, actor=actor)
    bulletin.save(update_fields=["job"])
    _log(
        "bulletin.create",
        bulletin,
        actor,
        after={"number": bulletin.issue_no, "year": bulletin.year, "period": period.code, "as_of": as_of},
    )
    return bulletin


@transaction.atomic
def request_publication(*, actor: User, bulletin_id: int) -> Job:
    """Print the draft without its mark, from the same figures; the job publishes it. Raises Conflict when it is no finished draft."""
    bulletin = _locked(bulletin_id)
    _require_approver(actor, bulletin)
    if bulletin.state != State.DRAFT:
        raise _wrong_state(bulletin)
    if bulletin.job is not None and bulletin.job.state in (Job.State.WAITING, Job.State.RUNNING):
        raise Conflict(
            "being_printed", _("This bulletin is being printed."), next_step=_("Wait until it is ready, then publish.")
        )
    if bulletin.file_id is None:
        raise Conflict(
            "not_printed",
            _("The draft was not printed, so nobody has seen what would be published."),
            next_step=_("Print the draft again and look at it."),
        )
    bulletin.job = jobs.enqueue(kind="bulletin.publish", params={"bulletin": bulletin.pk}, actor=actor)
    bulletin.save(update_fields=["job"])
    _log("bulletin.publish_request", bulletin, actor, after={"number": bulletin.issue_no, "year": bulletin.year})
    return bulletin.job


@transaction.atomic
def print_again(*, actor: User, bulletin_id: int) -> Job:
    """Print a draft whose printing failed or was stopped."""
    bulletin = _locked(bulletin_id)
    _require_approver(actor, bulletin)
    if bulletin.state != State.DRAFT:
        raise _wrong_state(bulletin)
    if bulletin.job is not None and bulletin.job.state in (Job.State.WAITING, Job.State.RUNNING):
        raise Conflict("being_printed", _("This bulletin is being printed."), next_step=_("Wait until it is ready."))
    bulletin.job = jobs.enqueue(kind="bulletin.draft", params={"bulletin": bulletin.pk}, actor=actor)
    bulletin.save(update_fields=["job"])
    return bulletin.job


@transaction.atomic
def withdraw(*, actor: User, bulletin_id: int, reason: str) -> Bulletin:
    """Withdraw a published bulletin (it stays, marked) or discard a draft (its number becomes free). A reason is wanted."""
    bulletin = _locked(bulletin_id)
    _require_approver(actor, bulletin)
    if bulletin.state == State.WITHDRAWN:
        raise _wrong_state(bulletin)
    if not reason.strip():
        raise RuleViolation(
            "reason_missing",
            _("Withdrawing a bulletin wants a reason."),
            field="reason",
            next_step=_("Write why; readers will see it on the verification page."),
        )
    before = {"state": bulletin.state}
    bulletin.state, bulletin.withdrawn_by, bulletin.withdrawn_at, bulletin.withdrawn_reason = (
        State.WITHDRAWN,
        actor,
        timezone.now(),
        reason.strip()[:300],
    )
    bulletin.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    _log("bulletin.withdraw", bulletin, actor, before=before, after={"state": State.WITHDRAWN}, reason=reason)
    return bulletin


def mark_published(*, actor: User, bulletin: Bulletin, file) -> None:
    """Called by the printing job inside its finishing transaction, with the bulletin's row locked by it."""
    _require_approver(actor, bulletin)
    if bulletin.state != State.DRAFT:
        raise _wrong_state(bulletin)
    bulletin.state, bulletin.file, bulletin.published_by, bulletin.published_at = (
        State.PUBLISHED,
        file,
        actor,
        timezone.now(),
    )
    bulletin.save(update_fields=["state", "file", "published_by", "published_at"])
    _log(
        "bulletin.publish",
        bulletin,
        actor,
        before={"state": State.DRAFT},
        after={"state": State.PUBLISHED, "sha256": file.sha256, "sm3": file.sm3},
    )


def settled_moment() -> datetime:
    """A moment up to which no approval can still appear: now, or the start of the oldest open transaction (of ten seconds)."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST_OPEN)
        return cursor.fetchone()[0]


def next_number(programme: Programme, year: int) -> int:
    """The next number of the year; a discarded draft frees its own, a withdrawn bulletin keeps it. Caller holds the lock."""
    kept = Bulletin.objects.filter(
        ~Q(state=State.WITHDRAWN) | Q(published_at__isnull=False), programme=programme, year=year
    )
    return (kept.aggregate(newest=Max("issue_no"))["newest"] or 0) + 1


def new_code() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _i in range(GROUP)) for _g in range(CODE_GROUPS))


def _locked(bulletin_id: int) -> Bulletin:
    return (
        Bulletin.objects.select_for_update(of=("self",))
        .select_related("programme__jurisdiction", "period", "job", "file")
        .get(pk=bulletin_id)
    )


def _require_approver(actor: User, bulletin: Bulletin) -> None:
    require(actor, Role.APPROVER, unit=bulletin.programme.jurisdiction, programme=bulletin.programme)


def _wrong_state(bulletin: Bulletin) -> Conflict:
    return Conflict(
        "wrong_state",
        _("This bulletin is %(state)s already.") % {"state": bulletin.get_state_display()},
        next_step=_("Reload the page."),
    )


def _log(verb: str, bulletin: Bulletin, actor: User | None, **changes) -> None:
    record(verb, actor=actor, obj=bulletin, unit_path=bulletin.programme.jurisdiction.path, **changes)
