"""Notices, calendar, dates of steps, scheduled reviews."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from programs.models import (
    CohortExemption,
    Cycle,
    Declaration,
    Digest,
    Notice,
    NoticeItem,
    Objection,
    Project,
    Role,
    StageDeadline,
)
from programs.reviews import reviews
from tests.access.table import ANYBODY, APPROVER, BUSINESS, EVERYWHERE, HERE, PUBLIC, REVIEW, SYSTEM, Row

READERS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.AUDITOR, Role.APPROVER)
OWN = frozenset({"own"})
_notice = {"kwargs": lambda w: {"pk": w.notice.pk}}
_draft = {"kwargs": lambda w: {"pk": w.draft_notice.pk}}
_objection = {"kwargs": lambda w: {"pk": w.objection.pk}}
_review = {"kwargs": lambda w: {"code": reviews()[0].code}}
_code = {"kwargs": lambda w: {"code": w.notice.code}}
BELOW = HERE | {"child"}  # a posted notice concerns the units below too

ROWS = [
    Row("notices", BUSINESS),
    Row("notice-new", REVIEW),
    Row("notice-new", REVIEW, method="post", ok=422),
    Row("notice", BUSINESS, BELOW, **_notice),
    Row("notice-pdf", BUSINESS, BELOW, **_notice),
    # the city sees the county's notice and does not act for it: a refusal in words, back on the page
    Row("notice-post", APPROVER, HERE, method="post", ok=(302, 403), **_draft),
    Row("notice-withdraw", APPROVER, HERE, method="post", ok=(302, 403), **_draft),
    Row("objection-new", REVIEW, BELOW, **_notice),
    Row("objection-new", REVIEW, BELOW, method="post", ok=422, **_notice),
    Row("objection-judge", REVIEW, HERE, **_objection),
    Row("objection-judge", REVIEW, HERE, method="post", ok=422, **_objection),
    Row("objection-answer", REVIEW, HERE, **_objection),
    Row("objection-answer", REVIEW, HERE, method="post", ok=422, **_objection),
    Row("public-notices", PUBLIC),
    Row("public-notice", PUBLIC, **_code),
    Row("public-notice-pdf", PUBLIC, **_code),
    Row("calendar", ANYBODY),
    Row("calendar-edit", SYSTEM),
    Row("calendar-edit", SYSTEM, method="post", ok=422),
    Row("deadlines", BUSINESS),
    Row("deadline-set", APPROVER),
    Row("deadline-set", APPROVER, method="post", ok=422),
    Row("exemption-new", APPROVER),
    Row("exemption-new", APPROVER, method="post", ok=422),
    Row(
        "exemption-revoke", APPROVER, EVERYWHERE - {"foreign"}, method="post", kwargs=lambda w: {"pk": w.exemption.pk},
        ok=(302, 403),  # of the city: read below it, revoked by the city only
    ),
    Row("reviews", READERS),
    Row("scheduled-review", READERS, **_review),
    Row("scheduled-review-run", SYSTEM, method="post", ok=302, **_review),
    Row("scheduled-review-switch", SYSTEM, method="post", ok=302, **_review),
    Row("scheduled-review-time", SYSTEM, method="post", ok=302, **_review),
    # a reminder is its owner's alone
    Row("digest-dismiss", BUSINESS, frozenset(), method="post", kwargs=lambda w: {"pk": w.digest.pk}),
    Row("api-calendar", ANYBODY),
    Row("api-calendar-add", ANYBODY, query=lambda w: {"from": "2026-04-30", "days": "5"}),
    Row("api-notices", PUBLIC),
    Row("api-notice", PUBLIC, **_code),
]  # fmt: skip


def add(world: Any) -> None:
    """A posted notice, a draft and an objection of the county ``own``; an exemption of the city; somebody's reminder."""
    today = timezone.localdate()
    clerk = world.people[Role.REVIEWER, "own"]
    project = Project.objects.create(
        programme=world.programme, kind="road", code="noticed-road", name_zh="一号路", unit=world.own
    )
    cycle, _new = Cycle.objects.get_or_create(programme=world.programme, year=today.year)
    declaration = Declaration.objects.create(project=project, cycle=cycle, workflow="sample", stage="accepted")
    common = {
        "programme": world.programme, "unit": world.own, "title": "公示", "text": "公示", "contact": "0375-2666666",
        "issuer": "示例局", "workdays": 5, "created_by": clerk,
    }  # fmt: skip
    far = date(today.year + 1, 12, 30)
    world.notice = Notice.objects.create(code="SAMPLENOTE", state="posted", posted_on=today, ends_on=far, **common)
    world.draft_notice = Notice.objects.create(code="SAMPLEDRFT", **common)
    item = NoticeItem.objects.create(
        notice=world.notice, declaration=declaration, position=1, shown=[["项目", "一号路"]]
    )
    world.objection = Objection.objects.create(
        notice=world.notice,
        item=item,
        received_on=today,
        channel="letter",
        register_no="1",
        text="x",
        recorded_by=clerk,
    )
    world.exemption = CohortExemption.objects.create(
        programme=world.programme, year=today.year, workflow="sample", reason="x"
    )
    StageDeadline.objects.create(
        programme=world.programme, workflow="sample", verb="accept", closes_month=12, closes_day=31
    )
    world.digest = Digest.objects.create(user=world.somebody, on=today, items=[])
