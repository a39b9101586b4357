"""Changing a settled figure: asked with a reason, decided by somebody else, the old figure kept."""

import pytest
from django.urls import reverse

from programs.models import CorrectionRequest, Period, ProgressRevision
from programs.services import periods, progress
from programs.services.entry import Typed, save_drafts


@pytest.fixture
def new(place):
    return lambda town=0: reverse(
        "correction-new", args=[place.indicators[0].code, place.townships[town].code, place.period.code]
    )


@pytest.fixture
def requested(place, sent, sign_in, new):
    """A request to make an approved 10 into 12."""
    sent("10", approved=True)
    sign_in(place.reporter).post(new(), {"value": "12", "reason": "漏报两户"})
    return CorrectionRequest.objects.get()


def test_a_correction_is_requested_approved_and_counts(place, requested, sign_in, django_capture_on_commit_callbacks):
    assert (requested.value, requested.base_revision, requested.state) == (12, 1, "open")
    client, url = sign_in(place.approver), reverse("correction", args=[requested.pk])
    assert "漏报两户" in client.get(url).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url, {"decision": "approve"}).status_code == 302
    requested.report.refresh_from_db()
    assert (requested.report.value, requested.report.revision) == (12, 2)
    assert ProgressRevision.objects.get(number=1).value == 10, "the old figure stays"
    assert client.post(url, {"decision": "refuse", "comment": "x"}).status_code == 409


def test_a_refusal_wants_a_reason_and_leaves_the_figure(place, requested, sign_in):
    client, url = sign_in(place.approver), reverse("correction", args=[requested.pk])
    assert client.post(url, {"decision": "refuse"}).status_code == 422
    assert client.post(url, {}).status_code == 422
    requested.refresh_from_db()
    assert requested.state == "open"
    assert client.post(url, {"decision": "refuse", "comment": "台账无误"}).status_code == 302
    requested.refresh_from_db()
    requested.report.refresh_from_db()
    assert (requested.state, requested.report.value) == ("refused", 10)


@pytest.mark.parametrize(
    ("value", "reason", "code"),
    [
        ("abc", "x", 422),
        ("", "x", 422),
        ("12", "", 422),
        ("-3", "x", 422),
        ("10", "x", 422),
        ("/", "x", 422),
        ("１２", "全角", 302),
    ],
)
def test_what_is_typed_is_checked_and_kept(place, sent, sign_in, new, value, reason, code):
    sent("10", approved=True)
    answer = sign_in(place.reporter).post(new(), {"value": value, "reason": reason})
    assert answer.status_code == code
    assert CorrectionRequest.objects.exists() == (code == 302)
    if code == 422 and value:
        assert f'value="{value}"' in answer.content.decode()


def test_only_settled_figures_and_once(place, sent, sign_in, new, requested):
    client = sign_in(place.reporter)
    assert client.post(new(), {"value": "13", "reason": "again"}).status_code == 409
    assert client.post(new(1), {"value": "13", "reason": "still open"}).status_code == 409
    assert CorrectionRequest.objects.count() == 1


def test_an_unreported_figure_of_a_locked_period_can_be_asked_for(place, sign_in, new):
    periods.lock_period(actor=None, period_id=place.period.pk, reason=Period.LockReason.EXPIRED)
    client = sign_in(place.reporter)
    assert client.get(new()).status_code == 200
    assert client.post(new(), {"value": "7", "reason": "迟报"}).status_code == 302
    assert CorrectionRequest.objects.get().base_revision == 0


def test_who_may_ask_and_decide(place, requested, sign_in, new):
    url = reverse("correction", args=[requested.pk])
    assert sign_in(place.other_reporter).get(new()).status_code == 404
    assert sign_in(place.viewer).get(new()).status_code == 403
    assert sign_in(place.stranger).get(url).status_code == 404
    assert sign_in(place.viewer).get(url).status_code == 200
    assert sign_in(place.reviewer).post(url, {"decision": "approve"}).status_code == 403
    assert sign_in(place.reporter).post(url, {"decision": "approve"}).status_code == 403
    requested.refresh_from_db()
    assert requested.state == "open"


def test_withdrawing_is_for_the_person_who_asked(place, requested, sign_in):
    url = reverse("correction-withdraw", args=[requested.pk])
    assert sign_in(place.other_reporter).post(url).status_code == 404
    assert sign_in(place.reporter).post(url).status_code == 302
    requested.refresh_from_db()
    assert requested.state == "withdrawn"


def test_the_list_shows_what_waits_and_what_was_decided(place, requested, sign_in):
    client, url = sign_in(place.approver), reverse("corrections")
    assert f'href="/corrections/{requested.pk}/"' in client.get(url).content.decode()
    assert f'href="/corrections/{requested.pk}/"' not in client.get(url, {"state": "decided"}).content.decode()
    assert f'href="/corrections/{requested.pk}/"' not in sign_in(place.other_reviewer).get(url).content.decode()


def test_history_shows_the_draft_to_reporters_only(place, sent, sign_in):
    report = sent("10")
    progress.return_reports(actor=place.reviewer, report_ids=[report.pk], comment="台账不符")
    save_drafts(actor=place.reporter, period=place.period, cells=[Typed(report.indicator_id, report.unit_id, "987654")])
    url = reverse("report-history", args=[report.pk])
    assert "987654" in sign_in(place.reporter).get(url).content.decode()
    seen = sign_in(place.viewer).get(url).content.decode()
    assert "987654" not in seen
    assert "台账不符" in seen
    assert sign_in(place.other_reviewer).get(url).status_code == 404
