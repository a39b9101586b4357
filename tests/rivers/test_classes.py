"""Recording the class of the water and the chiefs: what is read, what is refused, what is kept."""

from __future__ import annotations

import re
from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from audit.models import AuditEntry
from programs.errors import RuleViolation
from rivers.models import WaterQuality
from rivers.services.pasting import read_lines
from rivers.services.quality import name_chief, read_grade, record_classes

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("1", 1), ("Ⅰ", 1), ("II", 2), ("ii", 2), ("Ⅲ类", 3), ("Ⅳ", 4), (" 4 ", 4), ("V", 5), ("Ⅴ类", 5), ("劣Ⅴ", 6),
        ("劣V类", 6), ("劣5", 6), ("6", 6), ("", None), ("-", None), ("—", None), ("/", None),
    ],
)  # fmt: skip
def test_what_officials_write(text, grade):
    assert read_grade(text) == grade


@pytest.mark.parametrize("text", ["0", "7", "劣", "劣Ⅳ", "IIII", "3.5", "达标", "-1", "=1+1"])
def test_what_is_no_class(text):
    with pytest.raises(ValueError, match=r"."):
        read_grade(text)


def test_a_pasted_table():
    found = read_lines("序号\t1月\t2月\n20\tⅢ\t\tⅣ\n18,2\n", 2026)
    assert found == {(20, date(2026, 1, 1)): 3, (20, MARCH): 4, (18, date(2026, 1, 1)): 2}


def test_every_wrong_cell_is_named_with_its_line():
    with pytest.raises(RuleViolation) as caught:
        read_lines("20\t3\t9\n北汝河\t2\n18" + "\t2" * 13 + "\n20\t4", 2026)
    found = [str(one.message) for one in caught.value.errors]
    assert len(found) == 4
    assert [re.search(r"\d+", text)[0] for text in found] == ["1", "2", "3", "4"]


def store(case, grade=3, month=MARCH, seq=20, actor=None, **fields):
    fields = {"source": "示例监测站"} | fields
    with time_machine.travel("2026-04-05 10:00+08:00"):
        return record_classes(
            actor=actor or case.reporter, programme=case.programme, classes={(seq, month): grade}, **fields
        )


def test_equal_is_left_alone_and_a_correction_keeps_the_old_row(case):
    assert store(case, 5) == 1
    assert store(case, 5) == 0
    with pytest.raises(RuleViolation) as caught:
        store(case, 4)
    assert [one.code for one in caught.value.errors] == ["reason"]
    assert store(case, 4, reason="复测") == 1
    rows = list(WaterQuality.objects.order_by("id").values_list("grade", "reason"))
    assert rows == [(5, ""), (4, "复测")]
    assert WaterQuality.objects.get(replaced_at=None).grade == 4
    assert AuditEntry.objects.filter(verb="river.classes").count() == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [({"seq": 99}, "unknown_water"), ({"grade": 7}, "grade"), ({"month": date(2026, 5, 1)}, "future"), ({"source": " "}, "source")],
)  # fmt: skip
def test_what_is_refused(case, change, code):
    with pytest.raises(RuleViolation) as caught:
        store(case, **change)
    assert [one.code for one in caught.value.errors] == [code]
    assert not WaterQuality.objects.exists()


def test_another_countys_water_is_not_yours(case):
    with pytest.raises(PermissionDenied):
        store(case, actor=case.other)
    with pytest.raises(PermissionDenied):
        store(case, seq=18)


@pytest.mark.parametrize("bad", [{"grade": 0}, {"grade": 7}, {"month": date(2026, 3, 2)}])
def test_the_database_refuses_too(case, bad):
    fields = {"water": case.water, "month": MARCH, "grade": 3, "source": "x"} | bad
    with pytest.raises(IntegrityError), transaction.atomic():
        WaterQuality.objects.create(**fields)


def test_one_class_a_month(case):
    WaterQuality.objects.create(water=case.water, month=MARCH, grade=3, source="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        WaterQuality.objects.create(water=case.water, month=MARCH, grade=4, source="x")


def test_a_new_chief_ends_the_term_of_the_one_before(case):
    common = {"actor": case.reporter, "water": case.water, "level": "county", "post": "副县长"}
    name_chief(person="甲某", since=date(2025, 1, 1), **common)
    name_chief(person="乙某", since=date(2026, 1, 1), **common)
    rows = list(case.water.chiefs.order_by("since").values_list("person", "until"))
    assert rows == [("甲某", date(2025, 12, 31)), ("乙某", None)]
    with pytest.raises(RuleViolation) as caught:
        name_chief(person="丙某", since=date(2026, 1, 1), **common)
    assert caught.value.code == "since"
    with pytest.raises(PermissionDenied):
        name_chief(**(common | {"actor": case.other}), person="丁某", since=date(2026, 6, 1))
