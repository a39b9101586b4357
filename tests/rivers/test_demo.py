"""The demonstration's waters: every kind of outcome is there, and nothing in it breaks a rule of the plan."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from pypdf import PdfReader

from programs.models import Attachment, Declaration, Notice, Organization, Role, StoredFile
from programs.services.files import path_of
from programs.workflow import workflow_of, workflows
from rivers.demo import DAYS, load_demo, path_to
from rivers.models import Evaluation, WaterBody, WaterQuality
from rivers.workflow import WORKFLOWS
from tests.factories import make_grant, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture
def loaded(programme):
    city = programme.jurisdiction
    for code in ("410400-river-chief-office", "410400-water"):
        body = Organization.objects.get(code=code)
        make_grant(make_user(), Role.APPROVER, city, programme, organization=body)
    for water in WaterBody.objects.select_related("project__unit"):
        unit = water.project.unit
        if not unit.grants.filter(role=Role.REPORTER).exists():
            make_grant(make_user(), Role.REPORTER, unit)
            make_grant(make_user(), Role.REVIEWER, unit)
    with time_machine.travel("2026-11-22 10:00+08:00"):
        load_demo(today=TODAY, say=lambda _text: None)
        load_demo(today=TODAY, say=lambda _text: None)  # a second run changes nothing
    return programme


def test_every_outcome_is_there(loaded):
    stages = set(Declaration.objects.values_list("stage", flat=True))
    assert {"registered", "named", "stopped", "failed", "built", "building", "returned", "self_evaluated"} <= stages
    assert Declaration.objects.filter(is_open=False).exclude(stage__in=["registered", "stopped", "failed"]).count() == 0
    assert WaterQuality.objects.filter(grade__gt=4).count() == 1
    notice = Notice.objects.get()
    assert notice.state == "ended"
    assert sorted(one.stops for one in notice.objections.all()) == [False, True]


def test_nothing_breaks_the_plan(loaded):
    for one in Evaluation.objects.select_related("water"):
        assert one.is_passed == (one.score >= 90 and one.worst_grade <= 4)
    for water in WaterBody.objects.exclude(named_on=None):
        assert water.build_done_on < water.evaluated_on < water.named_on <= TODAY
    for declaration in Declaration.objects.all():
        for decision in declaration.decisions.all():
            assert decision.decided_on <= TODAY
            assert decision.actor is not None, decision.verb
        handed = {one.actor_id for one in declaration.decisions.filter(hands_in=True)}
        judged = {one.actor_id for one in declaration.decisions.filter(verb__in=["evaluate", "name", "review", "fail"])}
        assert not handed & judged


def test_every_paper_that_a_step_wanted_is_there_and_marked(loaded):
    wanted = 0
    for declaration in Declaration.objects.prefetch_related("decisions", "attachments"):
        flow = workflow_of(declaration.workflow)
        taken = {(one.verb, one.from_stage) for one in declaration.decisions.all()}
        kinds = {
            kind
            for step in flow.transitions
            for kind in step.documents
            if {(step.verb, source) for source in step.sources} & taken
        }
        assert {one.kind for one in declaration.attachments.all()} == kinds
        wanted += len(kinds)
    assert wanted > 40
    files = StoredFile.objects.filter(pk__in=Attachment.objects.values("file"))
    assert len(files) == 5  # one for each kind, however many waters
    for stored in files:
        assert stored.content_type == "application/pdf"
        assert "演示文件" in PdfReader(path_of(stored)).pages[0].extract_text()


def test_every_stage_has_a_way_and_every_step_a_day():
    assert set(WORKFLOWS) <= set(workflows())
    for flow in WORKFLOWS:
        for stage in flow.stages:
            way = path_to(flow, stage.code)
            assert all(step.verb in DAYS for step in way)
            assert (way[-1].target if way else flow.initial) == stage.code
