"""The demonstration's joint draw: it names a checklist and can be gone to; its steps have days of their own."""

from __future__ import annotations

from datetime import date

import pytest

from eldercare.models import Institution
from programs.models import Checklist, ChecklistItem, Draw, DrawCandidate, DrawExcuse, DrawPlan, Inspection
from programs.services import draws
from programs.services.demo import draws as demo
from programs.services.draws.inspecting import open_drawn
from tests.factories import make_grant, make_user

TODAY = date(2026, 10, 20)


@pytest.fixture
def loaded(place, monkeypatch):
    """One institution in each county, three bureaus' people and one who works in the first county."""
    checklist = Checklist.objects.create(
        programme=place.programme, unit=place.city.city, code="eldercare-institution", version=1, name_zh="检查表",
        name_en="Checklist", purposes=["random"], mode="items", clause=place.programme.basis,
    )  # fmt: skip
    ChecklistItem.objects.create(checklist=checklist, position=1, code="BA", text_zh="已备案")
    Checklist.objects.filter(pk=checklist.pk).update(state="published")
    for unit in (place.townships[0], place.townships[-1]):
        Institution.objects.create(
            programme=place.programme, unit=unit, name_zh=f"示例院{unit.pk}", opened_on=date(2020, 1, 1)
        )
    DrawPlan.objects.create(
        programme=place.programme, unit=place.city.city, code="spring", title_zh="上半年抽查", month=4, day=15,
        clause=place.programme.basis,
    )  # fmt: skip
    make_grant(make_user("inspector", full_name="查勘实"), "inspector", place.city.city)
    people = [{"code": "YX-006", "name": "叶巡平", "unit": place.counties[0].code}]
    monkeypatch.setattr(demo, "read_yaml", lambda _name: {"inspectors": [*people, {"code": "MZ-1", "name": "明察之"}]})
    demo.load_draws(today=TODAY, say=lambda _text: None)
    return Draw.objects.get()


def test_its_steps_have_days_and_hours_of_their_own(loaded):
    days = [moment.date() for moment in (loaded.committed_at, loaded.drawn_at, loaded.published_at)]
    assert days == [date(2026, 4, 8), date(2026, 4, 15), date(2026, 4, 17)]
    assert loaded.state == Draw.State.PUBLISHED
    assert draws.problems_of(draws.payload(loaded)) == []


def test_somebody_is_excused_from_the_own_unit(loaded, place):
    excuse = DrawExcuse.objects.get()
    assert excuse.inspector.code == "YX-006"
    assert excuse.candidate.unit.path.startswith(place.counties[0].path)


def test_it_names_the_checklist_and_can_be_carried_out(loaded):
    assert loaded.checklist is not None
    sent = DrawCandidate.objects.filter(is_chosen=True, pairs__inspector__user__username="inspector").first()
    made = open_drawn(
        actor=sent.pairs.get(inspector__user__isnull=False).inspector.user, draw_id=loaded.pk, candidate_id=sent.pk
    )
    assert isinstance(made, Inspection)
    assert made.checklist_id == loaded.checklist_id


def test_nothing_is_dated_ahead(loaded):
    demo._spread(loaded, date(2026, 4, 10))
    loaded.refresh_from_db()
    assert loaded.published_at.date() == date(2026, 4, 10)
    assert loaded.drawn_at.date() == date(2026, 4, 8)
