"""The large tables of the data set, made inside PostgreSQL: reports, revisions, figures; and the month of the rush."""

from __future__ import annotations

from contextlib import contextmanager

from django.db import connection, transaction

from programs.models import Period, Programme
from programs.services.summaries import mark_dirty, refresh_pending

# A figure grows with the months and differs by village and indicator; every number is reproducible.
VALUE = "(10 + ((u.n * 7 + i.n * 13) %% 89) + p.n * (1 + (u.n + i.n) %% 3))::numeric(20,4)"

DUTIES = """
INSERT INTO programs_reportingduty (indicator_id, unit_id)
SELECT i.id, u.id FROM programs_indicator i, programs_unit u
WHERE i.programme_id = %(programme)s AND u.path LIKE %(below)s AND u.level = 'village' ORDER BY u.id, i.id
"""
# Keys of one report, its revision and its figure follow from one number, so that three statements agree without a join.
CELLS = f"""
WITH u AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM programs_unit WHERE path LIKE %(below)s AND level = 'village'),
i AS (SELECT id, row_number() OVER (ORDER BY position) AS n FROM programs_indicator WHERE programme_id = %(programme)s),
p AS (SELECT id, ends_on, n FROM (SELECT id, ends_on, row_number() OVER (ORDER BY starts_on) AS n FROM programs_period
      WHERE programme_id = %(programme)s) AS every WHERE id = %(period)s),
size AS (SELECT (SELECT count(*) FROM u) AS units, (SELECT count(*) FROM i) AS indicators),
cell AS (SELECT (u.n - 1) * size.indicators + i.n AS n, u.id AS unit_id, i.id AS indicator_id, p.id AS period_id,
      {VALUE} AS value, p.ends_on + time '17:00' + interval '1 minute' * (u.n %% 600) AS at FROM u, i, p, size)
"""
REPORTS = (
    CELLS
    + """INSERT INTO programs_progressreport (id, indicator_id, unit_id, period_id, state, revision, value, flags, submitted_by_id, submitted_at, created_at)
SELECT %(report)s + n, indicator_id, unit_id, period_id, %(state)s, 1, value, '[]', %(author)s, at, at FROM cell ORDER BY n"""
)
REVISIONS = (
    CELLS
    + """INSERT INTO programs_progressrevision (id, report_id, number, value, reason, source, flags, author_id, created_at)
SELECT %(revision)s + n, %(report)s + n, 1, value, '', 'web', '[]', %(author)s, at FROM cell ORDER BY n"""
)
FIGURES = (
    CELLS
    + """INSERT INTO programs_approvedfigure (revision_id, indicator_id, unit_id, period_id, value, approved_by_id, approved_at)
SELECT %(revision)s + n, indicator_id, unit_id, period_id, value, %(approver)s, at + interval '1 day' FROM cell ORDER BY period_id, indicator_id, unit_id"""
)
TABLES = ("programs_progressreport", "programs_progressrevision")
LARGE = (*TABLES, "programs_approvedfigure")
UNIQUE = """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'u' AND conrelid = ANY(%s::text[]::regclass[])"""
INDEXES = """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY(%s::text[]::regclass[]) AND NOT i.indisprimary"""
FORGET = (
    "DELETE FROM programs_summarydirty WHERE period_id = %(period)s",
    "DELETE FROM programs_summary WHERE period_id = %(period)s",
    "DELETE FROM programs_approvedfigure WHERE period_id = %(period)s",
    """DELETE FROM programs_progressdecision WHERE revision_id IN (SELECT v.id FROM programs_progressrevision v
       JOIN programs_progressreport r ON r.id = v.report_id WHERE r.period_id = %(period)s)""",
    """DELETE FROM programs_progressrevision WHERE report_id IN (SELECT id FROM programs_progressreport WHERE period_id = %(period)s)""",
    """DELETE FROM programs_progressdraft WHERE report_id IN (SELECT id FROM programs_progressreport WHERE period_id = %(period)s)""",
    "DELETE FROM programs_progressreport WHERE period_id = %(period)s",
)


@contextmanager
def without_triggers():
    """One transaction without triggers: no foreign-key check for each of millions of rows, and history may be cleared.

    Only for data that this package made; needs a superuser, which the embedded server's account is.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


@contextmanager
def without_indexes():
    """The three large tables keep their primary keys only while the block runs: filling them is several times faster.

    Every other index and unique constraint is made again afterwards, from the definition PostgreSQL gave.
    """
    with connection.cursor() as cursor:
        cursor.execute(UNIQUE, [list(LARGE)])
        constraints = cursor.fetchall()
        for table, name, _definition in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute(INDEXES, [list(LARGE)])
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for _name, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def make_duties(programme: Programme) -> None:
    """Every village owes every indicator."""
    with connection.cursor() as cursor:
        cursor.execute(DUTIES, _keys(programme))


def make_history(programme: Programme, period: Period, *, author: int, approver: int) -> None:
    """One approved report with one revision for every duty of ``period``."""
    _insert(
        programme, period, state="approved", author=author, approver=approver, statements=(REPORTS, REVISIONS, FIGURES)
    )


def make_rush(programme: Programme, period: Period, *, author: int, state: str = "reviewed") -> None:
    """Clear ``period`` and fill it with reports that wait: reviewed ones for an approver."""
    forget(period)
    _insert(programme, period, state=state, author=author, approver=None, statements=(REPORTS, REVISIONS))


def make_summaries(programme: Programme) -> None:
    """The product's own refresh, one period at a time, with memory for its sums and without the checks of foreign keys."""
    indicators = list(programme.indicators.values_list("pk", flat=True))
    for period in programme.periods.order_by("starts_on"):
        with without_triggers() as cursor:
            cursor.execute("SET LOCAL work_mem = '256MB'")
            mark_dirty((indicator, period.pk) for indicator in indicators)
            refresh_pending(limit=len(indicators))


def forget(period: Period) -> None:
    """Remove everything reported in ``period``."""
    with without_triggers() as cursor:
        for statement in FORGET:
            cursor.execute(statement, {"period": period.pk})


def _insert(programme: Programme, period: Period, *, state: str, author: int, approver: int | None, statements) -> None:
    with without_triggers() as cursor:
        keys = _keys(programme) | {"period": period.pk, "state": state, "author": author, "approver": approver}
        for name, table in zip(("report", "revision"), TABLES, strict=True):
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            keys[name] = cursor.fetchone()[0]
        for statement in statements:
            cursor.execute(statement, keys)
        for table in TABLES:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), greatest(max(id), 1)) FROM {table}", [table]
            )


def _keys(programme: Programme) -> dict:
    return {"programme": programme.pk, "below": programme.jurisdiction.path + "%"}
