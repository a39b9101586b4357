"""A special inspection is opened from the fund it looks at, and stays listed there."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEntry
from programs.errors import Conflict, RuleViolation
from programs.models import Checklist, Inspection, Purpose, Role
from subsidies.models import FundInspection
from subsidies.services.inspections import open_for_fund
from tests.factories import make_grant, make_unit, make_user
from tests.subsidies.conftest import make_fund


@pytest.fixture
def checklist(money):
    """A published checklist for special inspections, and one for something else that must not be offered."""
    from django.utils import timezone

    common = {"programme": money.place.programme, "unit": money.place.city, "state": "published"}
    Checklist.objects.create(code="other", name_zh="别的", purposes=["recheck"], published_at=timezone.now(), **common)
    return Checklist.objects.create(
        code="funds", name_zh="资金专项检查表", purposes=["funds"], published_at=timezone.now(), **common
    )


def inspect(money, checklist, **fields):
    defaults = {
        "actor": money.city,
        "fund_id": money.fund.pk,
        "checklist": checklist,
        "unit": money.place.city,
    }
    return open_for_fund(**(defaults | fields))


def test_the_button_opens_an_inspection_of_that_fund_with_its_checklist_chosen(money, checklist, as_):
    browser = as_(money.city)
    address = reverse("fund-inspect", args=[money.fund.code])
    assert address in browser.get(reverse("fund", args=[money.fund.code])).content.decode()
    form = browser.get(address).context["form"]
    assert form.initial == {"place": f"u{money.place.city.code}", "checklist": checklist}
    assert list(form.fields["checklist"].queryset) == [checklist]
    done = browser.post(address, {"place": form.initial["place"], "checklist": checklist.pk})
    opened = Inspection.objects.get()
    assert done.url == reverse("inspection-score", args=[opened.pk])
    assert (opened.purpose, opened.unit, opened.project) == (Purpose.FUNDS, money.place.city, None)
    assert FundInspection.objects.get().fund == money.fund
    assert AuditEntry.objects.filter(verb="fund.inspect").exists()


def test_a_fund_lists_its_own_special_inspections_only(money, checklist, as_):
    other = make_fund(money.place.programme, name_zh="另一笔")
    opened = inspect(money, checklist)
    browser = as_(money.place.auditor)
    link = reverse("inspection", args=[opened.pk])
    own = browser.get(reverse("fund", args=[money.fund.code])).content.decode()
    assert link in own
    assert reverse("fund-inspect", args=[money.fund.code]) not in own  # an auditor inspects nothing
    assert link not in browser.get(reverse("fund", args=[other.code])).content.decode()


def test_a_place_that_was_paid_is_offered_and_known_by_the_award(money, checklist, as_):
    award = money.accept()
    browser = as_(money.city)
    address = reverse("fund-inspect", args=[money.fund.code]) + f"?place=p{money.project.code}"
    assert address in browser.get(reverse("award", args=[award.pk])).content.decode()
    assert browser.get(address).context["form"].initial["place"] == f"p{money.project.code}"
    browser.post(address, {"place": f"p{money.project.code}", "checklist": checklist.pk})
    opened = Inspection.objects.get()
    assert (opened.project, opened.unit) == (money.project, money.village)
    assert reverse("inspection", args=[opened.pk]) in browser.get(reverse("award", args=[award.pk])).content.decode()


def test_what_does_not_fit_is_refused(money, checklist):
    with pytest.raises(RuleViolation) as refused:
        inspect(money, checklist, unit=money.village, project=money.project)  # no award yet
    assert refused.value.code == "not_paid"
    with pytest.raises(RuleViolation) as refused:
        inspect(money, checklist, unit=make_unit("city", money.place.city.parent))
    assert refused.value.code == "unit_elsewhere"
    with pytest.raises(RuleViolation) as refused:
        inspect(money, Checklist.objects.get(code="other"))
    assert refused.value.code == "checklist_purpose"
    assert not Inspection.objects.exists()


def test_one_at_a_time_for_a_fund_and_a_place(money, checklist):
    first = inspect(money, checklist)
    with pytest.raises(Conflict) as refused:
        inspect(money, checklist)
    assert str(first.pk) in str(refused.value.message)
    inspect(money, checklist, fund_id=make_fund(money.place.programme).pk)
    inspect(money, checklist, unit=money.village.parent.parent)
    assert FundInspection.objects.count() == 3


def test_a_county_inspects_in_the_county_only(money, checklist, as_):
    county = money.village.parent.parent
    inspector = make_user()
    make_grant(inspector, Role.INSPECTOR, county)
    form = as_(inspector).get(reverse("fund-inspect", args=[money.fund.code])).context["form"]
    assert [key for key, _label in form.fields["place"].choices] == [f"u{county.code}"]
    inspect(money, checklist, actor=inspector, unit=county)
    with pytest.raises((PermissionDenied, RuleViolation)):
        inspect(money, checklist, actor=inspector)


def test_without_a_published_checklist_the_page_says_what_to_do(money, as_):
    text = as_(money.city).get(reverse("fund-inspect", args=[money.fund.code])).content.decode()
    assert "No checklist is published" in text
    assert reverse("checklists") in text


def test_the_binding_is_never_changed(money, checklist):
    inspect(money, checklist)
    with pytest.raises(DatabaseError), transaction.atomic():
        FundInspection.objects.update(fund=make_fund(money.place.programme))


def test_the_page_of_a_fund_asks_as_much_for_many_inspections_as_for_one(money, checklist, as_):
    browser = as_(money.city)

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(reverse("fund", args=[money.fund.code])).status_code == 200
        return len(seen)

    inspect(money, checklist)
    count()
    one = count()
    for township in money.place.townships:
        inspect(money, checklist, unit=township)
    assert count() == one
