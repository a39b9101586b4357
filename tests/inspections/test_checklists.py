"""A published checklist never changes; a new version is a copy; an empty template says so."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from programs.errors import Conflict, RuleViolation
from programs.models import Checklist, ChecklistItem, Programme, Role
from programs.services import checklists
from programs.services.packs.loading import load_pack
from programs.services.packs.problems import PackRefused
from tests.factories import make_grant, make_user
from tests.inspections.conftest import make_checklist
from tests.packs.conftest import copy_of_packs, short_lists, tree  # noqa: F401  fixtures

ITEMS = [
    {"code": "1", "text_zh": "村庄规划", "clause_id": None},
    {"code": "2", "text_zh": "集体收入", "comparator": "gte", "threshold": Decimal(20)},
]
POINTS = [
    {"code": "1", "text_zh": "水安全", "points": Decimal(60)},
    {"code": "2", "text_zh": "水资源", "points": Decimal(40)},
]


def drafted(site, **fields):
    fields = {"name_zh": "示例", "purposes": ["acceptance"]} | fields
    return checklists.create(
        actor=site.approver, programme=site.place.programme, unit=site.place.city, code="sample-list", fields=fields
    )


def test_drafted_published_and_replaced(site):
    first = drafted(site)
    checklists.edit(actor=site.approver, checklist_id=first.pk, fields={}, items=ITEMS)
    checklists.publish(actor=site.approver, checklist_id=first.pk)
    second = checklists.new_version(actor=site.approver, checklist_id=first.pk)
    assert checklists.new_version(actor=site.approver, checklist_id=first.pk) == second  # begun already
    assert (second.version, second.state, second.purposes) == (2, "draft", ["acceptance"])
    assert list(second.items.values_list("code", "threshold")) == [("1", None), ("2", Decimal(20))]
    checklists.edit(actor=site.approver, checklist_id=second.pk, fields={}, items=ITEMS[:1])
    checklists.publish(actor=site.approver, checklist_id=second.pk)
    first.refresh_from_db()
    assert (first.state, first.items.count()) == ("retired", 2)


def test_the_database_refuses_changes_to_a_published_one(site):
    published = make_checklist(site.place)
    for change in (
        lambda: ChecklistItem.objects.filter(checklist=published).update(text_zh="x"),
        lambda: ChecklistItem.objects.create(checklist=published, code="Z", text_zh="x"),
        lambda: Checklist.objects.filter(pk=published.pk).update(pass_points=1),
        lambda: Checklist.objects.filter(pk=published.pk).update(state="draft"),
        lambda: Checklist.objects.filter(pk=published.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(Conflict) as caught:
        checklists.edit(actor=site.approver, checklist_id=published.pk, fields={"name_zh": "x"})
    assert caught.value.code == "published"


def test_an_empty_template_is_not_published(site):
    draft = drafted(site)
    with pytest.raises(RuleViolation) as caught:
        checklists.publish(actor=site.approver, checklist_id=draft.pk)
    assert caught.value.errors[0].code == "empty"


@pytest.mark.parametrize(
    ("fields", "items", "field"),
    [
        ({}, [{"code": "1", "text_zh": "x"}, {"code": "1", "text_zh": "y"}], "item-2"),
        ({}, [{"code": "1", "text_zh": " "}], "item-1"),
        ({}, [{"code": "1", "text_zh": "x", "comparator": "gte"}], "item-1"),
        ({}, [{"code": "1", "text_zh": "x", "threshold": Decimal(1)}], "item-1"),
        ({}, [{"code": "1", "text_zh": "x", "points": Decimal(1)}], "item-1"),
        ({"mode": "points"}, [{"code": "1", "text_zh": "x"}], "item-1"),
        ({"mode": "points", "full_points": Decimal(90)}, POINTS, "full_points"),
        ({"mode": "points", "full_points": Decimal(100), "pass_points": Decimal(101)}, POINTS, "pass_points"),
        ({"pass_points": Decimal(1)}, ITEMS, "pass_points"),
        ({"purposes": ["party"]}, ITEMS, "purposes"),
        ({}, [{"code": "1", "text_zh": "x", "clause_id": 10**9}], "items"),
    ],
)
def test_what_is_wrong_is_named(site, fields, items, field):
    draft = drafted(site)
    with pytest.raises(RuleViolation) as caught:
        checklists.edit(actor=site.approver, checklist_id=draft.pk, fields=fields, items=items)
    assert field in {one.field for one in caught.value.errors}
    draft.refresh_from_db()
    assert (draft.mode, draft.items.count()) == ("items", 0)


def test_only_the_approver_of_its_unit_edits(site):
    draft = drafted(site)
    for actor in (site.inspector, site.county):
        with pytest.raises(PermissionDenied):
            checklists.edit(actor=actor, checklist_id=draft.pk, fields={"name_zh": "x"})
    county_approver = make_user()
    make_grant(county_approver, Role.APPROVER, site.place.counties[0])
    with pytest.raises(PermissionDenied):
        checklists.publish(actor=county_approver, checklist_id=draft.pk)


# Packs

CODE = "zhoukou-eldercare-2024"


@pytest.fixture
def packs(copy_of_packs, tree):  # noqa: F811
    programme = (copy_of_packs / CODE / "programme.yaml").read_text(encoding="utf-8")
    basis = next(
        line.partition(":")[2].strip().strip("\"'") for line in programme.splitlines() if line.startswith("basis:")
    )

    def write(name, rows):
        with (copy_of_packs / CODE / name).open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, sorted({key for row in rows for key in row}))
            writer.writeheader()
            writer.writerows(rows)

    (copy_of_packs / CODE / "checklist_items.csv").unlink()  # the plan's own lists would want their items

    def load():
        return load_pack(code=CODE, folder=copy_of_packs)

    return basis, write, load


def checklist_row(**fields):
    return {
        "code": "zk-list",
        "unit": "411600000000",
        "name_zh": "示例",
        "name_en": "Sample",
        "purposes": "random;supervision",
    } | fields


def item_row(code="1", **fields):
    return {"checklist": "zk-list", "code": code, "text_zh": "消防验收"} | fields


def test_a_pack_loads_publishes_and_loads_again(packs):
    basis, write, load = packs
    write("checklists.csv", [checklist_row(clause=basis)])
    write(
        "checklist_items.csv",
        [item_row(), item_row("2", comparator="gte", threshold="55", measure_zh="%", clause=basis)],
    )
    load()
    loaded = Checklist.objects.get(code="zk-list")
    assert (loaded.state, loaded.items.count(), loaded.purposes) == ("published", 2, ["random", "supervision"])
    assert load().did_nothing


def test_a_changed_published_version_is_refused_and_a_new_one_replaces_it(packs):
    _basis, write, load = packs
    write("checklists.csv", [checklist_row()])
    write("checklist_items.csv", [item_row()])
    load()
    write("checklist_items.csv", [item_row(text_zh="消防达标")])
    with pytest.raises(PackRefused) as caught:
        load()
    assert "items" in str(caught.value)
    assert "checklists.csv:2" in str(caught.value)
    write("checklists.csv", [checklist_row(), checklist_row(version=2)])
    write("checklist_items.csv", [item_row(version=1), item_row(version=2, text_zh="消防达标")])
    load()
    assert list(Checklist.objects.order_by("version").values_list("version", "state")) == [
        (1, "retired"),
        (2, "published"),
    ]


def test_an_empty_template_of_a_pack_stays_a_draft(packs):
    _basis, write, load = packs
    write("checklists.csv", [checklist_row(mode="points", published="no")])
    load()
    assert Checklist.objects.get().state == "draft"
    write("checklists.csv", [checklist_row(mode="points")])
    Checklist.objects.all().delete()
    Programme.objects.get(code=CODE)
    with pytest.raises(PackRefused):
        load()


@pytest.mark.parametrize(
    ("lists", "items", "place"),
    [
        ([checklist_row(purposes="party")], [item_row()], "checklists.csv:2"),
        ([checklist_row(unit="999999999999")], [item_row()], "checklists.csv:2"),
        ([checklist_row(clause="nowhere")], [item_row()], "checklists.csv:2"),
        ([checklist_row(), checklist_row()], [item_row()], "checklists.csv:3"),
        ([checklist_row()], [item_row(), item_row()], "checklist_items.csv:3"),
        ([checklist_row()], [item_row(checklist="other")], "checklist_items.csv:2"),
        ([checklist_row()], [item_row(comparator="gte")], "checklist_items.csv:2"),
    ],
)
def test_bad_rows_are_refused_with_file_and_line(packs, lists, items, place):
    _basis, write, load = packs
    write("checklists.csv", lists)
    write("checklist_items.csv", items)
    with pytest.raises(PackRefused) as caught:
        load()
    assert place in str(caught.value)
    assert not Checklist.objects.exists()
