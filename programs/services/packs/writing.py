"""Writing checked rows: what is new is inserted, what differs is updated, what is equal is left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import models

from audit.services.record import record_many

M = TypeVar("M", bound=models.Model)
K = TypeVar("K", bound=Hashable)


@dataclass
class Counts:
    """Rows per model label (``target``, ``clause`` …) by what happened to them."""

    created: Counter = field(default_factory=Counter)
    updated: Counter = field(default_factory=Counter)
    unchanged: Counter = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)  # rows that a person changed here; the pack does not overrule them

    @property
    def did_nothing(self) -> bool:
        return not self.created.total() and not self.updated.total()


class Writer:
    """Collects counts and audit entries over the models of one load."""

    def __init__(self, actor) -> None:
        self.actor, self.counts = actor, Counts()
        self._entries: list[dict] = []

    def upsert(
        self,
        model: type[M],
        wanted: dict[K, dict[str, Any]],
        *,
        key: Callable[[M], K],
        existing: models.QuerySet[M],
    ) -> dict[K, M]:
        """Bring the rows of ``model`` in line with ``wanted`` (natural key → fields) and return them by key.

        Foreign keys are given as ``<name>_id``. Rows that are not wanted are left alone: a pack deletes nothing.
        """
        label = model._meta.model_name
        rows = {key(obj): obj for obj in existing}
        new = [model(**fields) for natural, fields in wanted.items() if natural not in rows]
        changed, names = [], set()
        for natural, fields in wanted.items():
            obj = rows.get(natural)
            if obj is None:
                continue
            before = {name: getattr(obj, name) for name, value in fields.items() if getattr(obj, name) != value}
            if not before:
                self.counts.unchanged[label] += 1
                continue
            for name in before:
                setattr(obj, name, fields[name])
            names |= set(before)
            changed.append(obj)
            self.note("pack.update", obj, before=before, after={name: fields[name] for name in before})
        model._default_manager.bulk_create(new, batch_size=1000)
        if changed:
            model._default_manager.bulk_update(
                changed, [name.removesuffix("_id") for name in sorted(names)], batch_size=500
            )
        self.counts.created[label] += len(new)
        self.counts.updated[label] += len(changed)
        rows.update((key(obj), obj) for obj in new)
        return {natural: rows[natural] for natural in wanted}

    def link(self, owner: models.Model, relation: Any, pks: set[int], known: set[int]) -> None:
        """Set a many-to-many relation; ``known`` are the keys it holds now."""
        if pks != known:
            relation.set(pks)
            if known:
                self.note("pack.update", owner, before={"linked": sorted(known)}, after={"linked": sorted(pks)})
                self.counts.updated[owner._meta.model_name] += 1

    def note(
        self,
        verb: str,
        obj: models.Model,
        *,
        before: dict | None = None,
        after: dict | None = None,
        reason: str = "",
        unit_path: str = "",
    ) -> None:
        self._entries.append({"obj": obj, "before": before, "after": after, "reason": reason, "unit_path": unit_path})
        self._entries[-1]["verb"] = verb

    def flush(self) -> None:
        """Write the audit entries collected so far, inside the caller's transaction."""
        for verb in sorted({entry["verb"] for entry in self._entries}):
            rows = [
                {name: value for name, value in entry.items() if name != "verb"}
                for entry in self._entries
                if entry["verb"] == verb
            ]
            record_many(verb, rows, actor=self.actor)
        self._entries.clear()


def prefetched(objects: dict[K, M], relation: str) -> dict[int, set[int]]:
    """Keys held by a many-to-many relation, per owner, in one query."""
    held: dict[int, set[int]] = {obj.pk: set() for obj in objects.values()}
    if not held:
        return held
    model = type(next(iter(objects.values())))
    for pk, other in model._default_manager.filter(pk__in=held).exclude(**{relation: None}).values_list("pk", relation):
        held[pk].add(other)
    return held
