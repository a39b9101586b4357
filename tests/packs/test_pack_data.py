"""What the packaged plans say, against the totals of specification section 17. Reads the files only."""

import csv
from collections import defaultdict
from decimal import Decimal

import pytest

from programs.services.packs.files import pack_codes, packs_folder

CODES = [
    "pingdingshan-cooperatives-2023",
    "pingdingshan-eldercare-2023",
    "pingdingshan-farmland-2023",
    "pingdingshan-rivers-2023",
    "pingdingshan-villages-2023",
    "zhoukou-eldercare-2024",
    "zhumadian-civil-affairs",
]
PINGDINGSHAN, ZHOUKOU = "410400000000", "411600000000"


def rows(pack: str, name: str) -> list[dict[str, str]]:
    with (packs_folder() / pack / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def targets(pack: str, indicator: str) -> dict[str, list[dict[str, str]]]:
    by_unit = defaultdict(list)
    for row in rows(pack, "targets"):
        if row["indicator"] == indicator:
            by_unit[row["unit"]].append(row)
    return by_unit


def assigned_below(pack: str, indicator: str, city: str) -> Decimal:
    return sum(
        Decimal(row["value"])
        for unit, found in targets(pack, indicator).items()
        if unit != city
        for row in found
        if row["value"]
    )


def test_the_seven_packs_are_there():
    assert pack_codes() == CODES


def test_river_register_kilometres_and_groups():
    register = rows("pingdingshan-rivers-2023", "register")
    assert len(register) == 56
    km = {
        level: sum(Decimal(r["length_km"] or 0) for r in register if r["level"] == level)
        for level in ("province", "city", "county")
    }
    assert km == {"province": Decimal("170.2"), "city": 286, "county": 231}
    kinds = {
        level: tuple(
            sum(r["level"] == level and r["kind"] == kind for r in register) for kind in ("river", "reservoir")
        )
        for level in km
    }
    assert kinds == {"province": (5, 4), "city": (13, 7), "county": (17, 10)}


@pytest.mark.parametrize(
    ("level", "by_2023", "by_2025", "by_2028"), [("province", 2, 4, 9), ("city", 4, 12, 20), ("county", 4, 12, 27)]
)
def test_river_targets_add_up_to_the_stages_of_the_plan(level, by_2023, by_2025, by_2028):
    found = targets("pingdingshan-rivers-2023", f"rivers-named-{level}")
    city = {row["year"]: int(row["value"]) for row in found[PINGDINGSHAN]}
    assert (city["2023"], city["2025"], city["2028"]) == (by_2023, by_2025, by_2028)
    led_by_city = sum(
        r["level"] == level and r["unit"] == PINGDINGSHAN for r in rows("pingdingshan-rivers-2023", "register")
    )
    counties = sum(max(int(row["value"]) for row in part) for unit, part in found.items() if unit != PINGDINGSHAN)
    assert counties + led_by_city == by_2028


@pytest.mark.parametrize(
    ("indicator", "total"),
    [
        ("zk-meal-sites", 700),
        ("zk-home-retrofits", 8890),
        ("zk-homes-converted", 40),
        ("zk-village-stations", 60),
        ("zk-training", 5000),
    ],
)
def test_zhoukou_split_adds_up(indicator, total):
    (city,) = targets("zhoukou-eldercare-2024", indicator)[ZHOUKOU]
    assert int(city["value"]) == total == assigned_below("zhoukou-eldercare-2024", indicator, ZHOUKOU)


def test_slash_is_not_zero():
    found = targets("zhoukou-eldercare-2024", "zk-homes-converted")
    slashed = {unit for unit, (row,) in found.items() if row["state"] == "not_applicable"}
    assert slashed == {"411602000000", "411691000000", "411692000000"}
    assert all(found[unit][0]["value"] == "" for unit in slashed)
    (zero,) = targets("zhoukou-eldercare-2024", "zk-village-stations")["411602000000"]
    assert (zero["state"], zero["value"]) == ("number", "0")
    (port,) = targets("zhoukou-eldercare-2024", "zk-meal-sites")["411671000000"]
    assert (port["state"], port["value"], port["issues"]) == ("not_assigned", "", "DI21")


def test_farmland_split():
    found = targets("pingdingshan-farmland-2023", "farmland-area-built")
    (city,) = found[PINGDINGSHAN]
    assert (
        Decimal(city["value"])
        == 180_000
        == assigned_below("pingdingshan-farmland-2023", "farmland-area-built", PINGDINGSHAN)
    )
    assert Decimal(city["value"]) / 15 == 12_000  # hectares
    inferred = {
        unit: row["value"] for unit, (row,) in found.items() if row["inferred"] == "yes" and row["issues"] == "DI02"
    }
    assert inferred == {"410422000000": "80000", "410425000000": "30000"}
    (ruzhou,) = found["410482000000"]
    assert (ruzhou["state"], ruzhou["value"], ruzhou["issues"]) == ("not_assigned", "", "DI03")
    (money,) = targets("pingdingshan-farmland-2023", "farmland-investment")[PINGDINGSHAN]
    assert (Decimal(money["value"]), money["hardness"]) == (72_000, "general")  # 10,000 yuan: 7.2 亿元


@pytest.mark.parametrize(
    ("indicator", "total"),
    [
        ("villages-city-created", 34),
        ("villages-county-created", 102),
        ("villages-city-towns", 10),
        ("villages-county-towns", 18),
    ],
)
def test_village_quotas(indicator, total):
    (city,) = targets("pingdingshan-villages-2023", indicator)[PINGDINGSHAN]
    assert int(city["value"]) == total == assigned_below("pingdingshan-villages-2023", indicator, PINGDINGSHAN)


def test_least_yearly_award_for_villages_and_towns():
    villages, towns = (
        assigned_below("pingdingshan-villages-2023", f"villages-city-{what}", PINGDINGSHAN)
        for what in ("created", "towns")
    )
    assert villages * 150 + towns * 200 == 7100  # 10,000 yuan


def test_quota_of_the_zones_is_not_settled():
    for zone in ("410471000000", "410472000000"):
        (row,) = targets("pingdingshan-villages-2023", "villages-city-created")[zone]
        assert (row["state"], row["value"], row["issues"]) == ("not_assigned", "", "DI06")


def test_zhoukou_tasks_and_bodies():
    tasks = rows("zhoukou-eldercare-2024", "tasks")
    assert [int(task["number"]) for task in tasks] == list(range(1, 56))
    assert all(task["counties_implicitly_responsible"] == "yes" for task in tasks)
    assert len({body for task in tasks for body in task["responsible"].split(";")}) == 33


def test_zhumadian_indicators():
    keyed = {
        row["source_key"]: row["binding"]
        for row in rows("zhumadian-civil-affairs", "indicators")
        if row["source_key"].isdigit()
    }
    assert set(keyed) == {str(number) for number in range(1, 15)}
    assert {key for key, binding in keyed.items() if binding == "binding"} == {"3", "4", "7", "8"}


def test_moving_reference_has_no_invented_numbers():
    growth = [row for row in rows("zhumadian-civil-affairs", "reference_series") if "spending-growth" in row["code"]]
    assert {row["group"] for row in growth} == {"urban", "rural"}
    assert all(row["value"] == "" for row in growth)
    standard = {
        row["group"]: Decimal(row["value"])
        for row in rows("zhumadian-civil-affairs", "reference_series")
        if row["value"]
    }
    assert round(standard["rural"] / standard["urban"] * 100, 1) == Decimal("62.3")


def test_all_22_rows_of_the_elder_care_table_have_a_target():
    keys = {
        key for row in rows("pingdingshan-eldercare-2023", "indicators") for key in row["source_key"].split(",") if key
    }
    assert keys == {f"EC{number:02}" for number in range(1, 23)}
    wanted = {row["code"] for row in rows("pingdingshan-eldercare-2023", "indicators") if row["source_key"]}
    assert wanted == {row["indicator"] for row in rows("pingdingshan-eldercare-2023", "targets")}


def test_demonstration_share_is_asked_of_the_city_and_of_each_county():
    found = targets("pingdingshan-eldercare-2023", "eldercare-demo-share")
    assert len(found) == 13
    assert all(
        [(row["year"], row["value"]) for row in part] == [("2023", "40"), ("2025", "80")] for part in found.values()
    )


def test_all_39_document_issues_in_both_languages():
    issues = rows("library", "issues")
    assert [row["code"] for row in issues] == [f"DI{number:02}" for number in range(1, 40)]
    assert all(row[name] for row in issues for name in ("issue_zh", "issue_en", "handling_zh", "handling_en"))


@pytest.mark.parametrize("pack", CODES)
def test_every_reported_indicator_is_owed_by_somebody(pack):
    owed = {code for row in rows(pack, "duties") for code in row["indicators"].split(";")}
    assert owed == {row["code"] for row in rows(pack, "indicators") if row["reported"] == "yes"}


@pytest.mark.parametrize("pack", CODES)
def test_only_results_are_ranked(pack):
    ranked = [row for row in rows(pack, "indicators") if Decimal(row["weight"])]
    assert sum(Decimal(row["weight"]) for row in ranked) == 100
    assert all(row["direction"] != "neutral" for row in ranked)


def test_short_names_of_zhumadian_are_names_and_not_cut_ones():
    found = rows("zhumadian-civil-affairs", "indicators")
    cut = [
        row["short_zh"]
        for row in found
        if row["short_zh"] != row["name_zh"] and row["name_zh"].startswith(row["short_zh"])
    ]
    assert cut == []
    assert all(len(row["short_en"]) < 30 for row in found)
    assert [row["code"] for row in found if row["in_ten_thousands"] == "yes"] == ["zmd-social-workers"]
    assert next(row["unit_zh"] for row in found if row["code"] == "zmd-social-workers") == "人"


@pytest.mark.parametrize("pack", ["pingdingshan-eldercare-2023", "zhoukou-eldercare-2024"])
def test_checklists_of_elder_care_hold_the_plans_own_standards_each_with_its_clause(pack):
    lists, items = rows(pack, "checklists"), rows(pack, "checklist_items")
    known = {row["path"] for row in rows("library", "clauses")}
    assert {item["checklist"] for item in items} == {row["code"] for row in lists}
    assert all(item["clause"] in known for item in items)
    assert all("没有给出检查项目表" in row["note_zh"] and "random" in row["purposes"] for row in lists)
    standards = {(row["clause"], row["value"]) for row in rows(pack, "facility_standards")}
    assert all((item["clause"], item["threshold"]) in standards for item in items if item["threshold"])
