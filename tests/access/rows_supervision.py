"""Addresses of assigned tasks, later dates, supervision notices and problems; everything belongs to the county ``own``."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from programs.models import (
    AssignmentStep,
    Delivery,
    Extension,
    Problem,
    ProblemStep,
    Role,
    StoredFile,
    SupervisionNotice,
    TaskAssignment,
)
from tests.access.table import APPROVER, BUSINESS, CITY, HERE, PLAN, PUBLIC, REPORTER, Row
from tests.factories import make_organization


def _one(w: Any) -> dict:
    return {"pk": w.assignment.pk}


def _programme(w: Any) -> dict:
    return {"programme": w.programme.code}


ROWS = [
    Row("assignments", BUSINESS),
    Row("assignments-act", REPORTER, method="post", ok=302),
    Row("assignment-board", BUSINESS, PLAN, kwargs=_programme),
    Row("supervision-cycle", BUSINESS, PLAN, kwargs=_programme),
    Row("supervision-cycle", BUSINESS, PLAN, method="post", kwargs=_programme, ok=422),  # that plan has no cycle
    Row("delivery-paper", BUSINESS, PLAN, kwargs=lambda w: {"pk": w.delivery.pk}, ok=404),  # not on the disk
    Row("assignment", BUSINESS, HERE, kwargs=_one),
    Row("assignment", BUSINESS, HERE, method="post", kwargs=_one, ok=422),
    Row("assignment-evidence", BUSINESS, HERE, kwargs=lambda w: {"pk": w.assignment_step.pk}, ok=404),  # not on the disk
    Row("extensions", BUSINESS),
    Row("extension", BUSINESS, HERE, kwargs=lambda w: {"pk": w.extension.pk}),
    Row("extension", BUSINESS, HERE, method="post", kwargs=lambda w: {"pk": w.extension.pk}, ok=422),
    Row("supervision-notices", BUSINESS),
    Row("supervision-notice-new", APPROVER, CITY, kwargs=lambda w: {"assignment": w.assignment.pk}, hidden=(403, 404)),
    Row(
        "supervision-notice-new", APPROVER, CITY, method="post", kwargs=lambda w: {"assignment": w.assignment.pk}, ok=422,
        hidden=(403, 404),
    ),
    Row("supervision-notice", BUSINESS, HERE, kwargs=lambda w: {"pk": w.supervision_notice.pk}),
    Row("supervision-notice", BUSINESS, HERE, method="post", kwargs=lambda w: {"pk": w.supervision_notice.pk}, ok=422),
    Row("supervision-notice-file", BUSINESS, HERE, kwargs=lambda w: {"pk": w.supervision_notice.pk}),
    Row("verify-notice", PUBLIC, kwargs=lambda w: {"code": w.supervision_notice.code}),
    Row("verify-notice", PUBLIC, method="post", kwargs=lambda w: {"code": w.supervision_notice.code}, ok=422),
    Row("problems", BUSINESS),
    Row("problem-new", APPROVER, CITY, kwargs=_programme, hidden=(403, 404)),
    Row("problem-new", APPROVER, CITY, method="post", kwargs=_programme, ok=422, hidden=(403, 404)),
    Row("problem", BUSINESS, HERE, kwargs=lambda w: {"pk": w.problem.pk}),
    Row("problem", BUSINESS, HERE, method="post", kwargs=lambda w: {"pk": w.problem.pk}, ok=(403, 409)),  # no verb
    Row("problem-evidence", BUSINESS, HERE, kwargs=lambda w: {"pk": w.problem_step.pk}, ok=404),
    Row("api-assignments", BUSINESS),
    Row("api-assignment", BUSINESS, HERE, kwargs=_one),
    Row("api-assignment-step", BUSINESS, HERE, method="post", kwargs=_one, ok=400),
    Row("api-assignment-feedback", BUSINESS, HERE, method="post", kwargs=_one, ok=400),
    Row("api-extensions", BUSINESS),
    Row("api-extension", BUSINESS, HERE, kwargs=lambda w: {"pk": w.extension.pk}),
    Row("api-problems", BUSINESS),
    Row("api-problem", BUSINESS, HERE, kwargs=lambda w: {"pk": w.problem.pk}),
]  # fmt: skip


def add(world: Any) -> None:
    """One of everything, of the county ``own``."""
    reporter, today = world.people[Role.REPORTER, "own"], timezone.localdate()
    later = today + datetime.timedelta(days=60)
    world.assignment = TaskAssignment.objects.create(
        task=world.task, part="implicit", unit=world.own, due_on=today, first_due_on=today
    )
    paper = StoredFile.objects.create(
        sha256="5" * 64, sm3="5" * 64, size=1, content_type="application/pdf", name="supervision.pdf"
    )
    world.assignment_step = AssignmentStep.objects.create(
        assignment=world.assignment, verb="assign", to_state="assigned", file=paper, file_name="x.pdf"
    )
    world.extension = Extension.objects.create(
        assignment=world.assignment, unit=world.own, programme=world.programme, due_before=today, asked_until=later,
        reason="x", asked_by=reporter,
    )  # fmt: skip
    world.supervision_notice = SupervisionNotice.objects.create(
        programme=world.programme, unit=world.own, year=today.year, number=1, demand="x", due_on=later,
        code="ACCE-SSCO-DEXX-2222", issued_by=world.people[Role.APPROVER, "parent"],
        snapshot={
            "issuer": "示例", "programme": "示例", "document": "示例", "title": "示例", "body": "示例", "year": today.year,
            "number": 1, "demand_lines": ["示例"], "due_on": later.isoformat(), "issued_on": today.isoformat(),
            "demo": False, "tasks": [],
        },
    )  # fmt: skip
    world.supervision_notice.assignments.add(world.assignment)
    top = world.programme.jurisdiction
    world.delivery = Delivery.objects.create(
        programme=world.programme, step="CR11", unit=top, organization=make_organization(top), delivered_on=today,
        recorded_by=reporter, file=paper, file_name="x.pdf",
    )  # fmt: skip
    world.problem = Problem.objects.create(
        programme=world.programme, number=1, source="x", raised_on=today, text="x", unit=world.own
    )
    world.problem_step = ProblemStep.objects.create(
        problem=world.problem, verb="assign", to_state="assigned", actor=reporter, file=paper, file_name="x.pdf"
    )
