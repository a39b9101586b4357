"""The database of the benchmarks: beside the named one, on the same server, so that no real data are touched."""

from __future__ import annotations

import os
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

NAME = os.environ.get("LUOSHI_BENCH_DB") or "luoshi_bench"
BROKER = 15  # the number of the broker's database: tasks of a running Luoshi stay where they are


def choose() -> str:
    """Point ``DATABASE_URL`` and ``REDIS_URL`` of this process and its children at the benchmarks' own databases.

    Call it before Django reads its settings. Returns the URL of the database, which is made by ``create``.
    """
    from config.embedded import address
    from config.settings.environment import state_folder

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    state = state_folder()
    server = os.environ.get("DATABASE_URL") or address.database_url(state)
    broker = os.environ.get("REDIS_URL") or address.redis_url(state)
    os.environ["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{NAME}"))
    os.environ["REDIS_URL"] = urlunsplit(urlsplit(broker)._replace(path=f"/{BROKER}"))
    return os.environ["DATABASE_URL"]


def create(url: str, *, anew: bool) -> None:
    """Make the database unless it is there; ``anew``: throw away the one that is. Then migrate it."""
    from django.core.management import call_command

    if anew:
        drop(url)
    with psycopg.connect(_maintenance(url), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    call_command("migrate", verbosity=0)


def drop(url: str) -> None:
    """Throw the database away."""
    from django.db import connections

    connections.close_all()
    with psycopg.connect(_maintenance(url), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME)))


def _maintenance(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path="/postgres"))
