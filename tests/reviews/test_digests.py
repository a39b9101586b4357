"""What waits for a decision of the city is in the bureau's reminder; letters count and name nothing."""

from __future__ import annotations

import smtplib
from datetime import date

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from audit.models import AuditEntry
from programs.models import Declaration, Digest, Period, ProgressReport, StageDeadline
from programs.services import digests
from programs.services.workdays import load_calendar
from tests.declarations.conftest import case, flow

__all__ = ["case", "flow"]
DAY = date(2026, 5, 11)


def remind():
    with time_machine.travel(f"{DAY} 10:05:00+08:00", tick=False):
        return digests.remind(today=DAY)


@pytest.fixture
def waiting(case):
    """The declaration has reached the city; no period is open."""
    load_calendar(years=[2026])
    case.place.period.delete()
    case.place.previous.delete()
    Declaration.objects.filter(pk=case.declaration.pk).update(stage="handed_in")
    return case


def items_of(user) -> list[dict]:
    found = Digest.objects.filter(user=user).first()
    return found.items if found else []


def test_the_bureau_is_told_how_many_applications_wait_for_its_step(waiting):
    remind()
    (item,) = items_of(waiting.city_approver)
    assert (item["kind"], item["light"], item["due_on"]) == ("decision", "wait", "")
    assert item["text_en"].endswith("1 applications wait for your decision, at the stage “Handed in”")
    assert item["url"] == reverse("inbox")
    assert not items_of(waiting.county_reviewer)
    assert not items_of(waiting.town_reporter)


def test_what_waits_below_the_city_is_not_the_bureaus(waiting):
    Declaration.objects.update(stage="applied")
    remind()
    assert not Digest.objects.exists()


def test_a_step_whose_last_day_is_near_is_said_once(waiting):
    StageDeadline.objects.create(
        programme=waiting.place.programme, workflow="sample", verb="accept", closes_month=5, closes_day=12
    )
    remind()
    assert [(item["kind"], item["light"]) for item in items_of(waiting.city_approver)] == [("declaration", "near")]


def test_reviewed_figures_wait_for_the_approver_with_the_day_they_lock(case):
    load_calendar(years=[2026])
    case.place.previous.delete()
    period = case.place.period
    Period.objects.filter(pk=period.pk).update(
        opens_on=date(2026, 5, 1), due_on=date(2026, 7, 1), locks_on=date(2026, 7, 9)
    )
    indicator = case.place.indicators[0]
    for town, state in zip(case.place.townships, ("reviewed", "reviewed", "submitted", "draft"), strict=True):
        ProgressReport.objects.create(
            period=period,
            unit=town,
            indicator=indicator,
            state=state,
            revision=int(state != "draft"),
            value=1,
            submitted_by=case.town_reporter,
        )
    remind()
    (item,) = items_of(case.city_approver)
    assert "2 reviewed figures wait for approval" in item["text_en"]
    assert item["due_on"] == "2026-07-09"
    assert item["url"] == reverse("review-queue", args=[case.place.programme.code, period.code])


def letters(waiting, settings, django_capture_on_commit_callbacks, sender="luoshi@example.org"):
    settings.LUOSHI_MAIL_FROM = sender
    waiting.city_approver.email = "bureau@example.org"
    waiting.city_approver.save()
    with django_capture_on_commit_callbacks(execute=True):
        remind()
    return mail.outbox


def test_a_letter_counts_and_names_nothing(waiting, settings, django_capture_on_commit_callbacks):
    settings.LUOSHI_PUBLIC_URL = "https://luoshi.example.org"
    (letter,) = letters(waiting, settings, django_capture_on_commit_callbacks)
    assert (letter.to, letter.from_email) == (["bureau@example.org"], "luoshi@example.org")
    text = letter.subject + letter.body
    assert "https://luoshi.example.org" + reverse("workbench") in text
    named = (
        waiting.project.name_zh, waiting.city_approver.full_name, waiting.city_approver.username,
        waiting.place.programme.name_zh, waiting.place.townships[0].name,
    )  # fmt: skip
    assert not [one for one in named if one and one in text]


def test_without_a_sender_no_letter_leaves_and_the_reminder_stands(
    waiting, settings, django_capture_on_commit_callbacks
):
    assert letters(waiting, settings, django_capture_on_commit_callbacks, sender="") == []
    assert items_of(waiting.city_approver)


def test_a_mail_server_that_refuses_stops_no_reminder(
    waiting, settings, django_capture_on_commit_callbacks, monkeypatch
):
    def refuse(*_args, **_kwargs):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    assert letters(waiting, settings, django_capture_on_commit_callbacks) == []
    assert items_of(waiting.city_approver)


def test_the_page_says_whether_letters_are_sent_and_keeps_the_address(waiting, settings, client):
    client.force_login(waiting.city_approver)
    client.cookies["django_language"] = "en"
    assert "sends no e-mail" in client.get(reverse("me")).content.decode()
    settings.LUOSHI_MAIL_FROM = "luoshi@example.org"
    assert 'name="email"' in client.get(reverse("me")).content.decode()
    wrong = client.post(reverse("me"), {"email": "nonsense"})
    assert wrong.status_code == 422
    assert "nonsense" in wrong.content.decode()
    assert client.post(reverse("me"), {"email": "bureau@example.org"}).status_code == 302
    waiting.city_approver.refresh_from_db()
    assert waiting.city_approver.email == "bureau@example.org"
    entry = AuditEntry.objects.get(verb="account.mail")
    assert "bureau" not in str(entry.after)


def test_the_page_of_the_review_says_it_too(waiting, settings, client):
    client.force_login(waiting.place.people["system_admin"])
    client.cookies["django_language"] = "en"
    address = reverse("scheduled-review", args=["remind"])
    assert "LUOSHI_MAIL_FROM" in client.get(address).content.decode()
    settings.LUOSHI_MAIL_FROM = "luoshi@example.org"
    assert "names no place and nobody" in client.get(address).content.decode()
