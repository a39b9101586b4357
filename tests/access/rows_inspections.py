"""Inspections, photos, findings, rectifications and checklists."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from django.utils import timezone
from PIL import Image

from programs.models import (
    Checklist,
    ChecklistItem,
    Finding,
    Inspection,
    InspectionPhoto,
    InspectionScore,
    Rectification,
    RectificationStep,
    Role,
)
from programs.services import files
from tests.access.table import BUSINESS, HERE, PLAN, PUBLIC, REPORTER, Row

INSPECTS = (Role.INSPECTOR, Role.REVIEWER, Role.APPROVER)  # purpose supervision, at any level
SCORES = (Role.REPORTER, *INSPECTS)
APPROVER = (Role.APPROVER,)
NO = (403, 404)

_open = {"kwargs": lambda w: {"pk": w.inspection.pk}}
_closed = {"kwargs": lambda w: {"pk": w.closed_inspection.pk}}
_photo = {"kwargs": lambda w: {"pk": w.photo.pk}}
_rectification = {"kwargs": lambda w: {"pk": w.rectification.pk}}
_list = {"kwargs": lambda w: {"pk": w.checklist.pk}}


def _step(verb: str) -> Any:
    return lambda w: {"verb": verb, "pk": w.rectification.pk}


ROWS = [
    Row("inspections", BUSINESS),
    Row("inspection-worker", PUBLIC),
    Row("inspection-choose", SCORES),
    Row("inspection-open", SCORES, HERE, query=lambda w: {"project": w.project.code}),
    Row("inspection-open", SCORES, HERE, method="post", data=lambda w: {"project": w.project.code}, ok=422),
    Row("inspection", BUSINESS, HERE, **_closed),
    Row("inspection-score", INSPECTS, HERE, **_open),
    Row("inspection-score", INSPECTS, HERE, method="post", ok=(302, 409), hidden=NO, **_open),
    Row("inspection-close", INSPECTS, HERE, **_open),
    Row("inspection-close", INSPECTS, HERE, method="post", ok=422, **_open),
    Row("inspection-give-up", INSPECTS, HERE, method="post", ok=302, **_open),
    Row("inspection-photo-add", SCORES, HERE, method="post", ok=302, **_open),
    Row("inspection-report", BUSINESS, HERE, **_closed),
    Row("inspection-photo", BUSINESS, HERE, **_photo),
    Row("inspection-original", (Role.AUDITOR, Role.APPROVER), HERE, **_photo),
    Row("inspection-photo-remove", INSPECTS, HERE, method="post", ok=302, **_photo),
    Row("finding-assign", SCORES, HERE, kwargs=lambda w: {"pk": w.loose_finding.pk}),
    Row("finding-assign", SCORES, HERE, method="post", kwargs=lambda w: {"pk": w.loose_finding.pk}, ok=422),
    Row("rectifications", BUSINESS),
    Row("rectification", BUSINESS, HERE, **_rectification),
    Row("rectification-step", SCORES, HERE, method="post", kwargs=_step("close"), ok=422),  # nothing was written
    Row("rectification-later", REPORTER, HERE, method="post", ok=422, **_rectification),
    Row(
        "rectification-answer", (Role.APPROVER, Role.INSPECTOR), HERE, method="post", ok=422, **_rectification
    ),
    Row("rectification-file", BUSINESS, HERE, kwargs=lambda w: {"pk": w.rectification_step.pk}),
    Row("checklists", BUSINESS),
    Row("checklist-create", APPROVER),
    Row("checklist-create", APPROVER, method="post", ok=422),
    Row("checklist", BUSINESS, PLAN, **_list),
    Row("checklist-edit", APPROVER, HERE, kwargs=lambda w: {"pk": w.draft_checklist.pk}),
    Row("checklist-edit", APPROVER, HERE, method="post", ok=422, kwargs=lambda w: {"pk": w.draft_checklist.pk}),
    Row("checklist-act", APPROVER, HERE, method="post", ok=302, kwargs=lambda w: {"act": "discard", "pk": w.draft_checklist.pk}),
    Row("api-checklists", BUSINESS),
    Row("api-checklist", BUSINESS, PLAN, **_list),
    Row("api-inspections", BUSINESS),
    Row(
        "api-inspections", INSPECTS, HERE, method="post", ok=201, hidden=NO,
        data=lambda w: {"checklist": w.checklist.pk, "purpose": "supervision", "project": w.project.code},
    ),
    Row("api-inspection", BUSINESS, HERE, **_open),
    Row(
        "api-inspection-scores", INSPECTS, HERE, method="post", hidden=NO,
        data=lambda w: {"version": 0, "scores": [{"item": "A1", "result": "pass"}]}, ok=(200, 409), **_open,
    ),
    Row(
        "api-inspection-close", INSPECTS, HERE, method="post", ok=(409, 422), hidden=NO,
        data=lambda w: {"version": 0, "inspected_on": "2026-01-05", "conclusion": "x"}, **_open,
    ),
    Row("api-rectifications", BUSINESS),
    Row(
        "api-rectifications", INSPECTS, HERE, method="post", ok=(201, 409), hidden=NO,
        data=lambda w: {"finding": w.loose_finding.pk, "goal": "x", "workdays": 3},
    ),
    Row("api-rectification", BUSINESS, HERE, **_rectification),
    Row(
        "api-rectification-step", (Role.REPORTER, Role.REVIEWER), frozenset({"own"}), method="post", hidden=NO,
        data=lambda w: {"verb": "accept"}, ok=(200, 409), **_rectification,
    ),
]  # fmt: skip


def add(world: Any) -> None:
    """An open and a closed inspection of the county's project, a finding being put right, one not assigned, checklists."""
    who = world.people[Role.INSPECTOR, "parent"]
    world.checklist = Checklist.objects.create(
        programme=world.programme, unit=world.parent, code="access-list", name_zh="清单", purposes=["supervision"],
        published_at=timezone.now(),
    )  # fmt: skip
    item = ChecklistItem.objects.create(checklist=world.checklist, code="A1", text_zh="要求", position=1)
    Checklist.objects.filter(pk=world.checklist.pk).update(state="published")
    world.checklist.refresh_from_db()
    world.draft_checklist = Checklist.objects.create(
        programme=world.programme, unit=world.own, code="access-draft", name_zh="草稿", purposes=["supervision"]
    )
    world.inspection = _inspection(world, who)
    world.closed_inspection = _inspection(world, who)
    InspectionScore.objects.create(inspection=world.closed_inspection, item=item, result="fail", by=who)
    _close(world.closed_inspection, who)
    first, world.loose_finding = (
        Finding.objects.create(inspection=world.closed_inspection, item=item, text="x", created_by=who)
        for _ in range(2)
    )
    world.rectification = Rectification.objects.create(
        programme=world.programme, unit=world.own, finding=first, goal="x", due_on=date(2099, 1, 5),
        first_due_on=date(2099, 1, 5), assigned_by=who,
    )  # fmt: skip
    stored = files.store_bytes(_picture(), name="x.jpg", content_type="image/jpeg")
    world.rectification_step = RectificationStep.objects.create(
        rectification=world.rectification, verb="assign", to_state="assigned", actor=who, file=stored, file_name="x.jpg"
    )
    world.photo = InspectionPhoto.objects.create(
        inspection=world.inspection, original=stored, shown=stored, fingerprint="0" * 32, uploaded_by=who
    )


def _inspection(world: Any, who: Any) -> Inspection:
    return Inspection.objects.create(
        programme=world.programme, unit=world.own, project=world.project, checklist=world.checklist,
        purpose="supervision", inspector=who,
    )  # fmt: skip


def _close(inspection: Inspection, who: Any) -> None:
    inspection.state, inspection.outcome, inspection.inspected_on = "closed", "fail", date(2026, 1, 5)
    inspection.closed_at, inspection.closed_by = timezone.now(), who
    inspection.save()


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "JPEG")
    return out.getvalue()
