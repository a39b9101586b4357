"""Pages of money: recording in rows, refusals in place, exports that no spreadsheet runs, the same queries at any size."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.services import keys
from subsidies.models import AwardOrder, AwardRule, MoneyAlert, Receipt, Transfer
from tests.factories import make_unit
from tests.subsidies.conftest import AMOUNT, make_rule


def today() -> str:
    return f"{timezone.localdate()}"


def send_row(award, voucher, amount="150", hop=0):
    key = f"s{award.pk}-{hop}"
    return {f"{key}-amount": amount, f"{key}-sent_on": today(), f"{key}-voucher": voucher}


def test_an_order_is_issued_from_the_list_and_printed(money, as_):
    first, second = money.accept(), money.accept(money.another())
    browser = as_(money.city)
    page = browser.post(reverse("awards"), {"pick": [first.pk], "number": "", "ordered_on": today()})
    assert page.status_code == 422
    assert f'value="{first.pk}"' in page.content.decode()
    assert "checked" in page.content.decode()
    done = browser.post(
        reverse("awards"), {"pick": [first.pk, second.pk], "number": "示财〔2026〕1号", "ordered_on": today()}
    )
    order = AwardOrder.objects.get()
    assert done.url == reverse("award-order", args=[order.pk])
    text = "".join(
        page.extract_text()
        for page in PdfReader(BytesIO(browser.get(reverse("award-order-pdf", args=[order.pk])).content)).pages
    )
    assert "示财〔2026〕1号" in text
    assert "300万元" in text
    assert "草" in text


def test_many_rows_at_once_each_for_itself(money, as_):
    """One wrong voucher does not hold up the others, and what was typed stays."""
    one, two, three = (money.accept(money.another()) for _ in range(3))
    money.order(one, two, three)
    data = send_row(one, "P-1") | send_row(two, "P-1") | send_row(three, "", "77.5")
    page = as_(money.city).post(reverse("money-desk"), data)
    assert page.status_code == 409
    text = page.content.decode()
    assert "recorded already" in text
    assert "1 row is recorded" in text
    assert [row.award for row in Transfer.objects.all()] == [one]


def test_the_browser_sends_a_desk_with_empty_rows(money, as_):
    money.ordered()
    page = as_(money.city).get(reverse("money-desk")).content.decode()
    fields = re.findall(r"<input[^>]*-voucher[^>]*>", page)
    assert fields
    assert not [field for field in fields if "required" in field]


def test_too_much_stays_in_the_row_with_both_numbers(money, as_):
    award = money.ordered()
    page = as_(money.city).post(reverse("money-desk"), send_row(award, "P-1", "150.000001") | {"one": f"s{award.pk}-0"})
    assert page.status_code == 422
    text = page.content.decode()
    assert "1500000.01 yuan is too much" in text
    assert 'value="150.000001"' in text
    assert 'value="P-1"' in text
    assert not Transfer.objects.exists()


def test_the_county_confirms_ticked_rows_only(money, as_):
    award = money.ordered()
    sent = money.send(award, 0)
    other = money.accept(money.another())
    money.order(other, number="2")
    other.refresh_from_db()
    left = money.send(other, 0)
    row = {
        f"r{one.pk}-{name}": value
        for one in (sent, left)
        for name, value in (("amount", "150"), ("received_on", today()), ("note", ""))
    }
    browser = as_(money.county)
    assert browser.post(reverse("money-desk"), row).status_code == 422  # nothing ticked
    assert browser.post(reverse("money-desk"), row | {"pick": [f"r{sent.pk}"]}).status_code == 302
    assert [receipt.transfer for receipt in Receipt.objects.all()] == [sent]


def test_a_row_that_somebody_else_recorded_meanwhile_is_said_to_be_gone(money, as_):
    award = money.ordered()
    money.send(award, 0)
    page = as_(money.city).post(reverse("money-desk"), send_row(award, "P-9"), follow=True)
    assert "no longer to do" in page.content.decode()
    assert Transfer.objects.count() == 1


def test_the_way_back_stays_on_our_own_site(money, as_):
    award = money.ordered()
    data = send_row(award, "P-1") | {"one": f"s{award.pk}-0", "next": "https://example.org/"}
    assert as_(money.city).post(reverse("money-desk"), data).url == reverse("money-desk")


def test_the_pages_show_the_chain_to_an_auditor_without_any_form(money, as_):
    award = money.ordered()
    sent = money.send(award, 0)
    money.receive(sent, "1400000", note="扣留")
    text = as_(money.place.auditor).get(reverse("award", args=[award.pk])).content.decode()
    assert "received 140 ×10,000 yuan of 150 ×10,000 yuan" in text
    assert "扣留" in text
    assert reverse("money-desk") not in text
    assert reverse("receipt-reverse", args=[sent.receipts.get().pk]) not in text


def test_a_wrong_row_is_taken_back_from_its_page(money, as_):
    award = money.ordered()
    sent = money.send(award, 0)
    browser = as_(money.city)
    browser.post(reverse("transfer-reverse", args=[sent.pk]), {"reason": ""})
    assert Transfer.objects.count() == 1
    browser.post(reverse("transfer-reverse", args=[sent.pk]), {"reason": "金额有误"})
    assert sum(row.amount for row in Transfer.objects.all()) == 0


def test_a_rule_is_enabled_only_with_its_paper(money, as_):
    AwardRule.objects.filter(pk=money.rule.pk).update(replaced_at=timezone.now())
    draft = make_rule(money.fund, version=2, is_enabled=False, authority="", question_en="Do they add up?")
    address = reverse("award-rule", args=[draft.pk])
    browser = as_(money.city)
    assert "Do they add up?" in browser.get(address).content.decode()
    data = {
        "amount": "100",
        "fund": money.fund.pk,
        "stall_workdays": 10,
        "is_enabled": "on",
        "authority": "",
        "reason": "x",
    }
    refused = browser.post(address, data)
    assert refused.status_code == 422
    assert "needs the paper that authorises it" in refused.content.decode()
    assert browser.post(address, data | {"authority": "示政〔2026〕3号"}).status_code == 302
    assert AwardRule.objects.get(replaced_at=None).amount == Decimal(1000000)


def test_exports_are_exact_and_run_no_formula(money, as_):
    money.project.name_zh = money.project.name_en = "=HYPERLINK(1)"
    money.project.save()
    money.ordered()
    browser = as_(money.city)
    text = b"".join(browser.get(reverse("awards-export", args=["csv"]))).decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "1500000.00" in text
    book = load_workbook(BytesIO(b"".join(browser.get(reverse("fund-ledger", args=[money.fund.code, "xlsx"])))))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert 1500000 in [cell.value for cell in cells]
    assert browser.get(reverse("awards-export", args=["exe"])).status_code == 404


def test_a_ledger_is_printed_with_its_balance(money, as_):
    money.accept()
    content = as_(money.city).get(reverse("fund-ledger", args=[money.fund.code, "pdf"])).content
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    assert "650" in text
    assert "台账" in text


def test_an_unknown_state_narrows_to_nothing(money, as_):
    money.accept()
    browser = as_(money.city)
    for query, count in (({}, 1), ({"state": "unordered"}, 1), ({"state": "moving"}, 0), ({"state": "x"}, 0), ({"year": "x"}, 0), ({"programme": "x"}, 0), ({"q": "一号"}, 1)):  # fmt: skip
        assert len(browser.get(reverse("awards"), query).context["chains"]) == count, query


@pytest.mark.parametrize("name", ["funds", "awards", "money-desk", "money-alerts", "award-rules"])
def test_a_page_asks_the_same_number_of_questions_at_any_size(money, as_, name):
    browser = as_(money.city)

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(reverse(name)).status_code == 200
        return len(seen)

    def grow(number: int) -> None:
        made = [
            money.accept(money.another(unit=make_unit("village", money.place.townships[n % 4]))) for n in range(number)
        ]
        money.order(*made, number=f"n-{made[0].pk}")
        for award in made[: number // 2]:
            award.refresh_from_db()
            money.send(award, 0, AMOUNT / 2)
            MoneyAlert.objects.create(kind="stalled", programme=money.place.programme, unit=award.project.unit, award=award, hop=1,
                                      opened_on=timezone.localdate(), details={"held": "1", "since": today(), "holder": "x"})  # fmt: skip

    grow(2)
    count()  # caches of content types and the like are warm after the first
    small = count()
    grow(8)
    assert count() == small


def test_the_api_sends_and_confirms_once_for_one_key(money, client):
    award = money.ordered()
    _key, text = keys.create(actor=None, user=money.city, scope="write")
    headers = {"Authorization": f"Bearer {text}", "Idempotency-Key": "a-1"}
    body = {"award": award.pk, "hop": 0, "amount": "1500000.00", "sent_on": today(), "voucher": "P-1"}
    first = client.post("/api/v1/transfers/", body, content_type="application/json", headers=headers)
    assert first.status_code == 201, first.content
    again = client.post("/api/v1/transfers/", body, content_type="application/json", headers=headers)
    assert again.json() == first.json()
    assert Transfer.objects.count() == 1
    wrong = client.post("/api/v1/transfers/", body | {"amount": "1.005", "voucher": "P-2"}, content_type="application/json",
                        headers=headers | {"Idempotency-Key": "a-2"})  # fmt: skip
    assert wrong.status_code == 422
    assert wrong.json()["code"] == "money_decimals"
    refused = client.post(f"/api/v1/transfers/{first.json()['id']}/receive/", {"amount": "1", "received_on": today()},
                          content_type="application/json", headers={"Authorization": f"Bearer {text}"})  # fmt: skip
    assert refused.status_code == 403
    listed = client.get("/api/v1/awards/", headers={"Authorization": f"Bearer {text}"}).json()["results"]
    assert [(one["amount"], one["sent"]) for one in listed] == [("1500000.00", "1500000.00")]


def test_the_desk_is_filled_with_what_is_there(money, as_):
    """What lies here and what is on its way stand in the fields already; recording them is one number or one tick."""
    award = money.ordered()
    page = as_(money.city).get(reverse("money-desk")).content.decode()
    assert f'name="s{award.pk}-0-amount" value="150"' in page
    sent = money.send(award, 0, "1234567.89")
    page = as_(money.county).get(reverse("money-desk")).content.decode()
    assert f'name="r{sent.pk}-amount" value="123.456789"' in page


def test_the_api_lists_ask_three_questions_at_any_size(money, client):
    """Grants, rows, and the key itself: the committed baseline of every list of the API."""
    _key, text = keys.create(actor=None, user=money.city, scope="read")

    def counts() -> list[int]:
        found = []
        for name in ("funds", "awards", "transfers"):
            for _warm in range(2):  # the key's last use is written once a minute
                with CaptureQueriesContext(connection) as seen:
                    answer = client.get(f"/api/v1/{name}/", headers={"Authorization": f"Bearer {text}"})
            assert answer.status_code == 200, answer.content
            assert answer.json()["results"]
            found.append(len(seen))
        return found

    money.send(money.ordered(), 0)
    assert counts() == [3, 3, 3]
    made = [money.accept(money.another()) for _ in range(6)]
    money.order(*made, number="2")
    for award in made:
        award.refresh_from_db()
        money.send(award, 0)
    assert counts() == [3, 3, 3]
