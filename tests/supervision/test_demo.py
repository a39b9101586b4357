"""The demonstration's follow-up: votes recorded on their day, deliveries, a notice answered by somebody."""

from __future__ import annotations

import pytest
from django.utils import timezone

from programs.models import Delivery, ProblemStep, Programme, SupervisionNotice
from programs.queries.supervision_cycle import cycle_of
from programs.services.assignments import assign_all
from programs.services.demo.supervision import ZHOUKOU, load_supervision
from programs.services.demo_accounts import load_demo_accounts
from programs.services.packs.loading import load_pack
from programs.services.units import load_units
from programs.services.workdays import load_calendar
from tests.factories import make_user


@pytest.mark.slow
def test_what_is_invented_agrees_with_itself(db, settings, tmp_path):
    settings.LUOSHI_DATA = tmp_path
    today = timezone.localdate()
    load_units()
    load_pack(code=ZHOUKOU)
    load_calendar(years=[2024, 2025, today.year])
    load_demo_accounts()
    programme = Programme.objects.select_related("jurisdiction").get(code=ZHOUKOU)
    assign_all(programme=programme)
    load_supervision(today=today, say=lambda _text: None)
    votes = ProblemStep.objects.filter(verb="vote").select_related("problem")
    assert {timezone.localtime(one.at).date() - one.problem.voted_on for one in votes} == {today - today}
    assert votes.count() == 3
    assert Delivery.objects.count() == 16  # twelve named units, then one body in each of four steps
    assert {step.light for step in cycle_of(programme, make_user(), today).steps} == {"done"}
    assert all(one.answered_by for one in SupervisionNotice.objects.filter(answered_at__isnull=False))
