"""The day field: how officials write a day, and what is none."""

from datetime import date

import pytest
from django import forms

from programs.fields import DayField


class Form(forms.Form):
    day = DayField()


@pytest.mark.parametrize(
    "text",
    ["2026-10-02", " 2026-10-2 ", "2026/10/02", "2026.10.2", "20261002", "2026年10月2日", "２０２６－１０－０２"],
)
def test_ways_of_writing_a_day(text):
    form = Form({"day": text})
    assert form.is_valid()
    assert form.cleaned_data["day"] == date(2026, 10, 2)


@pytest.mark.parametrize(
    "text", ["", "10-02", "02/10/2026", "2026-13-01", "2026-02-30", "2026102", "soon", "2026-10-02 8:00"]
)
def test_what_is_no_day_is_refused_and_stays_in_the_field(text):
    form = Form({"day": text})
    assert not form.is_valid()
    assert f'value="{text}"' in str(form["day"]) or not text
