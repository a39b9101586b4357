"""One honour in force for a place of one kind at one level; what a second application of it meets."""

from __future__ import annotations

import pytest
import time_machine
from django.db import IntegrityError, transaction

from programs.errors import RuleViolation
from programs.models import Decision, Declaration
from villages.models import Honour
from villages.queries import year_of
from villages.services import places


@pytest.fixture
def honoured(put_forward):
    put_forward.to("honoured")
    return put_forward


def test_a_place_that_holds_the_honour_applies_again_only_with_a_reason_and_gets_no_second_plaque(honoured):
    """Put forward for the same level a year later: said at the hand-in, outside the task, refused at the acceptance."""
    again = places.put_forward(
        actor=honoured.people["town"], programme=honoured.city.programme, unit=honoured.village, level="city", year=2027
    )
    assert again == honoured.project
    declaration = Declaration.objects.get(project=again, cycle__year=2027, workflow="villages-city")
    with time_machine.travel("2027-02-10 10:00:00+08:00", tick=True):
        with pytest.raises(RuleViolation) as caught:
            honoured.take("recommend", "town", declaration)
        assert [one.code for one in caught.value.errors] == ["held"]
        assert "市-2026-01" in str(caught.value.errors[0].message)
        done = honoured.take("recommend", "town", declaration, reasons={"held": "扩建"})
        assert done.decisions.get(verb="recommend").overrides[0]["reason"] == "扩建"
    Declaration.objects.filter(pk=declaration.pk).update(stage="building")
    line = year_of(honoured.city.programme, 2027).lines["village", "city"][0]
    assert (line.put_forward, line.again, line.short) == (0, 1, 5)
    Declaration.objects.filter(pk=declaration.pk).update(stage="city_accepted")
    with time_machine.travel("2027-12-10 10:00:00+08:00", tick=True), pytest.raises(RuleViolation) as caught:
        honoured.take("honour", "city", declaration, number="示政〔2027〕9号", facts={"plaque": "市-2027-01"})
    assert {one.code for one in caught.value.errors} == {"once"}


def test_the_database_refuses_a_second_honour_in_force(honoured):
    first = Honour.objects.get()
    with time_machine.travel("2027-02-10 10:00:00+08:00", tick=True):
        places.put_forward(
            actor=honoured.people["town"],
            programme=honoured.city.programme,
            unit=honoured.village,
            level="city",
            year=2027,
        )
    second = Declaration.objects.get(project=honoured.project, cycle__year=2027)
    decision = Decision.objects.create(
        declaration=second, verb="honour", from_stage="city_accepted", to_stage="honoured", decided_on="2027-12-20"
    )
    with pytest.raises(IntegrityError, match="honour_in_force_once"), transaction.atomic():
        Honour.objects.create(
            project=honoured.project, declaration=second, decision=decision, level="city", year=2027,
            plaque_no="市-2027-01", commendation_no="x", honoured_on="2027-12-20",
        )  # fmt: skip
    assert Honour.objects.get() == first
