"""Telling PostgreSQL's planner about tables that were just filled, before its own housekeeping gets there.

Without it a join over ten thousand new units is planned as if the table were empty, and takes minutes.
"""

from __future__ import annotations

from django.db import connection
from django.db.models import Model


def analyze(*models: type[Model]) -> None:
    """Gather statistics of these tables; works inside a transaction, and rolls back with it."""
    names = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")
