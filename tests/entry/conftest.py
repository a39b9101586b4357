"""A small city whose reporter is signed in."""

import pytest
from django.urls import reverse

from programs.models import ProgressReport
from programs.services import progress
from programs.services.entry import Typed, save_drafts
from tests.factories import SmallCity, small_city


@pytest.fixture
def city(db) -> SmallCity:
    return small_city()


@pytest.fixture
def reporter(client, city):
    """The first county's reporter, signed in."""
    client.force_login(city.reporter)
    return client


@pytest.fixture
def grid_url(city) -> str:
    return reverse("entry-grid", args=[city.programme.code, city.period.code])


@pytest.fixture
def send(city):
    """``send(period, {(indicator, unit): text})`` types and submits as the reporter; returns the reports."""

    def go(period, figures) -> list[ProgressReport]:
        cells = [Typed(i.pk, u.pk, text) for (i, u), text in figures.items()]
        saved = save_drafts(actor=city.reporter, period=period, cells=cells)
        return progress.submit(actor=city.reporter, report_ids=[answer.report.pk for answer in saved]).reports

    return go
