import datetime

import pytest

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
