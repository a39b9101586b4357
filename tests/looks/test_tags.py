"""Figures, dates and lights in both languages."""

import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from programs.templatetags import luoshi


def render(source: str, **context) -> str:
    return Template("{% load luoshi %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Decimal("1234567.5"), None, "1,234,567.5"),
        (Decimal("31259.00"), None, "31,259"),
        (Decimal("2.345"), 2, "2.35"),
        (Decimal("-2.345"), 2, "-2.35"),
        (0.1, 2, "0.10"),
        (Decimal("1E+3"), None, "1,000"),
        (0, 0, "0"),
        (None, 2, "—"),
        ("", 2, "—"),
    ],
)
def test_number(value, places, text):
    assert luoshi.number(value, places) == text


def test_percent_takes_a_ratio():
    assert luoshi.percent(Decimal("0.81449")) == "81.4%"
    assert luoshi.percent(0, 0) == "0%"
    assert luoshi.percent(None) == "—"


def test_amount_counts_in_ten_thousands_only_in_chinese(settings):
    with translation.override("en"):
        assert luoshi.amount(32000, "mu") == "32,000 mu"
    with translation.override("zh-hans"):
        assert luoshi.amount(Decimal("9999.5"), "mu") == "9,999.5 mu"
        assert luoshi.amount(32000, "mu").startswith("3.2 ")
        assert luoshi.amount(None, "mu") == "—"


def test_absent_figure_says_why():
    assert render("{% figure 0 2 %}") == "0.00"
    missing = render("{% figure None 2 reason=why %}", why="no <quota>")
    assert "—" in missing
    assert "no &lt;quota&gt;" in missing
    assert ">/<" in render("{% figure 5 applicable=False %}")


def test_dates_in_sentences_and_in_tables():
    year = timezone.localdate().year
    with translation.override("en"):
        assert luoshi.day(datetime.date(year, 11, 4)) == "4 November"
        assert luoshi.day(datetime.date(year - 1, 11, 4)) == f"4 November {year - 1}"
        assert luoshi.month(datetime.date(year, 10, 1)) == "October"
    assert luoshi.iso(datetime.date(2026, 3, 9)) == "2026-03-09"
    assert {luoshi.day(None), luoshi.iso(None), luoshi.day_time(None)} == {"—"}


def test_moments_are_shown_in_shanghai_time():
    late = datetime.datetime(2026, 10, 12, 20, 5, tzinfo=ZoneInfo("UTC"))
    assert luoshi.iso_time(late) == "2026-10-13 04:05"
    assert luoshi.iso(late) == "2026-10-13"


@pytest.mark.parametrize("kind", luoshi.LIGHTS)
def test_light_has_shape_and_word(kind):
    with translation.override("en"):
        html = render("{% light kind %}", kind=kind)
    assert f'class="light light--{kind}"' in html
    assert str(luoshi.LIGHTS[kind]) or html.endswith("</span>")
    assert not html.endswith("></span>")


def test_light_escapes_its_word_and_refuses_a_ninth_kind():
    assert "&lt;b&gt;" in render("{% light 'late' word %}", word="<b>")
    with pytest.raises(ValueError, match="no light"):
        luoshi.light("purple")


def test_message_block_keeps_markup_and_escapes_values():
    html = render("{% msg 'err' role='alert' %}<b>{{ value }}</b>{% endmsg %}", value="<script>")
    assert 'class="msg msg--err" role="alert"' in html
    assert "<b>&lt;script&gt;</b>" in html


@pytest.mark.parametrize(
    ("current", "expected"), [("due", ("-due", "ascending")), ("-due", ("due", "descending")), ("name", ("due", ""))]
)
def test_sort_state_turns_around(current, expected):
    state = luoshi.sort_state("due", current)
    assert (state["next"], state["aria"]) == expected


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("逐项看过", "逐项看过。"),
        ("逐项看过。", "逐项看过。"),
        ("合格？ ", "合格？"),
        ("", ""),
        ("(passed)", "(passed)。"),
    ],
)
def test_what_people_type_ends_like_a_sentence(typed, printed):
    with translation.override("zh-hans"):
        assert luoshi.sentence(typed) == printed


def test_cells_stand_under_the_labels_of_their_columns():
    assert list(luoshi.under(["1", "2"], ["A", "B"])) == [("A", "1"), ("B", "2")]
    with pytest.raises(ValueError, match="zip"):
        list(luoshi.under(["1"], ["A", "B"]))
