"""Derived indicators on real rows: made, changed, refused, shown; and targets that follow a series."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from programs.errors import Conflict, RuleViolation
from programs.models import Indicator, ReferenceSeries, Summary, Target
from programs.queries.dashboard import indicators_of
from programs.queries.derived import Derivations
from programs.queries.figures import Figures
from programs.queries.targets import TargetBook, is_met, light_of
from programs.services import derived
from programs.services.derived import Definition
from programs.services.reference_series import set_value
from tests.declarations.test_decide import at_once
from tests.factories import make_grant, make_indicator, make_target, small_city

D = Decimal


def words(formula, **fields):
    common = dict.fromkeys(("name_zh", "definition_zh"), "派生") | dict.fromkeys(
        ("name_en", "definition_en"), "Derived"
    )
    return Definition(
        **(common | {"unit_zh": "%", "unit_en": "%", "decimals": 1, "direction": "higher", "formula": formula} | fields)
    )


@pytest.fixture
def place(db):
    city = small_city()
    for name, indicator in zip(("beds", "nursing"), city.indicators, strict=True):
        Indicator.objects.filter(pk=indicator.pk).update(code=name)
        indicator.code = name
    return city


def make(place, code="share", formula="[nursing] / [beds] * 100"):
    return derived.create(actor=place.approver, programme=place.programme, code=code, definition=words(formula))


def sums(place, beds, nursing):
    for indicator, value in zip(place.indicators, (beds, nursing), strict=True):
        Summary.objects.create(
            indicator=indicator, period=place.period, unit=place.city, value=value, reports=2, expected=4
        )


def figure(place, indicator):
    return Figures([indicator], [place.period.pk], [place.city.pk]).get(indicator.pk, place.period.pk, place.city.pk)


def test_a_formula_is_applied_to_the_sums(place):
    sums(place, 80, 44)
    found = figure(place, make(place))
    assert (found.value, found.reports, found.expected) == (D(55), 2, 4)
    assert [(one.code, value) for one, value in found.inputs] == [("nursing", 44), ("beds", 80)]


def test_a_formula_may_use_a_formula(place):
    sums(place, 80, 44)
    make(place)
    assert figure(place, make(place, "gap", "55 - [share]")).value == 0


@pytest.mark.parametrize(("beds", "nursing"), [(0, 0), (None, 4), (4, None)])
def test_unknown_stays_unknown(place, beds, nursing):
    sums(place, beds, nursing)
    assert figure(place, make(place)).value is None


@pytest.mark.parametrize(
    ("formula", "code"),
    [("[beds] +", "formula"), ("1 + 1", "formula"), ("[nothing] * 2", "unknown_code"), ("[share] * 2", "circle")],
)
def test_a_bad_formula_is_refused_at_entry(place, formula, code):
    with pytest.raises(RuleViolation) as caught:
        make(place, formula=formula)
    assert (caught.value.code, caught.value.field) == (code, "formula")


def test_a_formula_names_indicators_of_its_own_programme_only(place):
    other = make_indicator(small_city().programme, code="elsewhere")
    with pytest.raises(RuleViolation) as caught:
        make(place, formula=f"[{other.code}]")
    assert caught.value.code == "unknown_code"


def test_a_longer_circle_is_refused(place):
    first = make(place, "a1", "[beds]")
    make(place, "a2", "[a1] + 1")
    with pytest.raises(RuleViolation) as caught:
        derived.change(
            actor=place.approver, indicator_id=first.pk, formula_seen="[beds]", definition=words("[a2]"), reason="x"
        )
    assert caught.value.code == "circle"


@pytest.mark.django_db(transaction=True)
def test_two_people_do_not_close_a_circle_together(place):
    first, second = make(place, "a1", "[beds]"), make(place, "a2", "[beds]")
    answers = at_once(
        lambda: derived.change(actor=place.approver, indicator_id=first.pk, formula_seen="[beds]", definition=words("[a2]"), reason="x"),
        lambda: derived.change(actor=place.approver, indicator_id=second.pk, formula_seen="[beds]", definition=words("[a1]"), reason="x"),
    )  # fmt: skip
    assert sorted(type(one).__name__ for one in answers) == ["Indicator", "RuleViolation"]
    assert Derivations(Indicator.objects.filter(code__in=["a1", "a2"])).reported == {place.indicators[0].pk}


def test_a_change_wants_a_reason_and_the_newest_formula(place):
    made = make(place)
    common = {"actor": place.approver, "indicator_id": made.pk, "definition": words("[beds]")}
    with pytest.raises(RuleViolation):
        derived.change(**common, formula_seen=made.formula, reason=" ")
    with pytest.raises(Conflict):
        derived.change(**common, formula_seen="[other]", reason="x")
    assert derived.change(**common, formula_seen=made.formula, reason="x").formula == "[beds]"


@pytest.mark.parametrize("who", ["reporter", "reviewer", "viewer", "inspector", "stranger"])
def test_only_the_leading_bureau_sets_a_formula(place, who):
    with pytest.raises(PermissionDenied):
        derived.create(actor=place.people[who], programme=place.programme, code="x", definition=words("[beds]"))


def test_the_api_tells_the_values_and_the_inputs(place):
    sums(place, 80, 44)
    make(place)
    client = Client()
    client.force_login(place.approver, backend="accounts.backends.AccountBackend")
    answer = client.get("/api/v1/indicators/share/values/").json()["results"]
    newest = answer[-1]
    assert (newest["period"], newest["value"], newest["inputs"]) == ("2026-10", "55", {"nursing": "44", "beds": "80"})
    assert [one["value"] for one in answer[:-1]] == [None]
    assert client.get("/api/v1/indicators/share/values/", {"unit": place.other_city.code}).status_code == 400


def test_the_page_shows_the_formula_and_keeps_what_was_typed(place, client):
    make_grant(place.approver, "reviewer", place.city)
    client.force_login(place.approver, backend="accounts.backends.AccountBackend")
    make(place)
    page = client.get(reverse("programme-formulas", args=[place.programme.code]))
    assert "[nursing] / [beds] * 100" in page.content.decode()
    typed = {"code": "bad", "name_zh": "某", "name_en": "n", "unit_zh": "%", "unit_en": "%", "decimals": 1, "direction": "higher",
             "definition_zh": "d", "definition_en": "d", "formula": "[beds] ** 2"}  # fmt: skip
    answer = client.post(reverse("programme-formula-new", args=[place.programme.code]), typed)
    assert answer.status_code == 422
    assert "[beds] ** 2" in answer.content.decode()
    assert (
        client.post(
            reverse("programme-formula-new", args=[place.programme.code]), typed | {"formula": "[beds]"}
        ).status_code
        == 302
    )


def moving(place, value):
    """A yearly target that follows a series of 2025, for 2026."""
    ReferenceSeries.objects.create(
        code="growth", name_zh="增速", name_en="Growth", unit=place.city, year=2025, value=value
    )
    make_target(
        place.indicators[0], place.city, None, comparator="gte_series", series_code="growth", period_kind="annual"
    )
    book = TargetBook([place.indicators[0].pk], [place.city.pk])
    return book.applying(place.indicators[0].pk, place.city.pk, date(2026, 10, 1))


@pytest.mark.parametrize(
    ("reference", "value", "met"), [("5.2", "5.2", True), ("5.2", "5.19", False), (None, "9", None), ("5.2", None, None), ("0", "0", True), ("-1", "0", True)]
)  # fmt: skip
def test_a_moving_target_is_judged_by_the_year_before(place, reference, value, met):
    target = moving(place, reference and D(reference))
    assert is_met(target, value and D(value)) is met


def test_a_value_of_a_series_wants_its_source_and_the_newest(place):
    moving(place, None)
    row = ReferenceSeries.objects.get()
    common = {"actor": place.approver, "programme": place.programme, "series_id": row.pk}
    with pytest.raises(RuleViolation):
        set_value(**common, seen=None, value=D("5.2"), source=" ")
    set_value(**common, seen=None, value=D("5.2"), source="yearbook")
    with pytest.raises(Conflict):
        set_value(**common, seen=None, value=D("5.3"), source="letter")
    assert set_value(**common, seen=D("5.2"), value=None, source="").value is None


@pytest.mark.parametrize(
    ("binding", "hardness", "kind"),
    [("binding", "firm", "late"), ("", "firm", "late"), ("expected", "firm", "near"), ("binding", "strive", "near")],
)
def test_only_what_binds_turns_red(place, binding, hardness, kind):
    target = Target(value=100, due_on=date(2026, 1, 1), hardness=hardness, comparator="gte", state="number")
    light = light_of(target=target, value=D(50), share=D("0.5"), time=D(1), on=timezone.localdate(), binding=binding)
    assert light.kind == kind


def test_a_formula_is_taken_out_of_use_with_a_reason_and_its_past_stays_readable(place):
    made, user = make(place), make(place, "double", "[share] * 2")
    sums(place, 80, 44)
    with pytest.raises(RuleViolation) as caught:
        derived.retire(actor=place.approver, indicator_id=made.pk, reason="merged")
    assert caught.value.code == "still_used"
    with pytest.raises(RuleViolation) as caught:
        derived.retire(actor=place.approver, indicator_id=user.pk, reason=" ")
    assert caught.value.code == "reason_missing"
    derived.retire(actor=place.approver, indicator_id=user.pk, reason="merged")
    retired = derived.retire(actor=place.approver, indicator_id=made.pk, reason="merged")
    today = timezone.localdate()
    assert retired.valid_to == today
    assert AuditEntry.objects.get(verb="indicator.retire", object_id=str(made.pk)).reason == "merged"
    assert made in indicators_of(place.programme, today)
    assert made not in indicators_of(place.programme, today + timedelta(days=1))
    assert figure(place, retired).value == D(55)
    with pytest.raises(Conflict):
        derived.retire(actor=place.approver, indicator_id=made.pk, reason="again")
    with pytest.raises(RuleViolation) as caught:
        make(place, "third", "[share] + 1")
    assert caught.value.code == "unknown_code"
    with pytest.raises(Conflict):
        derived.change(
            actor=place.approver,
            indicator_id=made.pk,
            formula_seen=made.formula,
            definition=words("[beds]"),
            reason="x",
        )


def test_the_page_takes_a_formula_out_of_use(place, client):
    make_grant(place.approver, "reviewer", place.city)
    client.force_login(place.approver, backend="accounts.backends.AccountBackend")
    make(place)
    address = reverse("programme-formula-retire", args=[place.programme.code, "share"])
    refused = client.post(address, {"reason": ""})
    assert refused.status_code == 422
    assert client.post(address, {"reason": "merged into another"}).status_code == 302
    listed = client.get(reverse("programme-formulas", args=[place.programme.code])).content.decode()
    assert timezone.localdate().isoformat() in listed
    assert address not in listed


@pytest.fixture
def series_page(place, client):
    """The page of a series as the approver sees it: (client, address of the page, address of the value, the row)."""
    moving(place, None)
    row = ReferenceSeries.objects.get()
    Indicator.objects.filter(pk=place.indicators[0].pk).update(unit_zh="%")
    make_grant(place.approver, "reviewer", place.city)
    client.force_login(place.approver, backend="accounts.backends.AccountBackend")
    code = place.programme.code
    return client, reverse("programme-series", args=[code]), reverse("programme-series-value", args=[code, row.pk]), row


@pytest.mark.parametrize(
    ("typed", "source"), [("五点五", "2024 yearbook"), ("5.12345", "2024 yearbook"), ("5.5", ""), ("5.5元", "letter 9")]
)
def test_a_refused_value_of_a_series_keeps_what_was_typed_and_says_what_to_do(series_page, typed, source):
    client, _page, address, row = series_page
    answer = client.post(address, {"value": typed, "source": source, "seen": ""})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert f'value="{typed}"' in text
    assert f'value="{source}"' in text
    assert text.count("2025") >= 2
    row.refresh_from_db()
    assert row.value is None


@pytest.mark.parametrize("typed", ["５.５％", "5.5%", "5.50", " 5.5 "])
def test_a_value_of_a_series_is_read_as_in_the_entry_grid(series_page, typed):
    client, page, address, row = series_page
    assert client.post(address, {"value": typed, "source": "yearbook", "seen": ""}).status_code == 302
    row.refresh_from_db()
    assert row.value == D("5.5")
    shown = client.get(page).content.decode()
    assert 'value="5.5"' in shown
    assert client.post(address, {"value": "4,260", "source": "yearbook", "seen": "5.5000"}).status_code == 302
    assert 'value="4,260"' in client.get(page).content.decode()
