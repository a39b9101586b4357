"""What a revision keeps of a water has a name for people, in both languages."""

from __future__ import annotations

import pytest
from django.utils import translation

from programs import application
from programs.workflow import workflow_of
from rivers.services.outcomes import snapshot
from rivers.workflow import WORKFLOWS
from tests.snapshots import unlabelled


@pytest.mark.parametrize("code", [flow.code for flow in WORKFLOWS])
def test_every_field_has_a_name_in_both_languages(case, code):
    assert unlabelled(code, case.project) == set()


def test_a_water_is_read_in_words(case):
    case.begin()
    flow, data = workflow_of("rivers-city"), {"length_km": "12.50", "reservoir_class": "small_1", "segment": "示例段"}
    with translation.override("en"):
        shown = dict(application.shown(flow, case.declaration, data))
        kept = dict(application.shown(flow, case.declaration, snapshot(case.project)))
    assert shown["Length, km"] == "12.5"
    assert shown["Class of the reservoir"] == "small (1)"
    assert kept["Responsible"] == case.water.responsible_text
