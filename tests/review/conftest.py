import datetime

import pytest
from django.test import Client

from accounts.models import User
from programs.models import ProgressReport
from programs.services import progress
from programs.services.entry import Typed, save_drafts
from tests.factories import SmallCity, small_city


@pytest.fixture(autouse=True)
def november(monkeypatch):
    """The day is 22 November 2026, so that October is open in every test."""
    monkeypatch.setattr(
        "django.utils.timezone.localdate",
        lambda value=None, timezone=None: datetime.date(2026, 11, 22) if value is None else value.astimezone().date(),
    )


@pytest.fixture
def place(db) -> SmallCity:
    return small_city()


@pytest.fixture
def sign_in():
    """A client of its own for each person."""

    def _sign_in(user: User) -> Client:
        user.password_changed_at = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
        user.save(update_fields=["password_changed_at"])
        client = Client()
        client.force_login(user)
        return client

    return _sign_in


@pytest.fixture
def sent(place):
    """Submit one figure; returns the report as stored."""

    def _sent(
        value: str = "10",
        *,
        town: int = 0,
        indicator: int = 0,
        reason: str = "",
        period=None,
        reviewed: bool = False,
        approved: bool = False,
    ) -> ProgressReport:
        reporter, reviewer = (
            (place.reporter, place.reviewer)
            if town < len(place.townships) // 2
            else (place.other_reporter, place.other_reviewer)
        )
        cell = Typed(place.indicators[indicator].pk, place.townships[town].pk, value, reason)
        report = save_drafts(actor=reporter, period=period or place.period, cells=[cell])[0].report
        progress.submit(actor=reporter, report_ids=[report.pk])
        if reviewed or approved:
            progress.approve(actor=reviewer, report_ids=[report.pk])
        if approved:
            progress.approve(actor=place.approver, report_ids=[report.pk])
        report.refresh_from_db()
        return report

    return _sent
