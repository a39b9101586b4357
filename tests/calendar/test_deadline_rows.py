"""Dates of steps and exempted years: set with a reason, old rows kept, read from a pack."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from programs.errors import Conflict, RuleViolation
from programs.models import CohortExemption, StageDeadline
from programs.services import deadline_rows
from programs.services.deadline_rows import Dates
from programs.services.packs import files
from programs.services.packs.deadlines import load_deadlines
from programs.services.packs.problems import PackRefused
from programs.services.packs.writing import Writer
from tests.declarations.conftest import case, flow

__all__ = ["case", "flow"]

AUTUMN = Dates(opens_month=10, opens_day=1, closes_month=12, closes_day=31)


def put(case, **fields):
    given = {
        "actor": case.place.people["approver"], "programme": case.place.programme, "workflow": "sample", "verb": "accept",
        "unit": None, "dates": AUTUMN, "reason": "as the plan says",
    }  # fmt: skip
    return deadline_rows.set_deadline(**(given | fields))


def test_a_change_closes_the_row_and_opens_another(case):
    first = put(case)
    second = put(case, dates=Dates(closes_month=11, closes_day=30), reason="earlier")
    first.refresh_from_db()
    assert first.replaced_at is not None
    assert list(StageDeadline.objects.filter(replaced_at=None)) == [second]


def test_the_same_dates_are_not_written_twice(case):
    put(case)
    with pytest.raises(RuleViolation) as caught:
        put(case)
    assert caught.value.code == "dates_unchanged"


@pytest.mark.parametrize(
    "dates",
    [
        Dates(),
        Dates(opens_month=13, opens_day=1),
        Dates(closes_month=2, closes_day=30),
        Dates(closes_month=5),
        Dates(opens_month=6, opens_day=1, closes_month=5, closes_day=31),
        Dates(workdays=0),
        Dates(workdays=5, closes_month=5, closes_day=31),
    ],
)
def test_impossible_dates_are_refused(case, dates):
    with pytest.raises(RuleViolation) as caught:
        put(case, dates=dates)
    assert caught.value.code == "dates_wrong"


def test_a_term_may_run_into_the_next_year(case):
    dates = Dates(opens_month=11, opens_day=1, closes_month=9, closes_day=30, closes_year_offset=1)
    assert put(case, dates=dates).closes_year_offset == 1


@pytest.mark.parametrize(
    ("fields", "code"), [({"verb": "dance"}, "step_unknown"), ({"workflow": "none"}, "step_unknown"), ({"reason": " "}, "reason_missing")]
)  # fmt: skip
def test_what_is_wrong_is_named(case, fields, code):
    with pytest.raises(RuleViolation) as caught:
        put(case, **fields)
    assert caught.value.code == code


def test_a_foreign_unit_is_refused(case):
    with pytest.raises(RuleViolation) as caught:
        put(case, unit=case.place.other_city)
    assert caught.value.code == "unit_wrong"


@pytest.mark.parametrize("who", ["reviewer", "stranger", "viewer", "system_admin"])
def test_the_approver_of_the_programme_sets_them(case, who):
    with pytest.raises(PermissionDenied):
        put(case, actor=case.place.people[who])


def test_an_exemption_is_given_once_and_revoked_once(case):
    given = {
        "actor": case.place.people["approver"], "programme": case.place.programme, "year": 2026, "workflow": "sample",
        "reason": "the plan is younger",
    }  # fmt: skip
    row = deadline_rows.exempt(**given)
    with pytest.raises(Conflict):
        deadline_rows.exempt(**given)
    revoke = {"actor": given["actor"], "exemption_id": row.pk, "reason": "entered wrongly"}
    deadline_rows.revoke(**revoke)
    with pytest.raises(Conflict):
        deadline_rows.revoke(**revoke)
    assert deadline_rows.exempt(**given).pk != row.pk


HEADER = "workflow,verb,unit,opens,closes,closes_year_offset,workdays,hard,source_key,clause,reason\n"


def load(case, folder, deadlines="", exemptions=""):
    (folder / "deadlines.csv").write_text(HEADER + deadlines, encoding="utf-8")
    if exemptions:
        (folder / "exemptions.csv").write_text("year,workflow,verb,clause,reason\n" + exemptions, encoding="utf-8")
    writer = Writer(None)
    clause = case.place.programme.basis
    load_deadlines(
        folder=folder, programme=case.place.programme, clauses={clause.path: clause}, tree=files.Tree(), writer=writer
    )
    return writer.counts


def test_a_pack_is_loaded_twice_and_changed_once(case, tmp_path):
    clause = case.place.programme.basis.path
    row = f"sample,accept,,10-01,12-31,,,yes,CR02,{clause},\n"
    assert load(case, tmp_path, row, f"2026,sample,,{clause},younger plan\n").created.total() == 2
    assert load(case, tmp_path, row).did_nothing
    assert load(case, tmp_path, row.replace("12-31", "12-20")).updated.total() == 1
    rows = StageDeadline.objects.order_by("id")
    assert [(row.closes_day, row.replaced_at is None) for row in rows] == [(31, False), (20, True)]
    assert CohortExemption.objects.get().reason == "younger plan"


def test_what_a_person_set_stays(case, tmp_path):
    put(case, dates=Dates(closes_month=11, closes_day=30))
    counts = load(case, tmp_path, "sample,accept,,10-01,12-31,,,yes,,,\n")
    assert (counts.did_nothing, len(counts.kept)) == (True, 1)


def test_every_bad_row_is_named_with_its_line(case, tmp_path):
    rows = [
        "sample,dance,,10-01,,,,yes,,,", "sample,apply,,,02-30,,,yes,,,", "sample,hand_in,990000000001,,05-01,,,yes,,,",
        "sample,honour,,,05-01,,,yes,,nowhere,", "sample,accept,,,,,,yes,,,", "sample,accept,,,05-01,,,maybe,,,",
    ]  # fmt: skip
    with pytest.raises(PackRefused) as caught:
        load(case, tmp_path, "\n".join(rows) + "\n")
    assert sorted(one.line for one in caught.value.problems) == [2, 3, 4, 5, 6, 7]
    assert not StageDeadline.objects.exists()
