"""Figures added up the tree, kept fresh in batches; every read without ``as_of`` comes from here.

A summary is right unless a dirty row of its key names no unit (the whole key is to be summed) or a unit at or below its own
(then the units above that one are summed again, level by level, from what stands right below them).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

from programs.models import Programme, SummaryDirty
from programs.queries.rollup_sql import FIGURES_ONE_LEVEL_UP, FIGURES_UP_THE_TREE

BATCH = 500
Key = tuple[int, int]  # indicator id, period id

UPSERT = """
INSERT INTO programs_summary (indicator_id, period_id, unit_id, value, reports, expected, refreshed_at)
{sums}
ON CONFLICT (period_id, indicator_id, unit_id) DO UPDATE
SET value = EXCLUDED.value, reports = EXCLUDED.reports, expected = EXCLUDED.expected, refreshed_at = EXCLUDED.refreshed_at
WHERE (programs_summary.value, programs_summary.reports, programs_summary.expected)
      IS DISTINCT FROM (EXCLUDED.value, EXCLUDED.reports, EXCLUDED.expected)
"""
# One refresher per key at a time; keys are locked in one order, so two batches cannot deadlock.
LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended('summary:' || k.indicator_id || ':' || k.period_id, 0))
FROM (SELECT DISTINCT indicator_id, period_id FROM unnest(%(indicators)s::bigint[], %(periods)s::bigint[]) AS k(indicator_id, period_id)
      ORDER BY 1, 2) AS k
"""
CLAIM = """
DELETE FROM programs_summarydirty WHERE id IN (
    SELECT id FROM programs_summarydirty {where} ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) RETURNING indicator_id, period_id, unit_id
"""
# The units at and above those that changed, deepest first; a key that was never summed up to its top is left out.
ABOVE = """
SELECT up.depth, array_agg(DISTINCT up.id)
FROM programs_unit u
CROSS JOIN LATERAL unnest(string_to_array(trim(BOTH '/' FROM u.path), '/')::bigint[]) WITH ORDINALITY AS up(id, depth)
WHERE u.id = ANY(%(units)s::bigint[])
GROUP BY 1 ORDER BY 1 DESC
"""
NEVER_SUMMED = """
SELECT k.indicator_id, k.period_id
FROM unnest(%(indicators)s::bigint[], %(periods)s::bigint[]) AS k(indicator_id, period_id)
WHERE NOT EXISTS (
    SELECT FROM programs_summary s
    WHERE s.indicator_id = k.indicator_id AND s.period_id = k.period_id AND s.unit_id = ANY(%(units)s::bigint[])
)
"""


def mark_dirty(keys: Iterable[Key]) -> None:
    """Ask for all summaries of these keys; call inside the transaction that changed who owes figures."""
    SummaryDirty.objects.bulk_create([SummaryDirty(indicator_id=i, period_id=p) for i, p in sorted(set(keys))])


def mark_changed(figures: Iterable[tuple[int, int, int]]) -> None:
    """Ask for the summaries above these (indicator, period, unit) figures; call inside the transaction that counts them."""
    SummaryDirty.objects.bulk_create(
        [SummaryDirty(indicator_id=i, period_id=p, unit_id=u) for i, p, u in sorted(set(figures))]
    )


def refresh_pending(limit: int = BATCH, keys: Iterable[Key] | None = None) -> int:
    """Refresh what is marked dirty (only ``keys`` when given); returns the number of keys. Claims are rows under lock.

    Claim and refresh are one transaction: a worker killed in between leaves the rows where they were.
    """
    wanted = sorted(set(keys)) if keys is not None else None
    if wanted == []:
        return 0
    where = ""
    params: dict[str, Any] = {"limit": limit}
    if wanted is not None:
        where = "WHERE (indicator_id, period_id) IN (SELECT * FROM unnest(%(i)s::bigint[], %(p)s::bigint[]))"
        params |= {"i": [i for i, _ in wanted], "p": [p for _, p in wanted]}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM.format(where=where), params)
        claimed = cursor.fetchall()
        whole = {(indicator, period) for indicator, period, unit in claimed if unit is None}
        changed = [(i, p, unit) for i, p, unit in claimed if (i, p) not in whole]
        touched = whole | {(i, p) for i, p, _unit in changed}
        if touched:
            _lock(cursor, touched)
        if changed:
            whole |= _refresh_above(cursor, {(i, p) for i, p, _unit in changed}, {unit for _i, _p, unit in changed})
        if whole:
            _refresh(cursor, whole)
    return len(touched)


def rebuild(programme: Programme | None = None) -> int:
    """Recompute every summary (of one programme) from the approved figures; returns the number of keys."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.id, p.id FROM programs_indicator i JOIN programs_period p USING (programme_id)
               WHERE i.is_reported AND (%(programme)s::bigint IS NULL OR i.programme_id = %(programme)s) ORDER BY 1, 2""",
            {"programme": programme.pk if programme else None},
        )
        keys = cursor.fetchall()
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            _lock(cursor, batch)
            _refresh(cursor, batch)
    return len(keys)


def _of(keys: Iterable[Key]) -> dict[str, list[int]]:
    ordered = sorted(keys)
    return {"indicators": [i for i, _ in ordered], "periods": [p for _, p in ordered]}


def _lock(cursor, keys: Iterable[Key]) -> None:
    cursor.execute(LOCK, _of(keys))


def _refresh(cursor, keys: Iterable[Key]) -> None:
    cursor.execute("SET LOCAL work_mem = '64MB'")  # a month of 3,000 villages is summed in memory
    cursor.execute(UPSERT.format(sums=FIGURES_UP_THE_TREE), _of(keys) | {"as_of": None, "units": None})


def _refresh_above(cursor, keys: set[Key], units: set[int]) -> set[Key]:
    """Sum ``units`` and everything above them again, from the bottom up; returns the keys that must be summed as a whole."""
    cursor.execute(ABOVE, {"units": sorted(units)})
    levels = [ids for _depth, ids in cursor.fetchall()]
    cursor.execute(NEVER_SUMMED, _of(keys) | {"units": levels[-1]})
    never = set(cursor.fetchall())
    known = keys - never
    if known:
        for ids in levels:
            cursor.execute(UPSERT.format(sums=FIGURES_ONE_LEVEL_UP), _of(known) | {"units": ids})
    return never
