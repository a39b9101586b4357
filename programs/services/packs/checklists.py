"""Checklists of a pack: ``checklists.csv`` and ``checklist_items.csv``, both optional. See docs/packs.md."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from policies.models import Clause
from programs.errors import RuleViolation
from programs.models import Checklist, ChecklistItem, Programme, Project, Purpose
from programs.services.checklists import ITEM_FIELDS, publish
from programs.services.packs.files import Tree
from programs.services.packs.problems import PackRefused, Problem
from programs.services.packs.reading import Row, read_csv
from programs.services.packs.schema import (
    Code12,
    Flag,
    Many,
    Number,
    PackRow,
    Slug,
    Text20,
    Text30,
    Text80,
    Text120,
    Text200,
    Text300,
    Text400,
)  # fmt: skip
from programs.services.packs.writing import Writer

Points = Annotated[Decimal, Field(ge=0, max_digits=6, decimal_places=2)]


class ChecklistRow(PackRow):
    """One version of a checklist. ``published: no`` with no items is an empty template that the city fills."""

    code: Slug
    version: Annotated[int, Field(ge=1, le=999)] = 1
    unit: Code12
    name_zh: Text120
    name_en: Text200
    level: Project.Decider | None = None
    purposes: Many
    mode: Checklist.Mode = Checklist.Mode.ITEMS
    full_points: Points | None = None
    pass_points: Points | None = None
    clause: str = ""
    note_zh: Text300 = ""
    note_en: Text400 = ""
    published: Flag = True

    @model_validator(mode="after")
    def _purposes_known(self) -> ChecklistRow:
        unknown = set(self.purposes) - set(Purpose.values)
        if unknown:
            raise ValueError(f"no such purpose: {', '.join(sorted(unknown))}; known are {', '.join(Purpose.values)}")
        return self


class ChecklistItemRow(PackRow):
    """One item; items stand in the order of the file."""

    checklist: Slug
    version: Annotated[int, Field(ge=1, le=999)] = 1
    code: Annotated[str, Field(max_length=12)]
    group_zh: Annotated[str, Field(max_length=40)] = ""
    group_en: Text80 = ""
    text_zh: Text300
    text_en: Text400 = ""
    comparator: Annotated[str, Field(pattern=r"^(gte|lte|eq)?$")] = ""
    threshold: Number | None = None
    measure_zh: Text20 = ""
    measure_en: Text30 = ""
    points: Points | None = None
    may_not_apply: Flag = True
    wants_evidence: Flag = False
    clause: str = ""

    @model_validator(mode="after")
    def _threshold_fits(self) -> ChecklistItemRow:
        if bool(self.comparator) != (self.threshold is not None):
            raise ValueError("comparator and threshold stand together, or neither")
        return self


def load_checklists(
    *, folder: Path, programme: Programme, clauses: dict[str, Clause], tree: Tree, writer: Writer
) -> None:
    """Insert the versions that are not there and publish them. A version that is published is compared, never changed.

    Raises PackRefused naming every bad row; a published version that differs is one.
    """
    if not (folder / "checklists.csv").exists():
        return
    problems: list[Problem] = []
    rows = read_csv(folder / "checklists.csv", ChecklistRow, problems)
    has_items = (folder / "checklist_items.csv").exists()
    items = read_csv(folder / "checklist_items.csv", ChecklistItemRow, problems) if has_items else []
    if not problems:
        _check(rows, items, clauses, tree, problems)
    if problems:
        raise PackRefused(problems)
    stored = {(one.code, one.version): one for one in Checklist.objects.filter(code__in=[r.data.code for r in rows])}
    for row in sorted(rows, key=lambda one: (one.data.code, one.data.version)):
        own = [one for one in items if (one.data.checklist, one.data.version) == (row.data.code, row.data.version)]
        wanted = [_item_fields(one.data, clauses) for one in own]
        known = stored.get((row.data.code, row.data.version))
        if known is None:
            _insert(row, wanted, programme, clauses, tree, writer)
        else:
            _compare(row, wanted, known, programme, clauses, tree, writer)


def _check(
    rows: list[Row[ChecklistRow]], items: list[Row[ChecklistItemRow]], clauses: dict[str, Clause], tree: Tree,
    problems: list[Problem],
) -> None:  # fmt: skip
    known: set[tuple[str, int]] = set()
    for row in rows:
        key = (row.data.code, row.data.version)
        if key in known:
            problems.append(row.refuse(f"{row.data.code} version {row.data.version} stands more than once"))
        known.add(key)
        if not tree.find(row.data.unit):
            problems.append(row.refuse(f"unit {row.data.unit} is not loaded"))
        if row.data.clause and row.data.clause not in clauses:
            problems.append(row.refuse(f"clause {row.data.clause} is not known"))
    seen: set[tuple[str, int, str]] = set()
    for item in items:
        if (item.data.checklist, item.data.version) not in known:
            problems.append(item.refuse(f"checklist {item.data.checklist} version {item.data.version} is not known"))
        if item.data.clause and item.data.clause not in clauses:
            problems.append(item.refuse(f"clause {item.data.clause} is not known"))
        place = (item.data.checklist, item.data.version, item.data.code)
        if place in seen:
            problems.append(item.refuse(f"item {item.data.code} stands more than once"))
        seen.add(place)


def _fields(data: ChecklistRow, programme: Programme, clauses: dict[str, Clause], tree: Tree) -> dict:
    return data.model_dump(exclude={"unit", "clause", "published", "level", "purposes"}) | {
        "programme_id": programme.pk,
        "unit_id": tree.by_code[data.unit].pk,
        "clause_id": clauses[data.clause].pk if data.clause else None,
        "level": data.level or "",
        "purposes": list(data.purposes),
    }


def _item_fields(data: ChecklistItemRow, clauses: dict[str, Clause]) -> dict:
    return data.model_dump(exclude={"checklist", "version", "clause"}) | {
        "clause_id": clauses[data.clause].pk if data.clause else None
    }


def _insert(
    row: Row[ChecklistRow], wanted: list[dict], programme: Programme, clauses: dict[str, Clause], tree: Tree,
    writer: Writer,
) -> None:  # fmt: skip
    made = Checklist.objects.create(**_fields(row.data, programme, clauses, tree))
    ChecklistItem.objects.bulk_create(
        ChecklistItem(checklist=made, position=position, **fields) for position, fields in enumerate(wanted, start=1)
    )
    writer.counts.created["checklist"] += 1
    writer.counts.created["checklistitem"] += len(wanted)
    if row.data.published:
        _publish(row, made, writer)


def _publish(row: Row[ChecklistRow], checklist: Checklist, writer: Writer) -> None:
    """In force, unless the city has published a later version of its own."""
    later = Checklist.objects.filter(code=checklist.code, version__gt=checklist.version, published_at__isnull=False)
    if later.exists():
        writer.counts.kept.append(f"checklist {checklist.code}")
        return
    try:
        publish(actor=None, checklist_id=checklist.pk)
    except RuleViolation as violation:
        raise PackRefused([row.refuse(str(one.message)) for one in violation.errors or [violation]]) from violation


def _compare(
    row: Row[ChecklistRow], wanted: list[dict], known: Checklist, programme: Programme, clauses: dict[str, Clause],
    tree: Tree, writer: Writer,
) -> None:  # fmt: skip
    fields = _fields(row.data, programme, clauses, tree)
    differing = [name for name, value in fields.items() if getattr(known, name) != value]
    stored = [{name: getattr(item, name) for name in ITEM_FIELDS} for item in known.items.order_by("position")]
    if stored != wanted:
        differing.append("items")
    if not differing:
        writer.counts.unchanged["checklist"] += 1
    elif known.state == Checklist.State.DRAFT:  # the city is filling it
        writer.counts.kept.append(f"checklist {known.code}")
    else:
        raise PackRefused(
            [
                row.refuse(
                    f"version {known.version} of {known.code} is published and differs in {', '.join(differing)}; "
                    "a published checklist never changes: write the next version"
                )
            ]
        )
