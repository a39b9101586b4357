"""What the steps of the cycle ask for is recorded as delivered, by whom it concerns, and shown with its state."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from audit.models import AuditEntry
from programs.errors import Conflict, RuleViolation
from programs.models import Delivery, Organization, Programme, Unit
from programs.queries.supervision_cycle import cycle_of
from programs.services.deliveries import deliver
from programs.services.packs.loading import load_pack
from programs.services.units import load_units
from tests.factories import make_grant, make_user

CODE = "zhoukou-eldercare-2024"


@pytest.fixture
def plan(db):
    load_units()
    load_pack(code=CODE)
    return Programme.objects.select_related("jurisdiction", "document").get(code=CODE)


@pytest.fixture
def people(plan):
    city = plan.jurisdiction
    civil = Organization.objects.get(code="411600-civil-affairs")
    found = {name: make_user() for name in ("office", "bureau", "county")}
    make_grant(found["office"], "approver", city)
    make_grant(found["bureau"], "reporter", city, organization=civil)
    make_grant(found["county"], "reporter", Unit.objects.get(code="411602000000", valid_to=None))
    return found | {"civil": civil}


def light(plan, people, code: str, today: date) -> str:
    fresh = type(people["office"]).objects.get(pk=people["office"].pk)
    return next(step.light for step in cycle_of(plan, fresh, today).steps if step.code == code)


def test_a_step_is_late_until_it_is_recorded_and_a_record_can_be_taken_back(plan, people):
    assert light(plan, people, "CR12", date(2024, 5, 20)) == "near"
    assert light(plan, people, "CR12", date(2024, 6, 1)) == "late"
    common = {"programme": plan, "step": "CR12", "bodies": [people["civil"]]}
    (row,) = deliver(actor=people["bureau"], delivered_on=date(2024, 5, 28), note="已报市政府", **common)
    assert light(plan, people, "CR12", date(2024, 6, 1)) == "done"
    assert AuditEntry.objects.filter(verb="delivery.record", object_id=str(row.pk)).count() == 1
    with pytest.raises(RuleViolation) as caught:
        deliver(actor=people["office"], delivered_on=None, **common)
    assert caught.value.code == "reason_missing"
    deliver(actor=people["office"], delivered_on=None, note="稿子退回", **common)
    assert light(plan, people, "CR12", date(2024, 6, 1)) == "late"
    with pytest.raises(Conflict):
        deliver(actor=people["office"], delivered_on=None, note="再退", **common)
    with pytest.raises(DatabaseError), transaction.atomic():
        Delivery.objects.update(note="x")  # history


def test_who_records_and_what_is_refused(plan, people):
    health = Organization.objects.get(code="411600-health")
    day = date(2024, 4, 20)
    for actor, bodies in ((people["county"], [people["civil"]]), (people["bureau"], [people["civil"], health])):
        with pytest.raises(PermissionDenied):
            deliver(actor=actor, programme=plan, step="CR11", bodies=bodies, delivered_on=day)
    cases = {
        "step_unknown": {"step": "CR99"},
        "body_missing": {"bodies": []},
        "foreign_body": {"step": "CR12", "bodies": [health]},
        "future": {"delivered_on": date(2099, 1, 1)},
        "too_early": {"delivered_on": date(2020, 1, 1)},
    }
    for code, changed in cases.items():
        given = {"step": "CR11", "bodies": [people["civil"]], "delivered_on": day} | changed
        with pytest.raises(RuleViolation) as caught:
            deliver(actor=people["office"], programme=plan, **given)
        assert caught.value.code == code


def test_the_page_records_and_keeps_what_was_typed(plan, people, client):
    client.force_login(people["bureau"])
    address = f"/assignments/cycle/{CODE}/"
    with time_machine.travel("2024-06-10T02:00:00Z", tick=False):
        client.force_login(people["bureau"])
        given = {"step": "CR12", "bodies": [people["civil"].pk], "note": "已报市政府", "act": "deliver"}
        refused = client.post(address, given)
        assert refused.status_code == 422
        assert "已报市政府" in refused.text
        assert client.post(address, given | {"delivered_on": "2024-05-28"}).status_code == 302
        shown = client.get(address)
    assert "2024-05-28" in shown.text
    assert {step.code: step.light for step, _form in shown.context["steps"]}["CR12"] == "done"
    forms = {step.code: form for step, form in shown.context["steps"] if form}
    assert set(forms) == {"CR11", "CR12"}  # where the plan asks something of this bureau
