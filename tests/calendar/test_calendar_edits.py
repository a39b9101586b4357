"""The calendar of specification 10.3: edited with a paper, loaded later, and everything counted again."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from audit.models import AuditEntry
from programs.errors import RuleViolation
from programs.models import Notice, NoticeTerm, Workday
from programs.services import workdays
from programs.services.calendar import add_working_days
from tests.declarations.conftest import case, flow
from tests.factories import make_period
from tests.notices.conftest import office

__all__ = ["case", "flow", "office"]

SPRING = date(2026, 5, 9)  # a worked Saturday


def edit(office, **fields):
    given = {
        "actor": office.case.place.people["system_admin"],
        "day": SPRING,
        "is_workday": False,
        "document": "示政办〔2026〕3号",
        "reason": "moved",
    }
    return workdays.edit_day(**(given | fields))


@pytest.mark.parametrize(
    ("start", "end"), [(date(2026, 4, 30), date(2026, 5, 11)), (date(2026, 9, 18), date(2026, 9, 24))]
)
def test_vectors(office, start, end):
    found = add_working_days(start, 5)
    assert (found.date, found.provisional) == (end, False)


def test_editing_a_day_moves_what_hangs_on_it_and_keeps_the_old_end(office):
    with time_machine.travel("2026-04-30 12:00:00+08:00", tick=False):
        notice = office.post()
        period = make_period(office.case.place.programme, "2026-04")
        programme = office.case.place.programme
        programme.due_workdays = 6
        programme.save()
        workdays.recount_all(reason="x")
        period.refresh_from_db()
        before = period.due_on
        edit(office)
    notice.refresh_from_db()
    period.refresh_from_db()
    assert notice.ends_on == date(2026, 5, 12)
    assert NoticeTerm.objects.get().ends_on == date(2026, 5, 11)
    assert (before, period.due_on) == (date(2026, 5, 12), date(2026, 5, 13))
    assert Workday.objects.get(date=SPRING).edited
    entry = AuditEntry.objects.get(verb="calendar.edit")
    assert (entry.object_id, entry.reason, entry.before["is_workday"]) == ("2026-05-09", "moved", True)


def test_what_has_ended_is_not_counted_again(office):
    with time_machine.travel("2026-04-30 12:00:00+08:00", tick=False):
        office.post()
    with time_machine.travel("2026-05-12 12:00:00+08:00", tick=False):
        from programs.services.notices import end_due

        end_due(date(2026, 5, 12))
        edit(office)
    assert Notice.objects.get().ends_on == date(2026, 5, 11)


def test_the_loader_leaves_an_edited_day_alone(office):
    edit(office)
    report = workdays.load_calendar(years=[2026])
    assert (report.kept, Workday.objects.get(date=SPRING).is_workday) == (1, False)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"document": " "}, "document_missing"),
        ({"reason": ""}, "reason_missing"),
        ({"day": date(1999, 1, 1)}, "day_wrong"),
        ({"is_workday": True, "note": "Labour Day"}, "day_unchanged"),
    ],
)
def test_what_is_wrong_is_named(office, fields, code):
    with pytest.raises(RuleViolation) as caught:
        edit(office, **fields)
    assert caught.value.code == code


@pytest.mark.parametrize("who", ["approver", "security_admin", "auditor", "nobody"])
def test_the_system_administrator_keeps_it(office, who):
    with pytest.raises(PermissionDenied):
        edit(office, actor=office.case.place.people[who])
