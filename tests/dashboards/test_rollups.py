"""Figures up the tree against a plain recomputation, after random approvals and corrections in random order."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs.models import Unit
from programs.queries.figures import Figures
from programs.services.summaries import refresh_pending
from tests.dashboards.figures import count
from tests.factories import make_indicator

VALUES = st.decimals(min_value=0, max_value=10**9, places=4)
ACTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(0, 1), VALUES), min_size=1, max_size=14)


def moment():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def plainly(place, known, unit, indicator, period):
    """What the sum must be: newest value of every township below, added; and how many there are."""
    values = [
        value
        for (town, i, p), value in known.items()
        if (i, p) == (indicator, period) and place.townships[town].path.startswith(unit.path)
    ]
    return (sum(values, Decimal(0)) if values else None, len(values))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, batch=st.integers(1, 4))
def test_sums_equal_a_plain_recomputation_now_and_at_every_moment(place, acts, batch):
    periods = [place.previous, place.period]
    units = [*list(Unit.objects.filter(path__startswith=place.city.path)), place.city.parent]
    with transaction.atomic():
        known, replay = {}, [(moment(), {})]
        for number, (town, indicator, period, value) in enumerate(acts):
            count(
                place,
                value,
                unit=place.townships[town],
                indicator=place.indicators[indicator],
                period=periods[period],
                refresh=number % batch == 0,
            )
            known = known | {(town, indicator, period): value}
            replay.append((moment(), known))
        refresh_pending()
        for as_of, then in [(None, known), *replay]:
            figures = Figures(place.indicators, [p.pk for p in periods], [u.pk for u in units], as_of=as_of)
            for unit in units:
                for i, indicator in enumerate(place.indicators):
                    for p, period in enumerate(periods):
                        found = figures.get(indicator.pk, period.pk, unit.pk)
                        assert (found.value, found.reports) == plainly(place, then, unit, i, p)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_ratio_is_the_sum_of_numerators_over_the_sum_of_denominators(place):
    done, all_ = place.indicators
    ratio = make_indicator(
        place.programme, counting="ratio", numerator=done, denominator=all_, factor=100, is_reported=False
    )
    for town, above, under in ((0, 1, 10), (1, 90, 100), (2, 30, 30)):
        count(place, above, unit=place.townships[town], indicator=done)
        count(place, under, unit=place.townships[town], indicator=all_)
    figures = Figures([ratio], [place.period.pk], [place.city.pk, place.counties[0].pk, place.townships[3].pk])
    county = figures.get(ratio.pk, place.period.pk, place.counties[0].pk)
    assert county.value == round(Decimal(91) / 110 * 100, 4)  # not the mean of 10% and 90%
    assert (county.numerator, county.denominator) == (91, 110)
    assert figures.get(ratio.pk, place.period.pk, place.city.pk).value == round(Decimal(121) / 140 * 100, 4)
    assert figures.get(ratio.pk, place.period.pk, place.townships[3].pk).value is None
