"""Loading the administrative tree from ``programs/packs/units/<city>.csv``; docs/packs.md describes the format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from audit.services.record import record, record_many
from programs.models import Unit
from programs.services.packs.problems import PackRefused, Problem
from programs.services.packs.reading import Row, read_csv
from programs.services.packs.unit_rows import UnitRow, check_tree, names_of
from programs.services.statistics import analyze

LEVELS = [level for level, _ in Unit.Level.choices]
COPIED = [
    "name",
    "name_en",
    "short_name",
    "pinyin",
    "kind",
    "quota_class",
    "is_local_code",
    "source",
    "note_zh",
    "note_en",
]


def units_folder() -> Path:
    """The folder of the packaged lists, one file per city."""
    return Path(settings.BASE_DIR) / "programs" / "packs" / "units"


@dataclass
class UnitReport:
    """What a load did, or would do: codes, in order."""

    read: int = 0
    created: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # another kind, note, English name …
    replaced: list[str] = field(default_factory=list)  # closed because a new code took over
    missing: list[str] = field(default_factory=list)  # current in the database, not in the source
    closed: list[str] = field(default_factory=list)

    @property
    def did_nothing(self) -> bool:
        return not (self.created or self.renamed or self.changed or self.replaced or self.closed)


@transaction.atomic
def load_units(
    *,
    actor=None,
    only: Iterable[str] | None = None,
    dry_run: bool = False,
    close_missing: bool = False,
    folder: Path | None = None,
) -> UnitReport:
    """Bring the tree in line with the packaged lists; nothing is ever deleted.

    ``only``: six-digit city codes. A dry run does the same work and rolls it back. Raises PackRefused with
    every refused row (file, line, reason); then nothing is written.
    """
    folder = folder or units_folder()
    rows, cities = _read(folder, set(only or ()))
    report = UnitReport(read=len(rows))
    existing = {unit.code: unit for unit in Unit.objects.filter(valid_to=None)}
    _refuse_moves(rows, existing)
    for level in LEVELS:
        _create_level([row for row in rows.values() if row.data.level == level], existing, report)
    _set_locations(rows, existing)
    _update(rows, existing, report, actor)
    _replace(rows, existing, report, actor)
    _missing(rows, existing, cities, report, close_missing, actor)
    if report.created:
        record(
            "unit.load",
            actor=actor,
            object_type="programs.unit",
            after={"created": len(report.created), "cities": sorted(cities)},
        )
        analyze(Unit)
    if dry_run:
        transaction.set_rollback(True)
    return report


def _read(folder: Path, only: set[str]) -> tuple[dict[str, Row[UnitRow]], set[str]]:
    """The rows of the wanted files by code; one row may stand in several files if it is the same."""
    files = sorted(path for path in folder.glob("*.csv") if not only or path.stem in only)
    problems = [
        Problem(str(folder), 0, f"no list for city {code}") for code in sorted(only - {path.stem for path in files})
    ]
    if not files and not problems:
        problems.append(Problem(str(folder), 0, "no unit list in this folder"))
    rows: dict[str, Row[UnitRow]] = {}
    for path in files:
        for row in read_csv(path, UnitRow, problems):
            first = rows.setdefault(row.data.code, row)
            if first is not row and first.data != row.data:
                problems.append(
                    row.refuse(f"code {row.data.code} stands in {first.file}:{first.line} with other content")
                )
    check_tree(rows, problems)
    if problems:
        raise PackRefused(problems)
    return rows, {path.stem for path in files}


def _refuse_moves(rows: dict[str, Row[UnitRow]], existing: dict[str, Unit]) -> None:
    """A unit keeps its parent for life: under another parent it gets a new code that ``replaces`` the old one."""
    codes = {unit.pk: unit.code for unit in existing.values()}
    problems = []
    for code, row in rows.items():
        unit = existing.get(code)
        if unit is not None and (
            unit.level != row.data.level or codes.get(unit.parent_id or 0, "") != row.data.parent_code
        ):
            problems.append(
                row.refuse(
                    f"{code} has another level or parent in the database; "
                    f"give the new unit a code of its own with replaces={code}"
                )
            )
    if problems:
        raise PackRefused(problems)


def _create_level(rows: list[Row[UnitRow]], existing: dict[str, Unit], report: UnitReport) -> None:
    new = [
        Unit(
            code=row.data.code, level=row.data.level, parent=existing.get(row.data.parent_code), **_fields(row.data),
        )
        for row in rows if row.data.code not in existing
    ]  # fmt: skip
    if not new:
        return
    Unit.objects.bulk_create(new, batch_size=2000)
    pks = [unit.pk for unit in new]
    parent_path = Subquery(Unit.objects.filter(pk=OuterRef("parent_id")).values("path")[:1])
    own = Concat(Cast("pk", CharField()), Value("/"))
    base = Unit.objects.filter(pk__gte=min(pks), pk__lte=max(pks), path="")
    base.filter(parent=None).update(path=Concat(Value("/"), own))
    base.exclude(parent=None).update(path=Concat(parent_path, own))
    for unit in new:
        unit.path = f"{unit.parent.path if unit.parent else '/'}{unit.pk}/"
        existing[unit.code] = unit
        report.created.append(unit.code)


def _fields(data: UnitRow) -> dict[str, object]:
    name_en, short_name, pinyin = names_of(data)
    return {
        "name": data.name, "name_en": name_en, "short_name": short_name, "pinyin": pinyin, "kind": data.kind,
        "quota_class": data.quota_class, "is_local_code": data.source == "local", "source": data.source,
        "note_zh": data.note_zh, "note_en": data.note_en,
    }  # fmt: skip


def _set_locations(rows: dict[str, Row[UnitRow]], existing: dict[str, Unit]) -> None:
    changed = []
    for code, row in rows.items():
        unit, host = existing[code], existing.get(row.data.located_in_code)
        if unit.located_in_id != (host.pk if host else None):
            unit.located_in = host
            changed.append(unit)
    Unit.objects.bulk_update(changed, ["located_in"])


def _update(rows: dict[str, Row[UnitRow]], existing: dict[str, Unit], report: UnitReport, actor) -> None:
    fresh = set(report.created)
    changed, entries = [], []
    for code, row in rows.items():
        if code in fresh:
            continue
        unit, wanted = existing[code], _fields(row.data)
        before = {name: getattr(unit, name) for name in COPIED if getattr(unit, name) != wanted[name]}
        if not before:
            continue
        (report.renamed if "name" in before else report.changed).append(code)
        entries.append(
            {"obj": unit, "unit_path": unit.path, "before": before, "after": {name: wanted[name] for name in before}}
        )
        for name in before:
            setattr(unit, name, wanted[name])
        changed.append(unit)
    Unit.objects.bulk_update(changed, COPIED, batch_size=1000)
    record_many("unit.update", entries, actor=actor)


def _replace(rows: dict[str, Row[UnitRow]], existing: dict[str, Unit], report: UnitReport, actor) -> None:
    """Close the units whose code another one took over, and point them at it."""
    for code, row in rows.items():
        old = existing.get(row.data.replaces) if row.data.replaces and row.data.replaces not in rows else None
        if old is not None and old.valid_to is None:
            _close(old, actor, successor=existing[code])
            report.replaced.append(old.code)


def _missing(rows, existing: dict[str, Unit], cities: set[str], report: UnitReport, close_missing: bool, actor) -> None:
    for code in sorted(set(existing) - set(rows) - set(report.replaced)):
        if not any(code.startswith(city[:4]) for city in cities):
            continue
        report.missing.append(code)
        if close_missing:
            _close(existing[code], actor)
            report.closed.append(code)


def _close(unit: Unit, actor, successor: Unit | None = None) -> None:
    """Last valid day: yesterday, so that a code can be taken over today."""
    unit.valid_to = timezone.localdate() - timedelta(days=1)
    unit.successor = successor
    unit.save(update_fields=["valid_to", "successor"])
    record(
        "unit.close", actor=actor, obj=unit, unit_path=unit.path,
        after={"valid_to": unit.valid_to, "successor": successor.code if successor else None},
    )  # fmt: skip
