"""The administrative tree: what the lists say, and how they are loaded."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEntry
from programs.models import Unit, UnitOutline
from programs.services.outlines import load_outlines
from programs.services.packs.problems import PackRefused
from programs.services.units import load_units, units_folder

# Specification 10.2 and the list of addressees of 平政〔2023〕6号: code, name, kind, quota class.
PINGDINGSHAN = [
    ("410402", "新华区", "district", "district"), ("410403", "卫东区", "district", "district"),
    ("410404", "石龙区", "district", "district"), ("410411", "湛河区", "district", "district"),
    ("410421", "宝丰县", "county", "county_city"), ("410422", "叶县", "county", "county_city"),
    ("410423", "鲁山县", "county", "county_city"), ("410425", "郏县", "county", "county_city"),
    ("410471", "平顶山高新技术产业开发区", "functional_zone", "ambiguous"),
    ("410472", "平顶山市城乡一体化示范区", "functional_zone", "ambiguous"),
    ("410481", "舞钢市", "county_level_city", "county_city"), ("410482", "汝州市", "county_level_city", "county_city"),
]  # fmt: skip
HEADER = "code,name,level,kind,parent_code,replaces,source"
TOP = ["410000000000,河南省,province,province,,,t", "410400000000,平顶山市,city,prefecture_city,410000000000,,t"]


def listed(city: str) -> list[dict[str, str]]:
    with (units_folder() / f"{city}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write_list(folder: Path, *rows: str, city: str = "410400") -> Path:
    (folder / f"{city}.csv").write_text("\n".join([HEADER, *TOP, *rows]) + "\n", encoding="utf-8")
    return folder


COUNTY = "410422000000,叶县,county,county,410400000000,,t"
TOWN = "410422100000,任店镇,township,town,410422000000,,t"


def test_pingdingshan_county_level_is_as_the_document_addresses_it():
    rows = [(r["code"][:6], r["name"], r["kind"], r["quota_class"]) for r in listed("410400") if r["level"] == "county"]
    assert sorted(rows) == PINGDINGSHAN


@pytest.mark.parametrize(
    ("city", "counts"), [("410400", (12, 148, 2828)), ("411600", (13, 209, 5113)), ("411700", (11, 208, 2906))]
)
def test_number_of_units_by_level(city, counts):
    rows = listed(city)
    assert tuple(sum(r["level"] == level for r in rows) for level in ("county", "township", "village")) == counts


def test_townships_of_the_zones_lie_inside_counties_and_report_to_the_zones():
    places = {r["name"]: (r["parent_code"], r["located_in_code"]) for r in listed("410400") if r["level"] == "township"}
    assert places["湖滨路街道"] == ("410472000000", "410402000000")
    assert places["滍阳镇"] == ("410472000000", "410402000000")
    assert places["皇台街道"] == ("410471000000", "410403000000")
    assert places["遵化店镇"] == ("410471000000", "410422000000")


def test_addressees_without_a_code_have_a_marked_local_one():
    local = {r["name"]: r["code"] for r in listed("411600") if r["source"] == "local"}
    assert local == {"周口市城乡一体化示范区": "411691000000", "黄泛区农场": "411692000000"}


@pytest.mark.django_db
def test_loading_pingdingshan_builds_the_tree_and_repeats_without_change(django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        report = load_units(only=["410400"])
    assert len(report.created) == report.read == 2990
    village = Unit.objects.select_related("parent__parent").get(code="410402001001")
    county = village.parent.parent
    assert village.path == f"{county.path}{village.parent_id}/{village.pk}/"
    assert Unit.objects.filter(path__startswith=county.parent.path, level="village").count() == 2828
    assert not Unit.objects.filter(path="").exists()
    assert Unit.objects.get(code="410472101000").located_in.name == "新华区"
    again = load_units(only=["410400"])
    assert again.did_nothing
    assert not again.missing
    assert Unit.objects.count() == 2990


@pytest.mark.django_db
def test_dry_run_writes_nothing(tmp_path):
    report = load_units(folder=write_list(tmp_path, COUNTY), dry_run=True)
    assert report.created == ["410000000000", "410400000000", "410422000000"]
    assert not Unit.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_rename_keeps_the_row_and_is_audited(tmp_path):
    load_units(folder=write_list(tmp_path, COUNTY))
    before = Unit.objects.get(code="410422000000")
    report = load_units(folder=write_list(tmp_path, COUNTY.replace("叶县", "叶邑县")))
    after = Unit.objects.get(code="410422000000")
    assert report.renamed == ["410422000000"]
    assert (after.pk, after.name) == (before.pk, "叶邑县")
    entry = AuditEntry.objects.get(verb="unit.update")
    assert (entry.before["name"], entry.after["name"]) == ("叶县", "叶邑县")


@pytest.mark.django_db
def test_missing_unit_is_reported_and_closed_only_on_request(tmp_path):
    load_units(folder=write_list(tmp_path, COUNTY, TOWN))
    write_list(tmp_path, COUNTY)
    assert load_units(folder=tmp_path).missing == ["410422100000"]
    assert Unit.objects.get(code="410422100000").valid_to is None
    report = load_units(folder=tmp_path, close_missing=True)
    assert report.closed == ["410422100000"]
    assert Unit.objects.get(code="410422100000").valid_to is not None


@pytest.mark.django_db
def test_new_code_replaces_the_old_one(tmp_path):
    load_units(folder=write_list(tmp_path, COUNTY, TOWN))
    report = load_units(
        folder=write_list(tmp_path, COUNTY, "410422001000,任店街道,township,street,410422000000,410422100000,t")
    )
    old = Unit.objects.get(code="410422100000")
    assert report.replaced == ["410422100000"]
    assert old.valid_to is not None
    assert old.successor.code == "410422001000"


@pytest.mark.django_db
def test_every_bad_row_is_refused_with_its_line_and_nothing_is_written(tmp_path):
    write_list(
        tmp_path,
        COUNTY,
        "41042210000,短码镇,township,town,410422000000,,t",
        TOWN.replace("410422000000", "410499000000"),
        "410422200000,怪乡,township,moon,410422000000,,t",
        "410422100001,越级村,village,village_committee,410422000000,,t",
    )
    with pytest.raises(PackRefused) as refused:
        load_units(folder=tmp_path)
    assert [problem.line for problem in refused.value.problems] == [5, 6, 7, 8]
    assert not Unit.objects.exists()


@pytest.mark.django_db
def test_unit_is_never_moved_in_place(tmp_path):
    load_units(folder=write_list(tmp_path, COUNTY, "410423000000,鲁山县,county,county,410400000000,,t", TOWN))
    with pytest.raises(PackRefused, match="replaces=410422100000"):
        load_units(
            folder=write_list(
                tmp_path,
                COUNTY,
                "410423000000,鲁山县,county,county,410400000000,,t",
                TOWN.replace("410422000000", "410423000000"),
            )
        )


@pytest.mark.django_db
def test_unknown_city_is_named(capsys):
    with pytest.raises(CommandError, match="1 rows refused"):
        call_command("load_units", "--only", "419999")
    assert "no list for city 419999" in capsys.readouterr().err


@pytest.mark.django_db
def test_outlines_of_the_ten_counties_join_without_gaps():
    from shapely import coverage_is_valid
    from shapely.geometry import shape

    load_units(only=["410400"])
    report = load_outlines()
    assert report.stored == 10  # the two functional zones have no outline of their own
    assert coverage_is_valid([shape(outline.geometry) for outline in UnitOutline.objects.all()])
    assert load_outlines().unchanged == 10


@pytest.mark.django_db
def test_without_an_outline_file_there_is_no_map(settings):
    settings.LUOSHI_OUTLINES = "none"
    assert load_outlines().source == ""
    assert not UnitOutline.objects.exists()


@pytest.mark.parametrize(
    ("name", "kind", "names"),
    [
        ("李庄村村民委员会", "village_committee", ("Lizhuang Village", "李庄村")),
        ("曙北社区居民委员会", "resident_committee", ("Shubei Community", "曙北社区")),
        ("西彭庄村民村委员会", "village_committee", ("Xipengzhuang Village", "西彭庄村")),
        ("绿原社区生活区", "other", ("Lüyuanshequshenghuoqu", "绿原社区生活区")),
    ],
)
def test_short_and_english_names_of_villages(name, kind, names):
    from programs.services.packs.unit_rows import UnitRow, names_of

    row = UnitRow(code="410402001201", name=name, level="village", kind=kind, parent_code="410402001000", source="t")
    assert names_of(row)[:2] == names
