import shutil
from decimal import Decimal

import pytest

from programs.models import ApprovedFigure, ProgressReport, ProgressRevision
from programs.services import bulletins, jobs
from tests.factories import SmallCity, make_target, small_city


def approve_figure(place: SmallCity, indicator, unit, value) -> ProgressReport:
    """An approved figure as the services leave it."""
    report = ProgressReport.objects.create(
        indicator=indicator,
        unit=unit,
        period=place.period,
        state="approved",
        revision=1,
        value=Decimal(value),
        submitted_by=place.reporter,
    )
    revision = ProgressRevision.objects.create(report=report, number=1, value=Decimal(value), author=place.reporter)
    ApprovedFigure.objects.create(
        revision=revision,
        indicator=indicator,
        unit=unit,
        period=place.period,
        value=Decimal(value),
        approved_by=place.approver,
    )
    return report


@pytest.fixture(autouse=True)
def state(settings, tmp_path, monkeypatch):
    """A state folder of the test's own; fonts stay where they were fetched."""
    settings.LUOSHI_DATA = tmp_path
    yield
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def place(db) -> SmallCity:
    """Two counties, three of four townships approved for the first indicator: 30 + 40 and 20; targets 200, 100, 50."""
    city = small_city()
    first = city.indicators[0]
    first.is_headline, first.weight = True, 10
    first.save()
    for unit, value in ((city.city, 200), (city.counties[0], 100), (city.counties[1], 50)):
        make_target(first, unit, value)
    for unit, value in zip(city.townships, (30, 40, 20), strict=False):
        approve_figure(city, first, unit, value)
    return city


@pytest.fixture
def draft(place):
    return bulletins.create_draft(actor=place.approver, programme=place.programme, period=place.period)


@pytest.fixture
def published(place, draft):
    jobs.execute(draft.job_id)
    job = bulletins.request_publication(actor=place.approver, bulletin_id=draft.pk)
    assert jobs.execute(job.pk) == "done"
    draft.refresh_from_db()
    return draft
