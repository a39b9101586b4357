"""The yearly recheck, the revocation with its consequences, the objection after it."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from audit.models import AuditEntry
from programs.errors import Conflict, RuleViolation
from programs.models import Declaration, StageDeadline
from programs.warnings import warnings_at, warnings_on
from tests.together import at_once, told
from tests.villages import conftest
from tests.villages.conftest import ITEMS
from villages.models import Honour, Sanction
from villages.reviews import run_rechecks
from villages.services import honours

NUMBER = {"number": "示政〔2027〕3号"}
FAILED = [{"item": "QM1", "result": "fail"}, ITEMS[1]]
DAY = datetime.date(2027, 5, 10)  # a Monday


def codes(caught):
    return {one.code for one in caught.value.errors} or {caught.value.code}


def recheck_of(case, year=2027):
    return Declaration.objects.get(project=case.project, cycle__year=year, workflow="villages-recheck")


@pytest.fixture
def honoured(put_forward):
    put_forward.to("honoured")
    return put_forward


def test_every_honoured_place_every_calendar_year_once(honoured):
    same_year = run_rechecks(today=datetime.date(2026, 12, 31))
    assert (same_year.changed, same_year.result["places"]) == (0, 0)  # honoured this very year
    assert run_rechecks(today=datetime.date(2027, 1, 1)).changed == 1
    assert run_rechecks(today=datetime.date(2027, 1, 1)).changed == 0
    assert run_rechecks(today=datetime.date(2027, 12, 31)).changed == 0  # late, the same year
    assert run_rechecks(today=datetime.date(2028, 1, 1)).changed == 1
    assert run_rechecks(today=datetime.date(2027, 6, 1)).changed == 0  # a past day
    years = Declaration.objects.filter(workflow="villages-recheck").values_list("cycle__year", "stage")
    assert sorted(years) == [(2027, "due"), (2028, "due")]


def test_a_place_that_passes_is_kept(honoured):
    run_rechecks(today=DAY)
    with time_machine.travel(f"{DAY} 10:00:00+08:00", tick=True):
        one = recheck_of(honoured)
        with pytest.raises(RuleViolation) as caught:
            honoured.take("keep", "city", one)
        assert codes(caught) == {"rechecked"}
        honoured.inspect("recheck", "inspector", declaration=one)
        with pytest.raises(RuleViolation) as caught:
            honoured.take("propose", "city", one, comment="x")
        assert codes(caught) == {"recheck_failed"}
        assert honoured.take("keep", "city", one).is_open is False
    assert Honour.objects.get().revoked_on is None


def fail_recheck(case):
    run_rechecks(today=DAY)
    one = recheck_of(case)
    with time_machine.travel(f"{DAY} 10:00:00+08:00", tick=True):
        case.inspect("recheck", "inspector", FAILED, declaration=one)
        case.take("propose", "city", one, comment="垃圾清运停摆")
    return one


def test_no_revocation_before_the_place_could_reply(honoured):
    one = fail_recheck(honoured)
    revoke = {"comment": "复核不合格", **NUMBER}
    with time_machine.travel("2027-05-11 10:00:00+08:00", tick=True):
        with pytest.raises(RuleViolation) as caught:
            honoured.take("revoke", "city", one, **revoke)
        assert codes(caught) == {"heard"}  # the city has set no term
        StageDeadline.objects.create(
            programme=honoured.city.programme, workflow="villages-recheck", verb="reply", workdays=5, is_hard=False
        )
        with pytest.raises(RuleViolation) as caught:
            honoured.take("revoke", "city", one, **revoke)
        assert codes(caught) == {"heard"}  # until 17 May
    with time_machine.travel("2027-05-18 10:00:00+08:00", tick=True):
        assert honoured.take("revoke", "city", one, **revoke).stage == "revoked"


def revoked(case):
    one = fail_recheck(case)
    with time_machine.travel("2027-05-12 10:00:00+08:00", tick=True):
        case.take("reply", "town", one, facts={"reply": "正在整改"})
        case.take("revoke", "city", one, comment="复核不合格", decided_on=datetime.date(2027, 5, 12), **NUMBER)
    return one


def test_a_revocation_brings_three_open_consequences(honoured):
    one = revoked(honoured)
    honour = Honour.objects.get()
    assert (honour.revoked_on, honour.revoked_by.number) == (datetime.date(2027, 5, 12), NUMBER["number"])
    rows = list(Sanction.objects.values_list("kind", "until", "lifted_on"))
    assert sorted(rows) == [("criticism", None, None), ("no_awards", None, None), ("no_projects", None, None)]
    assert AuditEntry.objects.filter(verb="village.revoke").count() == 1
    with time_machine.travel("2027-06-01 10:00:00+08:00", tick=True):
        found = warnings_on(honoured.village)
        assert [w.code for w in found if w.stops_projects] == ["village_no_projects"]
        assert len(found) == 3
        assert found[0].url == f"/declarations/{one.pk}/"
        above = warnings_at([honoured.town])[honoured.town.pk]
        assert not any(w.stops_projects for w in above)  # the town sees it, its own projects are not stopped
    assert run_rechecks(today=datetime.date(2028, 1, 1)).changed == 0  # nothing left to recheck


def test_another_year_is_not_touched_by_an_old_revocation(honoured):
    revoked(honoured)
    with time_machine.travel("2027-05-11 10:00:00+08:00", tick=True):
        assert warnings_on(honoured.village) == []  # the day before it was decided


def test_an_objection_that_is_right_restores_the_honour(honoured):
    one = revoked(honoured)
    with time_machine.travel("2027-05-20 10:00:00+08:00", tick=True):
        honoured.take("object", "town", one, comment="检查日为停水日")
        done = honoured.take("restore", "city", one, facts={"answer": "申诉属实"}, **NUMBER)
        assert (done.stage, Honour.objects.get().revoked_on) == ("kept", None)
        assert warnings_on(honoured.village) == []
    assert Sanction.objects.filter(lifted_on=None).count() == 0


def test_an_objection_that_is_not_right_leaves_it(honoured):
    one = revoked(honoured)
    with time_machine.travel("2027-05-20 10:00:00+08:00", tick=True):
        honoured.take("object", "town", one, comment="不同意")
        done = honoured.take("uphold", "city", one, facts={"answer": "证据充分"})
    assert (done.stage, done.is_open) == ("upheld", False)
    assert Sanction.objects.filter(lifted_on=None).count() == 3


def test_lifting_wants_a_reason_and_the_city(honoured):
    revoked(honoured)
    row = Sanction.objects.get(kind="no_projects")
    call = {"sanction_id": row.pk, "on": datetime.date(2027, 9, 1)}
    with pytest.raises(PermissionDenied):
        honours.lift_sanction(actor=honoured.people["county"], reason="x", **call)
    with pytest.raises(RuleViolation) as caught:
        honours.lift_sanction(actor=honoured.people["city"], reason=" ", **call)
    assert caught.value.code == "reason"
    honours.lift_sanction(actor=honoured.people["city"], reason="整改到位", **call)
    with pytest.raises(Conflict):
        honours.lift_sanction(actor=honoured.people["city"], reason="整改到位", **call)


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_open_one_recheck():
    case = conftest.build()
    with time_machine.travel("2026-02-01 10:00:00+08:00", tick=True):
        case.project = case.put_forward()
    case.to("honoured")
    assert told(at_once(*[lambda: run_rechecks(today=DAY)] * 3)) == ["done"] * 3
    assert Declaration.objects.filter(workflow="villages-recheck").count() == 1
    assert AuditEntry.objects.filter(verb="declaration.start", after__workflow="villages-recheck").count() == 1


def test_a_new_project_at_a_sanctioned_place_wants_a_reason(honoured):
    revoked(honoured)
    with time_machine.travel("2028-02-01 10:00:00+08:00", tick=True):
        honoured.project = honoured.put_forward(level="county", year=2028)
        one = honoured.project.declarations.get(workflow="villages-county")
        with pytest.raises(RuleViolation) as caught:
            honoured.take("recommend", "town", one)
        assert codes(caught) == {"village_no_projects"}
        done = honoured.take("recommend", "town", one, reasons={"village_no_projects": "整改后经市里同意"})
    assert done.stage == "recommended"
    assert done.decisions.get().overrides[0]["code"] == "village_no_projects"
