"""Targets of a pack: a changed one becomes a new version, the old one stays with the reason it was replaced."""

from __future__ import annotations

from django.utils import timezone

from policies.models import Clause, Document, DocumentIssue
from programs.models import Indicator, Target, Unit
from programs.services.packs.files import Pack, Tree
from programs.services.packs.schema import TargetRow
from programs.services.packs.writing import Writer

CONTENT = [
    "state", "comparator", "value", "value_to", "text_zh", "text_en", "series_code", "hardness", "level", "clause_id",
    "is_inferred", "note_zh", "note_en",
]  # fmt: skip
Key = tuple[int, int, str, int | None, object]


def write_targets(
    *,
    pack: Pack,
    tree: Tree,
    writer: Writer,
    indicators: dict[str, Indicator],
    clauses: dict[str, Clause],
    issues: dict[str, DocumentIssue],
    document: Document,
    reason: str,
) -> None:
    """Insert new targets and new versions of changed ones.

    A target whose current version was set by a person (a breakdown, a decision) is kept as it is and reported:
    a pack never overrules the city.
    """
    known = Target.objects.filter(indicator__in=indicators.values(), replaced_at=None).prefetch_related("issues")
    current = {_key(target): target for target in known}
    wanted = _expand(pack, tree, indicators, clauses)
    new: list[tuple[Target, set[int]]] = []
    replaced: list[Target] = []
    for key, (fields, row, unit) in wanted.items():
        issue_pks = {issues[code].pk for code in row.issues}
        old = current.get(key)
        if old is None:
            new.append((Target(**fields, authorised_by=document), issue_pks))
            continue
        before = {name: getattr(old, name) for name in CONTENT if getattr(old, name) != fields[name]}
        if not before and {issue.pk for issue in old.issues.all()} == issue_pks:
            writer.counts.unchanged["target"] += 1
        elif old.set_by_id is not None:
            writer.counts.kept.append(f"target {row.indicator} {unit.code}")
        else:
            replaced.append(old)
            why = reason or "data pack changed"
            new.append((Target(**fields, authorised_by=document, reason=why), issue_pks))
            writer.note(
                "target.replace",
                old,
                before=before,
                after={name: fields[name] for name in before},
                reason=why,
                unit_path=unit.path,
            )
    _store(new, replaced)
    writer.counts.created["target"] += len(new) - len(replaced)
    writer.counts.updated["target"] += len(replaced)


def _expand(
    pack: Pack, tree: Tree, indicators: dict[str, Indicator], clauses: dict[str, Clause]
) -> dict[Key, tuple[dict, TargetRow, Unit]]:
    wanted: dict[Key, tuple[dict, TargetRow, Unit]] = {}
    for row in pack.targets:
        data = row.data
        for unit in tree.find(data.unit):
            fields = data.model_dump(exclude={"indicator", "unit", "clause", "issues", "inferred"}) | {
                "indicator_id": indicators[data.indicator].pk, "unit_id": unit.pk, "clause_id": clauses[data.clause].pk,
                "is_inferred": data.inferred,
            }  # fmt: skip
            wanted[fields["indicator_id"], unit.pk, str(data.period_kind), data.year, data.due_on] = (
                fields,
                data,
                unit,
            )
    return wanted


def _key(target: Target) -> Key:
    return target.indicator_id, target.unit_id, target.period_kind, target.year, target.due_on


def _store(new: list[tuple[Target, set[int]]], replaced: list[Target]) -> None:
    """Close the old versions first: one version of a target is current at a time (database constraint)."""
    Target.objects.filter(pk__in=[old.pk for old in replaced]).update(replaced_at=timezone.now())
    Target.objects.bulk_create([target for target, _ in new], batch_size=1000)
    through = Target.issues.through
    through.objects.bulk_create(
        [through(target_id=target.pk, documentissue_id=pk) for target, pks in new for pk in sorted(pks)]
    )
