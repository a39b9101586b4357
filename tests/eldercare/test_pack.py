"""The pack files of elder care: real figures load, twice changes nothing, bad rows are refused with file and line."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from eldercare.models import CountKind, FacilityType, RegistryFigure, Standard
from eldercare.services.pack import FILES, FigureRow, KindRow, StandardRow, TypeRow, load_pack
from programs.modules import PackPart
from programs.services.packs.files import Tree, packs_folder
from programs.services.packs.problems import PackRefused
from programs.services.packs.reading import read_csv
from programs.services.packs.writing import Writer
from tests.factories import make_indicator, small_city

pytestmark = pytest.mark.django_db

TYPES = "code,name_zh,name_en,clause,subject\nhome,供养中心,Home,{clause},facility\n"
HEAD = "facility_type,measure,comparator,value,clause,valid_from,valid_to,note_zh,note_en\n"


@pytest.fixture
def part(db, tmp_path):
    programme = small_city().programme
    return PackPart(programme, tmp_path, {programme.basis.path: programme.basis}, Tree(), Writer(None))


def write(part, **files):
    clause = part.programme.basis.path
    (part.folder / "facility_types.csv").write_text(TYPES.format(clause=clause), encoding="utf-8")
    for name, text in files.items():
        (part.folder / f"{name}.csv").write_text(text.format(clause=clause), encoding="utf-8")


def test_loading_twice_changes_nothing_and_a_new_value_updates(part):
    indicator = make_indicator(part.programme)
    files = {
        "facility_standards": HEAD + "home,beds,gte,80,{clause},,,,\n",
        "count_kinds": "subject,code,name_zh,name_en,measure_zh,measure_en,clause\ntraining,carers,护理员,Carers,人次,times,{clause}\n",
        "registry_figures": f"indicator,source,detail\n{indicator.code},counts,carers\n",
    }
    write(part, **files)
    load_pack(part)
    assert Standard.objects.get().value == 80
    assert (CountKind.objects.count(), RegistryFigure.objects.get().detail) == (1, ["carers"])
    again = PackPart(part.programme, part.folder, part.clauses, part.tree, Writer(None))
    load_pack(again)
    assert again.writer.counts.did_nothing
    write(part, **files | {"facility_standards": HEAD + "home,beds,gte,90,{clause},,,,\n"})
    load_pack(again)
    assert Standard.objects.get().value == 90


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"facility_standards": HEAD + "home,beds,gte,80,nowhere,,,,\n"}, "clause nowhere is not known"),
        ({"facility_standards": HEAD + "castle,beds,gte,80,{clause},,,,\n"}, "facility type castle is not in"),
        ({"facility_standards": HEAD + "home,towers,gte,80,{clause},,,,\n"}, "measure 'towers'"),
        ({"facility_standards": HEAD + "home,beds,gte,-1,{clause},,,,\n"}, "value '-1'"),
        ({"facility_standards": HEAD + "home,beds,gte,1,{clause},2025-01-02,2025-01-01,,\n"}, "valid_to lies before valid_from"),
        ({"facility_standards": HEAD + "home,beds,gte,80,{clause},,2025-06-01,,\nhome,beds,gte,90,{clause},2025-06-01,,,\n"}, "at the same time as the row in line 2"),
        ({"registry_figures": "indicator,source,detail\nnothing,facilities,home\n"}, "indicator nothing is not in this pack"),
        ({"registry_figures": "indicator,source,detail\nnothing,counts,home\n"}, "home is not known"),
    ],
)  # fmt: skip
def test_bad_rows_are_refused_with_their_line_and_nothing_is_written(part, files, said):
    write(part, **files)
    with pytest.raises(PackRefused) as caught:
        load_pack(part)
    assert any(said in str(problem) for problem in caught.value.problems), caught.value
    assert all(problem.line for problem in caught.value.problems)
    assert not FacilityType.objects.exists()


def test_validities_that_meet_do_not_overlap(part):
    write(
        part,
        facility_standards=HEAD + "home,beds,gte,80,{clause},,2025-05-31,,\nhome,beds,gte,90,{clause},2025-06-01,,,\n",
    )
    load_pack(part)
    assert sorted(Standard.objects.values_list("value", "valid_from")) == [(80, None), (90, date(2025, 6, 1))]


def real(code, name, model):
    problems: list = []
    rows = read_csv(Path(packs_folder()) / code / name, model, problems)
    assert not problems
    return rows


@pytest.mark.parametrize("code", ["pingdingshan-eldercare-2023", "zhoukou-eldercare-2024", "zhumadian-civil-affairs"])
def test_the_real_files_are_well_formed(code):
    for name, model in zip(FILES, (TypeRow, StandardRow, KindRow, FigureRow), strict=True):
        if (Path(packs_folder()) / code / name).exists():
            assert real(code, name, model)


def test_the_real_standards_are_those_of_the_documents():
    """Specification 6.1, figure by figure; cities are not merged."""
    found = {
        (code, row.data.facility_type, row.data.measure.value, row.data.valid_from): row.data.value
        for code in ("pingdingshan-eldercare-2023", "zhoukou-eldercare-2024", "zhumadian-civil-affairs")
        for row in real(code, "facility_standards.csv", StandardRow)
    }
    zhoukou, zhumadian = "zhoukou-eldercare-2024", "zhumadian-civil-affairs"
    asked = {
        (zhoukou, "county-home", "beds"): 80, (zhoukou, "county-home", "nursing_share"): 55,
        (zhoukou, "regional-centre", "area"): 2000, (zhoukou, "regional-centre", "beds"): 60,
        (zhoukou, "meal-site", "community_share"): 40, (zhoukou, "meal-site", "village_share"): 10,
        (zhoukou, "estate-facility", "new_area"): 30, (zhoukou, "estate-facility", "existing_area"): 20,
        (zhoukou, "estate-facility", "built_share"): 50, (zhoukou, "estate-facility", "handover_days"): 90,
        (zhoukou, "planning", "land_per_person"): Decimal("0.2"), (zhoukou, "planning", "elders_per_worker"): 1000,
        (zhumadian, "street-centre", "embedded_beds"): 50, (zhumadian, "planning", "beds_per_worker"): 100,
        (zhumadian, "comprehensive-centre", "area"): 1000, (zhumadian, "comprehensive-centre", "area_to"): 2000,
    }  # fmt: skip
    assert {key: found[*key, None] for key in asked} == asked
    assert found[zhumadian, "street-centre", "per_street", date(2025, 12, 31)] == 2
    pingdingshan = {key[1:3] for key in found if key[0].startswith("pingdingshan")}
    assert ("regional-centre", "beds") not in pingdingshan  # Zhoukou's standard, not applied elsewhere
