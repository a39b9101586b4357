"""P4: the API's list of progress reports against psycopg and orjson behind the same server."""

from __future__ import annotations

from datetime import datetime

import orjson

from benchmarks import load, serving
from benchmarks.bench import Bench
from benchmarks.measure import Line, in_turn

CLIENTS = 8
LIMITS = {50: 0.20, 1000: 0.40}


def measure(bench: Bench) -> list[Line]:
    """One line for each number of rows."""
    key = bench.bearer("viewer")
    with serving.web(serving.RAW) as floor_port, serving.web(serving.PRODUCT) as port:
        return [_list(bench, rows, limit, (floor_port, port), key) for rows, limit in LIMITS.items()]


def _list(bench: Bench, rows: int, limit: float, ports: tuple[int, int], key: dict[str, str]) -> Line:
    floor_port, port = ports
    floor = load.get(f"/?programme={bench.programme.code}&limit={rows}", floor_port)
    product = load.get(f"/api/v1/progress-reports/?programme={bench.programme.code}&page_size={rows}", port, key)

    def rate(port: int, request: bytes) -> float:
        return load.run(port, request, clients=CLIENTS, seconds=bench.seconds).rate

    a, b = in_turn(lambda: rate(floor_port, floor), lambda: rate(port, product), rounds=bench.rounds)
    wanted, answered = _rows(floor_port, floor), _rows(port, product)
    what = f"list of progress reports, {len(wanted)} rows, {CLIENTS} clients"
    return Line(
        "P4",
        what,
        "requests/s",
        b,
        limit,
        a,
        at_most=False,
        exact=wanted == answered and len(wanted) == min(rows, bench.size.figures),
    )


def _rows(port: int, request: bytes) -> list[dict]:
    """The answered rows; moments as moments, however they are written."""
    rows = orjson.loads(load.fetch(port, request))["results"]
    return [row | {"submitted_at": datetime.fromisoformat(row["submitted_at"])} for row in rows]
