"""The inbox holds what a person can take: a river's own steps wait for its unit, not for the city."""

from __future__ import annotations

import pytest

from programs.access import read_access
from programs.queries.declarations import DeclarationPage, with_related
from programs.queries.inbox import waiting_for
from programs.services.decision_reminders import _city_step
from tests.rivers.conftest import people


def waits(case, who: str) -> bool:
    return waiting_for(read_access(getattr(case, who))).filter(pk=case.declaration.pk).exists()


def mine(case, who: str) -> set[str]:
    person = getattr(case, who)
    declaration = with_related(type(case.declaration).objects.all()).get(pk=case.declaration.pk)
    return {one.step.verb for one in DeclarationPage(declaration, person, read_access(person)).mine}


@pytest.mark.parametrize("stage", ["reviewed", "tech_reviewed", "building"])
def test_a_countys_own_step_does_not_wait_for_the_city(case, stage):
    case.put_at(stage)
    assert waits(case, "reporter")
    assert not waits(case, "office")
    own = {"reviewed": "draft_plan", "tech_reviewed": "start_building", "building": "finish_building"}[stage]
    assert own in mine(case, "reporter")
    assert own not in mine(case, "office")


def test_the_page_lists_it_among_the_steps_of_others(case, client):
    case.put_at("building")
    client.force_login(case.office, backend="accounts.backends.AccountBackend")
    answer = client.get(f"/declarations/{case.declaration.pk}/")
    assert answer.status_code == 200
    assert 'id="step-finish_building"' not in answer.content.decode()
    assert next(one.step.verb for one in answer.context["page"].others) == "finish_building"


def test_the_citys_own_river_waits_for_the_city(programme):
    case = people(programme, 1)
    case.begin()
    case.put_at("building")
    assert waits(case, "office")
    assert "finish_building" in mine(case, "office")


def test_a_countys_own_step_is_no_reminder_of_the_city(case):
    case.put_at("tech_reviewed")
    declaration = type(case.declaration).objects.select_related("project__unit").get(pk=case.declaration.pk)
    assert _city_step(declaration) is None
    declaration.stage = "plan_drafted"
    assert _city_step(declaration).verb == "tech_review"
