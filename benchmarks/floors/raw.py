"""A list endpoint without a framework: psycopg and orjson behind the same server. No caller, no scope, no paging links."""

from __future__ import annotations

import os
from urllib.parse import parse_qs

import orjson
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from benchmarks.floors.sql import REPORTS

pool = ConnectionPool(
    os.environ["DATABASE_URL"],
    min_size=1,
    max_size=16,
    kwargs={"autocommit": True, "row_factory": dict_row, "options": "-c timezone=UTC"},
    open=True,
)


def application(environ, start_response):
    """``/?programme=…&limit=…`` answers ``{"results": […]}``; ``/healthz`` answers nothing."""
    body = b"" if environ["PATH_INFO"] == "/healthz" else _list(environ["QUERY_STRING"])
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _list(query: str) -> bytes:
    asked = parse_qs(query)
    with pool.connection() as connection:
        rows = connection.execute(
            REPORTS, {"programme": asked["programme"][0], "limit": int(asked["limit"][0])}
        ).fetchall()
    return orjson.dumps({"results": rows}, option=orjson.OPT_UTC_Z)
