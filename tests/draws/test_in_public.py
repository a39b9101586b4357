"""What of a draw anybody may read: no personal numbers, no reasons, no login names; what was revealed stays; what became of it."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from programs.errors import RuleViolation
from programs.models import Checklist, Draw, Inspection, Programme
from programs.services import draws
from programs.services.draws import sources
from programs.services.draws.inspecting import open_drawn
from programs.services.draws.preparing import Candidate, Excuse, Inspector
from tests.factories import make_grant, make_user

ID, MOBILE = "410402198001011236", "13800138000"
REASON = f"亲属住院 身份证{ID} 电话{MOBILE}"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def everything_said(draw):
    """What a stranger reads of a draw: the answer of the API, the page, and the two lists."""
    stranger = Client()
    addresses = [
        f"/api/v1/draws/{draw.pk}/", "/api/v1/draws/", reverse("draw-public", args=[draw.code]), reverse("draws-public"),
    ]  # fmt: skip
    answers = [stranger.get(address) for address in addresses]
    assert [one.status_code for one in answers] == [200] * len(addresses)
    return "".join(one.content.decode() for one in answers)


def public_page(draw):
    stranger = Client()
    stranger.cookies["django_language"] = "en"
    return stranger.get(reverse("draw-public", args=[draw.code])).content.decode()


def refused(call, **kwargs):
    with pytest.raises(RuleViolation) as caught:
        call(**kwargs)
    assert caught.value.code == "personal_number"
    assert "Nothing published holds" in str(caught.value.rule)
    assert ID not in str(caught.value.message) + str([one.message for one in caught.value.errors])
    return {one.field for one in caught.value.errors}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda kw: kw.update(excused={("A-1", "c1"): Excuse(REASON)}), "excused"),
        (lambda kw: kw["candidates"].append(Candidate("A-9", f"王某家 {MOBILE}", "甲县", kw["candidates"][0].unit)), "candidates"),
        (lambda kw: kw["candidates"].append(Candidate(ID, "某院", "甲县", kw["candidates"][0].unit)), "candidates"),
        (lambda kw: kw["candidates"].append(Candidate("A-9", "某院", ID, kw["candidates"][0].unit)), "candidates"),
        (lambda kw: kw["inspectors"].append(Inspector(MOBILE, "某", kw["inspectors"][0].unit)), "inspectors"),
    ],
)  # fmt: skip
def test_lists_with_personal_numbers_are_refused(place, prepared, lists, change, field):
    change(lists)
    assert refused(draws.save_lists, actor=place.inspector, draw_id=prepared.pk, **lists) == {field}
    assert prepared.candidates.count() == 9


def test_titles_and_reasons_of_a_cancellation_with_personal_numbers_are_refused(place, prepared):
    common = {
        "actor": place.inspector,
        "programme": place.programme,
        "unit": place.city,
        "planned_on": date(2026, 10, 1),
    }
    assert refused(draws.prepare, title=f"抽查 {MOBILE}", **common) == {"title"}
    assert refused(draws.cancel, actor=place.inspector, draw_id=prepared.pk, reason=REASON) == {"reason"}
    Draw.objects.filter(pk=prepared.pk).update(title=f"抽查 {ID}")  # written before the rule was there
    assert refused(draws.commit, actor=place.inspector, draw_id=prepared.pk) == {"title"}


def test_a_reason_is_for_the_office_and_its_kind_for_everybody(place, prepared, lists):
    why = Excuse("亲属正在该院住院", "relation")
    draws.save_lists(actor=place.inspector, draw_id=prepared.pk, **lists, excused={("A-1", "c1"): why})
    draws.commit(actor=place.inspector, draw_id=prepared.pk)
    assert why.reason not in everything_said(prepared)
    excused = Client().get(f"/api/v1/draws/{prepared.pk}/").json()["excused"]
    assert {"object": "A-1", "inspector": "c1", "reason": "relation"} in excused
    assert {one["reason"] for one in excused} == {"relation", "own_unit"}
    for person, sees in ((place.inspector, True), (place.approver, True), (place.reviewer, False)):
        client = Client()
        client.force_login(person, backend="accounts.backends.AccountBackend")
        assert (why.reason in client.get(reverse("draw", args=[prepared.pk])).content.decode()) is sees


def test_what_was_revealed_stays_when_an_unwelcome_draw_is_cancelled(place, prepared):
    draws.commit(actor=place.inspector, draw_id=prepared.pk)
    draws.draw(actor=place.approver, draw_id=prepared.pk)
    before = Client().get(f"/api/v1/draws/{prepared.pk}/").json()
    draws.cancel(actor=place.approver, draw_id=prepared.pk, reason="the result is unwelcome")
    after = Client().get(f"/api/v1/draws/{prepared.pk}/").json()
    kept = ("seed", "chosen", "inspectors", "commitment", "pool", "drawn_at")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert (after["state"], after["cancelled_reason"]) == ("cancelled", "the result is unwelcome")
    assert after["cancelled_at"][:10] == timezone.localdate().isoformat()
    page = public_page(prepared)
    for words in (
        after["seed"],
        "the result is unwelcome",
        timezone.localdate().isoformat(),
        "after its seed had been",
    ):
        assert words in page
    said = io.StringIO()
    call_command("verify_draw", str(prepared.pk), stdout=said)
    assert "are what the rule gives" in said.getvalue()


def test_a_draw_cancelled_before_keeps_its_seed(place, prepared):
    draws.commit(actor=place.inspector, draw_id=prepared.pk)
    draws.cancel(actor=place.approver, draw_id=prepared.pk, reason="a wrong list")
    assert Draw.objects.get().seed not in everything_said(prepared)


def test_names_of_accounts_are_not_published(place, prepared, lists):
    code = sources.staff_code(place.inspector)
    assert code in {one.code for one in sources.inspectors(place.programme, place.city)}
    assert place.inspector.username not in code
    for typed in (place.inspector.username, place.reviewer.username.upper()):
        people = [*lists["inspectors"], Inspector(typed, "某", place.city)]
        with pytest.raises(RuleViolation) as caught:
            draws.save_lists(actor=place.inspector, draw_id=prepared.pk, **lists | {"inspectors": people})
        assert (caught.value.code, caught.value.field) == ("account_name", "inspectors")


def test_numbers_of_the_register_differ_from_person_to_person(place):
    second = make_user()
    make_grant(second, "inspector", place.city)
    codes = [one.code for one in sources.inspectors(place.programme, place.city)]
    assert len(set(codes)) == len(codes) == 2


def test_draws_of_plans_with_alike_codes_do_not_collide(place):
    found = []
    for last in ("first", "second"):
        programme = Programme.objects.get(pk=place.programme.pk)
        programme.pk, programme.code = None, f"pingdingshan-elder-care-services-{last}"
        programme.save()
        office = make_user()
        make_grant(office, "inspector", place.city)
        made = draws.prepare(
            actor=office, programme=programme, unit=place.city, title="x", planned_on=date(2026, 10, 1)
        )
        found.append(made.code)
    assert found == [f"pingdingshan-elder-care-services-{last}-2026-1" for last in ("first", "second")]


def test_what_became_of_a_drawn_object_is_published(place, prepared, lists):
    checklist = Checklist.objects.create(
        programme=place.programme, unit=place.city, code="c", name_zh="表", state="published", purposes=["random"]
    )
    sent = [Inspector("J-1", "查之", place.city, place.inspector)]
    draws.save_lists(actor=place.inspector, draw_id=prepared.pk, **lists | {"inspectors": sent, "inspectors_each": 1}, checklist=checklist)  # fmt: skip
    draws.commit(actor=place.inspector, draw_id=prepared.pk)
    draws.draw(actor=place.approver, draw_id=prepared.pk)
    address = f"/api/v1/draws/{prepared.pk}/"
    assert Client().get(address).json()["outcomes"] == {}
    draws.publish(actor=place.approver, draw_id=prepared.pk)
    first, second, third = prepared.candidates.filter(is_chosen=True).order_by("code")
    done = open_drawn(actor=place.inspector, draw_id=prepared.pk, candidate_id=first.pk)
    open_drawn(actor=place.inspector, draw_id=prepared.pk, candidate_id=second.pk)
    Inspection.objects.filter(pk=done.pk).update(
        state="closed", outcome="fail", inspected_on=date(2026, 11, 20), closed_at=timezone.now(),
        closed_by=place.inspector, conclusion="某某老人无陪护",
    )  # fmt: skip
    assert Client().get(address).json()["outcomes"] == {
        first.code: {"state": "done", "outcome": "fail", "inspected_on": "2026-11-20"},
        second.code: {"state": "begun", "outcome": None, "inspected_on": None},
        third.code: {"state": "not_begun", "outcome": None, "inspected_on": None},
    }
    page = public_page(prepared)
    for words in ("2026-11-20", "failed", "under way", "not begun"):
        assert words in page
    assert "某某老人" not in page + everything_said(prepared)
    assert draws.problems_of(draws.payload(Draw.objects.select_related("programme").get())) == []
