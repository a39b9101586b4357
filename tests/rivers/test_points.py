"""With a published score template the points of the closed inspection decide, not a total that somebody types."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from programs.errors import RuleViolation
from programs.forms_inspections import METHODS as WAYS
from programs.models import Checklist, Inspection
from programs.services import checklists
from programs.services.inspections import close, open_inspection, save_scores
from rivers.guards import METHODS, OF_INSPECTION
from rivers.models import Evaluation
from tests.rivers.conftest import PASSED

pytestmark = pytest.mark.django_db
ALL = [code for code, _name in WAYS]


def codes(caught) -> set[str]:
    return {one.code for one in caught.value.errors} or {caught.value.code}


@pytest.fixture
def template(case) -> Checklist:
    """The city's template, filled in and published by its river-chief office: 60 and 40 points."""
    draft = Checklist.objects.get(code="rivers-score-city", state="draft")
    items = [
        {"code": "S1", "text_zh": "河湖面貌", "points": Decimal(60), "may_not_apply": False},
        {"code": "S2", "text_zh": "管理机制", "points": Decimal(40), "may_not_apply": False},
    ]
    checklists.edit(actor=case.office, checklist_id=draft.pk, fields={}, items=items)
    return checklists.publish(actor=case.office, checklist_id=draft.pk)


def score(case, template, purpose: str, actor, total: str, *, methods=ALL) -> Inspection:
    """A closed inspection of today whose points add up to ``total``."""
    opened = open_inspection(
        actor=actor, checklist=template, purpose=purpose, programme=case.programme, unit=case.project.unit,
        project=case.project, declaration=case.declaration,
    )  # fmt: skip
    points = [{"item": "S1", "points": "60"}, {"item": "S2", "points": str(Decimal(total) - 60)}]
    opened = save_scores(actor=actor, inspection_id=opened.pk, version=opened.version, scores=points)
    return close(
        actor=actor, inspection_id=opened.pk, version=opened.version, inspected_on=timezone.localdate(), conclusion="逐项评分",
        methods=methods, satisfaction=Decimal(96), outcome="pass",
    )  # fmt: skip


def test_every_way_of_inspecting_is_one_of_the_four_methods():
    assert [OF_INSPECTION[code] for code in ALL] == list(METHODS)


@pytest.mark.parametrize(("total", "passes"), [("89.99", False), ("90", True), ("90.00", True), ("100", True)])
def test_ninety_points_give_the_name(case, template, total, passes):
    case.put_at("built")
    case.measure()
    with time_machine.travel("2026-10-12 10:00+08:00"):
        inspection = score(case, template, "evaluation", case.office, total)
        assert inspection.total == Decimal(total)
        if passes:
            assert case.take("evaluate", case.second).stage == "evaluated"
            found = Evaluation.objects.get(water=case.water)
            assert (found.inspection, found.score, found.satisfaction) == (inspection, Decimal(total), 96)
            assert found.methods == list(METHODS)
            return
        with pytest.raises(RuleViolation) as caught:
            case.take("evaluate", case.second)
        assert codes(caught) == {"naming_score"}
        assert "89.99" in str(caught.value.message)


@pytest.mark.parametrize(("total", "passes"), [("79.99", False), ("80", True), ("80.00", True)])
def test_eighty_points_open_the_door(case, template, total, passes):
    with time_machine.travel("2025-10-10 10:00+08:00"):
        case.begin()
        case.save("100")  # what is typed does not count any more
        case.attach("self_evaluation")
        score(case, template, "self_evaluation", case.reporter, total)
        if passes:
            assert case.take("self_evaluate", case.reporter).stage == "self_evaluated"
            return
        with pytest.raises(RuleViolation) as caught:
            case.take("self_evaluate", case.reporter)
        assert codes(caught) == {"filing_score"}
        assert "79.99" in str(caught.value.message)


def test_a_typed_total_is_no_way_around_the_template(case, template):
    case.put_at("built")
    case.measure()
    with time_machine.travel("2026-10-12 10:00+08:00"), pytest.raises(RuleViolation) as caught:
        case.take("evaluate", case.office, facts=PASSED | {"score": "100"})
    assert codes(caught) == {"naming_score"}
    with time_machine.travel("2026-10-13 10:00+08:00"):
        score(case, template, "evaluation", case.office, "89.99")
        with pytest.raises(RuleViolation) as caught:
            case.take("evaluate", case.second, facts=PASSED | {"score": "100"})
    assert codes(caught) == {"naming_score"}


def test_a_method_left_out_is_named(case, template):
    case.put_at("built")
    case.measure()
    with time_machine.travel("2026-10-12 10:00+08:00"):
        score(case, template, "evaluation", case.office, "95", methods=ALL[:3])
        with pytest.raises(RuleViolation) as caught:
            case.take("evaluate", case.second)
    assert codes(caught) == {"four_methods"}


def test_the_newest_closed_inspection_counts(case, template):
    case.put_at("built")
    case.measure()
    with time_machine.travel("2026-10-12 10:00+08:00"):
        score(case, template, "evaluation", case.office, "85")
        score(case, template, "evaluation", case.second, "90")
        assert case.take("evaluate", case.office).stage == "evaluated"
