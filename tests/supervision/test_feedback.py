"""What a body says in each period: late is marked, "unchanged" is one click."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from programs.errors import Conflict, RuleViolation
from programs.models import Programme
from programs.services.task_feedback import give_feedback, open_spans, unchanged_many
from programs.services.workdays import load_calendar

NOVEMBER = date(2026, 11, 5)


def say(office, row, **fields):
    given = {
        "actor": office.reporter,
        "assignment_id": row.pk,
        "period_code": "2026-10",
        "text": "示例",
        "today": NOVEMBER,
    }
    return give_feedback(**(given | fields))


def test_the_first_words_begin_an_accepted_task(office):
    row = office.walk(office.of_county(), "accept")
    said = say(office, row)
    row.refresh_from_db()
    assert (row.state, row.version) == ("in_progress", 2)
    assert row.steps.last().verb == "begin"
    assert not said.was_late


def test_late_is_marked_by_working_days(office):
    load_calendar(years=[2026, 2027][:1])
    row = office.walk(office.of_county(), "accept")
    # September is due on the 5th working day after it; 1 to 7 October 2026 are a holiday
    spans = {span.code: span for span in open_spans(office.small.programme, date(2026, 10, 20))}
    assert spans["2026-09"].due_on == date(2026, 10, 13)
    on_time = say(office, row, period_code="2026-09", today=date(2026, 10, 13))
    late = say(office, row, period_code="2026-09", today=date(2026, 10, 14))
    assert (on_time.was_late, late.was_late) == (False, True)


def test_unchanged_repeats_the_words_and_needs_some(office):
    row = office.walk(office.of_county(), "accept")
    with pytest.raises(RuleViolation) as caught:
        say(office, row, unchanged=True, text="")
    assert caught.value.code == "nothing_before"
    say(office, row, text="first", problems="money", period_code="2026-09")
    said = say(office, row, unchanged=True, text="")
    assert (said.text, said.problems, said.is_unchanged, said.period_code) == ("first", "money", True, "2026-10")


def test_unchanged_for_several_is_all_or_nothing(office):
    rows = [office.walk(office.of_county(number), "accept") for number in (1, 2)]
    say(office, rows[0], period_code="2026-09")
    with pytest.raises(RuleViolation):
        unchanged_many(actor=office.reporter, periods={row.pk: "2026-10" for row in rows}, today=NOVEMBER)
    assert rows[0].feedback.count() == 1
    say(office, rows[1], period_code="2026-09")
    assert unchanged_many(actor=office.reporter, periods={row.pk: "2026-10" for row in rows}, today=NOVEMBER) == 2


def test_who_may_not_and_when_not(office):
    row = office.of_county()
    with pytest.raises(Conflict) as caught:
        say(office, row)
    assert caught.value.code == "not_accepted"
    row = office.walk(row, "accept")
    with pytest.raises(PermissionDenied):
        say(office, row, actor=office.reviewer)
    for wrong in ("2026-12", "2025-10", "nonsense", ""):
        with pytest.raises(RuleViolation) as caught:
            say(office, row, period_code=wrong)
        assert caught.value.code == "period_unknown"
    with pytest.raises(RuleViolation) as caught:
        say(office, row, text="  ")
    assert caught.value.code == "text_missing"
    row = office.walk(row, "begin", "report")
    with pytest.raises(Conflict):
        say(office, row)


@pytest.mark.parametrize(
    ("cadence", "codes"),
    [
        ("month", ["2026-11", "2026-10", "2026-09", "2026-08"]),
        ("quarter", ["2026-Q4", "2026-Q3", "2026-Q2", "2026-Q1"]),
        ("half", ["2026-H2", "2026-H1"]),
        ("year", ["2026"]),
    ],
)
def test_periods_follow_the_programme_and_go_on_after_its_end(office, cadence, codes):
    programme: Programme = office.small.programme
    programme.cadence, programme.ends_on = cadence, date(2026, 6, 30)
    assert [span.code for span in open_spans(programme, NOVEMBER)] == codes
