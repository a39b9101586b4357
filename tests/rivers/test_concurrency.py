"""Two at once: exactly one effect."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from programs.models import Decision
from programs.services.declarations import decide
from rivers.models import Evaluation, WaterQuality
from rivers.services.quality import record_classes
from tests.declarations.test_decide import at_once
from tests.rivers.conftest import PASSED

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_evaluations_leave_one(case):
    case.put_at("built")
    case.measure()
    ids = {"declaration_id": case.declaration.pk, "revision": 0, "today": date(2026, 10, 12)}
    with time_machine.travel("2026-10-12 10:00+08:00"):
        answers = at_once(
            lambda: decide(actor=case.office, verb="evaluate", facts=PASSED, **ids),
            lambda: decide(actor=case.second, verb="fail", comment="not enough", facts=PASSED | {"score": "80"}, **ids),
        )
    assert sorted(type(one).__name__ for one in answers) == ["Conflict", "Declaration"], answers
    found = Evaluation.objects.get()
    case.declaration.refresh_from_db()
    assert found.is_passed == (case.declaration.stage == "evaluated")
    assert Decision.objects.count() == 1


def test_two_who_record_the_same_month_leave_one_class(case):
    month = date(2026, 3, 1)

    def record(actor, grade):
        return record_classes(
            actor=actor, programme=case.programme, classes={(20, month): grade}, source="x", reason="again"
        )

    with time_machine.travel("2026-04-05 10:00+08:00"):
        answers = at_once(lambda: record(case.reporter, 3), lambda: record(case.reviewer, 5))
    assert answers == [1, 1]
    rows = WaterQuality.objects.filter(month=month)
    assert (rows.count(), rows.filter(replaced_at=None).count()) == (2, 1)
