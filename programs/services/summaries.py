"""Figures added up the tree, kept fresh in batches; every read without ``as_of`` comes from here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

from programs.models import Programme, SummaryDirty
from programs.queries.rollup_sql import FIGURES_UP_THE_TREE

BATCH = 500

UPSERT = f"""
INSERT INTO programs_summary (indicator_id, period_id, unit_id, value, reports, expected, refreshed_at)
{FIGURES_UP_THE_TREE}
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
) RETURNING indicator_id, period_id
"""


def mark_dirty(keys: Iterable[tuple[int, int]]) -> None:
    """Ask for the summaries of these (indicator, period) keys; call inside the transaction that changed a figure."""
    SummaryDirty.objects.bulk_create([SummaryDirty(indicator_id=i, period_id=p) for i, p in sorted(set(keys))])


def refresh_pending(limit: int = BATCH, keys: Iterable[tuple[int, int]] | None = None) -> int:
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
        claimed = sorted(set(cursor.fetchall()))
        if claimed:
            _refresh(cursor, claimed)
    return len(claimed)


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
            _refresh(cursor, keys[start : start + BATCH])
    return len(keys)


def _refresh(cursor, keys: list[tuple[int, int]]) -> None:
    params = {"indicators": [i for i, _ in keys], "periods": [p for _, p in keys], "as_of": None, "units": None}
    cursor.execute(LOCK, params)
    cursor.execute("SET LOCAL work_mem = '64MB'")  # a month of 3,000 villages is summed in memory
    cursor.execute(UPSERT, params)
