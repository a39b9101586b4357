"""The pages: scoring by script and without, lists at any size, forms that keep what was typed, the report."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from programs.documents.inspection import report_of
from programs.models import Checklist, Inspection, Rectification
from programs.services.rectifications import assign, take
from tests.inspections.conftest import PASSED


@pytest.fixture
def client_of():
    def enter(user) -> Client:
        user.password_changed_at = timezone.now()
        user.save()
        client = Client()
        client.force_login(user)
        return client

    return enter


def send(client, inspection, version, scores):
    return client.post(
        reverse("inspection-score", args=[inspection.pk]),
        json.dumps({"version": version, "scores": scores}),
        content_type="application/json",
    )


def test_the_script_sends_and_a_conflict_names_the_other_score(site, client_of):
    inspection = site.open()
    mine, other = client_of(site.inspector), client_of(site.colleague)
    assert send(other, inspection, 0, [{"item": "A1", "result": "pass"}]).json() == {"version": 1}
    answer = send(mine, inspection, 0, [{"item": "A1", "result": "fail", "base": {"result": ""}}])
    assert answer.status_code == 409
    assert answer.json()["theirs"]["A1"]["result"] == "pass"
    assert answer.json()["theirs"]["A1"]["by"] == site.colleague.full_name
    wrong = send(mine, inspection, 1, [{"item": "B1", "value": "x"}])
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "item-B1"


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"version": "1", "scores": []}', '{"version": 0, "scores": [1]}', "[" * 5000]
)
def test_what_cannot_be_read_is_a_bad_request(site, client_of, body):
    inspection = site.open()
    answer = client_of(site.inspector).post(
        reverse("inspection-score", args=[inspection.pk]), body, content_type="application/json"
    )
    assert answer.status_code == 400
    assert not inspection.scores.exists()


def test_without_script_only_changed_items_are_sent_and_typed_text_is_kept(site, client_of):
    inspection = site.open()
    client = client_of(site.inspector)
    page = reverse("inspection-score", args=[inspection.pk])
    empty = json.dumps({"result": "", "value": "", "points": "", "note": ""})
    typed = {
        "version": "0",
        "base-A1": empty,
        "result-A1": "pass",
        "base-B1": empty,
        "value-B1": "12a",
        "note-B1": "看账",
    }
    refused = client.post(page, typed)
    assert refused.status_code == 422
    assert "12a" in refused.content.decode()
    assert "看账" in refused.content.decode()
    assert client.post(page, typed | {"value-B1": "21"}).status_code == 302
    assert dict(inspection.scores.values_list("item__code", "result")) == {"A1": "pass", "B1": "pass"}


def test_closing_without_everything_names_it_and_keeps_the_words(site, client_of):
    inspection = site.open()
    client = client_of(site.inspector)
    data = {"version": "0", "inspected_on": "2026-10-08", "conclusion": "基本合格", "panel": "某人 某局\n\n另一人"}
    refused = client.post(reverse("inspection-close", args=[inspection.pk]), data)
    assert refused.status_code == 422
    assert "基本合格" in refused.content.decode()
    site.score(inspection, PASSED)
    client.post(reverse("inspection-close", args=[inspection.pk]), data | {"version": "1", "more": "！档案缺失"})
    done = Inspection.objects.get(pk=inspection.pk)
    assert done.panel == [{"name": "某人", "organization": "某局"}, {"name": "另一人", "organization": ""}]
    assert done.findings.get().severity == "serious"
    assert client.get(reverse("inspection-close", args=[inspection.pk])).status_code == 302


def test_a_rectification_by_its_pages(site, client_of):
    finding = site.failed("A1").findings.get()
    inspector, reporter, colleague = (client_of(one) for one in (site.inspector, site.reporter, site.colleague))
    page = reverse("finding-assign", args=[finding.pk])
    data = {"goal": "清理", "unit": site.project.unit_id, "organization": site.body.pk, "due_on": timezone.localdate()}
    assert inspector.post(page, data | {"goal": ""}).status_code == 422
    assert inspector.post(page, data).status_code == 302
    one = Rectification.objects.get()
    here = reverse("rectification", args=[one.pk])
    step = lambda verb: reverse("rectification-step", args=[one.pk, verb])  # noqa: E731
    assert reporter.post(step("accept")).status_code == 302
    assert reporter.post(step("report"), {"comment": ""}).status_code == 422
    assert reporter.post(step("report"), {"comment": "已清理"}).status_code == 302
    assert step("close") not in reporter.get(here).content.decode()
    assert step("close") in colleague.get(here).content.decode()
    refused = colleague.post(step("close"), {"comment": "", "revisited_on": "12.10"})
    shown = refused.context["forms"][0][1]
    assert refused.status_code == 422
    assert shown.fields["comment"].required
    assert shown["revisited_on"].value() == "12.10"
    assert 'placeholder="2026-10-12"' in str(shown["revisited_on"])
    assert 'type="date"' not in str(shown["revisited_on"])
    done = colleague.post(step("close"), {"comment": "合格", "revisited_on": timezone.localdate()})
    assert done.status_code == 302
    assert Rectification.objects.get().state == "closed"


def test_later_dates_are_asked_and_answered_on_the_page(site, client_of):
    one = assign(
        actor=site.inspector,
        finding_id=site.failed("A1").findings.get().pk,
        goal="x",
        workdays=3,
        organization=site.body,
    )
    reporter, colleague = client_of(site.reporter), client_of(site.colleague)
    later = reverse("rectification-later", args=[one.pk])
    assert reporter.post(later, {"asked_until": "2020-01-01", "reason": "x"}).status_code == 422
    until = one.due_on.replace(year=one.due_on.year + 1)
    assert reporter.post(later, {"asked_until": until, "reason": "连续降雨"}).status_code == 302
    answer = reverse("rectification-answer", args=[one.pk])
    asked = one.extensions.get()
    assert colleague.post(answer, {"extension": asked.pk + 1, "decision": "grant"}).status_code == 404
    assert colleague.post(answer, {"extension": asked.pk, "decision": "refuse"}).status_code == 422
    assert colleague.post(answer, {"extension": asked.pk, "decision": "grant"}).status_code == 302
    one.refresh_from_db()
    assert one.due_on == until


def test_a_checklist_is_edited_and_published_on_its_page(site, client_of):
    client = client_of(site.approver)
    made = client.post(
        reverse("checklist-create"),
        {"programme": site.place.programme.pk, "code": "city-list", "name_zh": "本市清单", "mode": "items"},
    )
    draft = Checklist.objects.get(code="city-list")
    page = reverse("checklist-edit", args=[draft.pk])
    assert made.url == page
    seen = client.get(page).context["seen"]
    data = {
        "seen": seen, "name_zh": "本市清单", "mode": "items", "purposes": ["random"], "item-TOTAL_FORMS": "2",
        "item-INITIAL_FORMS": "0", "item-0-code": "1", "item-0-text_zh": "消防验收", "item-0-ORDER": "1",
        "item-1-code": "2", "item-1-text_zh": "床位", "item-1-comparator": "gte", "item-1-threshold": "", "item-1-ORDER": "2",
    }  # fmt: skip
    refused = client.post(page, data)
    assert refused.status_code == 422
    assert "床位" in refused.content.decode()
    done = client.post(page, data | {"item-1-threshold": "50", "publish": "1"})
    assert done.status_code == 302
    draft.refresh_from_db()
    assert (draft.state, list(draft.items.values_list("code", flat=True))) == ("published", ["1", "2"])


def test_a_stale_editor_loses_nothing_and_overwrites_nothing(site, client_of):
    client = client_of(site.approver)
    client.post(
        reverse("checklist-create"),
        {"programme": site.place.programme.pk, "code": "city-list", "name_zh": "本市清单", "mode": "items"},
    )
    draft = Checklist.objects.get(code="city-list")
    page = reverse("checklist-edit", args=[draft.pk])
    data = {
        "seen": client.get(page).context["seen"], "name_zh": "甲", "mode": "items", "purposes": ["random"],
        "item-TOTAL_FORMS": "0", "item-INITIAL_FORMS": "0",
    }  # fmt: skip
    assert client.post(page, data).status_code == 302
    stale = client.post(page, data | {"name_zh": "乙"})
    assert stale.status_code == 409
    assert "乙" in stale.content.decode()
    draft.refresh_from_db()
    assert draft.name_zh == "甲"


@pytest.mark.parametrize("name", ["inspections", "rectifications", "checklists"])
def test_lists_cost_the_same_at_any_size(site, client_of, name):
    client = client_of(site.approver)

    def cost():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(reverse(name)).status_code == 200
        return len(seen)

    def more():
        finding = site.failed("A1").findings.get()
        assign(actor=site.inspector, finding_id=finding.pk, goal="x", workdays=3, organization=site.body)

    more()
    cost()  # warms what is cached
    first = cost()
    for _ in range(3):
        more()
    assert cost() == first


def test_the_report_says_outcome_items_and_findings(site):
    import io

    from pypdf import PdfReader

    inspection = site.failed("A1")
    with translation.override("en"):
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(report_of(inspection))).pages)
    for words in ("Outcome: failed", "A1", "B1", "20", "Findings", "— 1 —"):
        assert words in text


def test_a_late_one_is_on_the_list_of_late_ones(site, client_of):
    one = assign(
        actor=site.inspector, finding_id=site.failed("A1").findings.get().pk, goal="路灯", workdays=1,
        organization=site.body, today=date(2026, 3, 2),
    )  # fmt: skip
    client = client_of(site.approver)
    page = reverse("rectification", args=[one.pk])
    assert page in client.get(reverse("rectifications"), {"late": "true"}).content.decode()
    take(actor=site.reporter, rectification_id=one.pk, verb="report", comment="x")
    take(actor=site.colleague, rectification_id=one.pk, verb="close", comment="x", revisited_on=timezone.localdate())
    assert page not in client.get(reverse("rectifications"), {"late": "true"}).content.decode()
    assert page in client.get(reverse("rectifications")).content.decode()
