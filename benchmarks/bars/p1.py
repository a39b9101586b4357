"""P1: the dashboard against the summary SQL inside it and against a bare Django view of the same figures."""

from __future__ import annotations

import time

import psycopg
from django.conf import settings

from benchmarks import load, serving
from benchmarks.bench import Bench
from benchmarks.floors.sql import SUMMARY
from benchmarks.measure import Line, in_turn
from programs.queries.figures import read_sums

LIMIT = 1.5
REPEATS = 40  # reads per measurement: one takes about a millisecond


def measure(bench: Bench) -> list[Line]:
    """Three lines: the figures alone, the page as it opens, and the page with every indicator."""
    return [_figures(bench), *_pages(bench)]


def _asked(bench: Bench) -> dict[str, list[int]]:
    units = [bench.programme.jurisdiction.pk, *(unit.pk for unit in bench.counties)]
    return {"indicators": [i.pk for i in bench.indicators], "periods": [bench.newest.pk], "units": units}


def _figures(bench: Bench) -> Line:
    """The product's reader of summaries against the statement with psycopg alone."""
    asked = _asked(bench)
    raw = psycopg.connect(settings.DATABASE_URL, autocommit=True)

    def floor() -> float:
        start = time.perf_counter()
        for _n in range(REPEATS):
            raw.execute(SUMMARY, asked).fetchall()
        return (time.perf_counter() - start) / REPEATS * 1000

    def product() -> float:
        start = time.perf_counter()
        for _n in range(REPEATS):
            read_sums(asked["indicators"], asked["periods"], asked["units"])
        return (time.perf_counter() - start) / REPEATS * 1000

    a, b = in_turn(floor, product, rounds=bench.rounds)
    raw_rows = raw.execute(SUMMARY, asked).fetchall()
    raw.close()
    same = {row[:3]: tuple(row[3:]) for row in raw_rows}
    ours = {key: (figure.value, figure.reports, figure.expected) for key, figure in read_sums(*asked.values()).items()}
    return Line(
        "P1",
        f"figures of the dashboard, {len(same)} cells, against the summary SQL",
        "ms",
        b,
        LIMIT,
        a,
        exact=same == ours,
    )


def _pages(bench: Bench) -> list[Line]:
    path = f"/programmes/{bench.programme.code}/"
    cells = "&".join(f"{name}={','.join(map(str, keys))}" for name, keys in _asked(bench).items())
    viewer = bench.cookie("viewer")
    bare = {"DJANGO_SETTINGS_MODULE": "benchmarks.floors.bare_settings"}
    with serving.web(serving.BARE, environ=bare) as floor_port, serving.web(serving.PRODUCT) as port:
        floor = load.get(f"/?{cells}", floor_port, viewer)
        return [
            _page(bench, what, (floor_port, floor), (port, load.get(path + query, port, viewer)))
            for what, query in (
                ("programme page, whole request, against a bare Django view", ""),
                ("the same with every indicator", "?all=1"),
            )
        ]


def _page(bench: Bench, what: str, floor: tuple[int, bytes], product: tuple[int, bytes]) -> Line:
    def milliseconds(port: int, request: bytes) -> float:
        return load.run(port, request, clients=1, seconds=bench.seconds).at(0.5) * 1000

    a, b = in_turn(lambda: milliseconds(*floor), lambda: milliseconds(*product), rounds=bench.rounds)
    sizes = {"floor_bytes": len(load.fetch(*floor)), "product_bytes": len(load.fetch(*product))}
    return Line(
        "P1",
        what,
        "ms",
        b,
        LIMIT,
        a,
        note="{product_bytes:,} bytes against {floor_bytes:,}".format(**sizes),
        extra=sizes,
    )
