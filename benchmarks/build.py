"""Build the data set of the benchmarks in a database of its own: ``python -m benchmarks.build [--villages 3000] …``

Villages × months × indicators approved figures with their reports and revisions, the summaries by the product's own
refresh, and a second, small programme whose townships have ten and a thousand villages. Decisions and audit entries of the
past are not made: none of the bars reads them.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from benchmarks import database

if TYPE_CHECKING:
    from benchmarks.plan import Size

WIDTHS = "bench-widths"  # code of the programme for the query counts
NARROW, WIDE = 10, 1000  # villages in its two townships


def add_size(parser: argparse.ArgumentParser) -> None:
    """The options that choose the size."""
    parser.add_argument("--villages", type=int, default=3000)
    parser.add_argument("--months", type=int, default=60)
    parser.add_argument("--indicators", type=int, default=30)


def is_built(size: Size) -> bool:
    """Whether the database holds a finished data set of this size."""
    from programs.models import Programme

    return Programme.objects.filter(code=size.code, position=1).exists()


def build(size: Size, *, tell=print) -> None:
    """Fill an empty, migrated database."""
    from django.db import connection

    from benchmarks import plan, rows

    started = time.monotonic()

    def step(what: str) -> None:
        tell(f"{time.monotonic() - started:6.1f} s  {what}", flush=True)

    city = plan.make_tree(size.villages, prefix="9901")
    plan.make_outlines(city)
    programme = plan.make_programme(city, code=size.code, indicators=size.indicators, months=size.months)
    plan.make_people(city, programme)
    rows.make_duties(programme)
    step("units, programme, people, duties")
    with rows.without_indexes():
        _fill(programme, step)
    step("indexes")
    widths = plan.make_tree(0, prefix="9801", townships=[NARROW, WIDE])
    small = plan.make_programme(widths, code=WIDTHS, indicators=3, months=2)
    plan.make_people(widths, small)
    plan.make_long_lists(small, WIDE)
    rows.make_duties(small)
    _fill(small, step)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for one in (programme, small):
        rows.make_summaries(one)
    step("summaries")
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    programme.position = 1  # says that the data set is whole
    programme.save(update_fields=["position"])
    step(f"{size.figures} figures ready")


def _fill(programme, step) -> None:
    from benchmarks import plan, rows

    author, approver = plan.person(programme, "reporter").pk, plan.person(programme, "approver-1").pk
    periods = list(programme.periods.order_by("starts_on"))[:-1]
    for number, period in enumerate(periods, start=1):
        rows.make_history(programme, period, author=author, approver=approver)
        if number % 12 == 0 or number == len(periods):
            step(f"{programme.code}: {number} of {len(periods)} months")


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_size(parser)
    parser.add_argument("--anew", action="store_true", help="throw the database away first")
    options = parser.parse_args()
    prepare(options.villages, options.months, options.indicators, anew=options.anew)
    return 0


def prepare(villages: int, months: int, indicators: int, *, anew: bool = False) -> Size:
    """Set up Django on the benchmarks' database and build the data set unless it is there; returns its size."""
    import django

    url = database.choose()
    django.setup()
    from benchmarks.plan import Size

    size = Size(villages, months, indicators)
    database.create(url, anew=anew)
    if not is_built(size):
        database.create(url, anew=True)
        build(size)
    return size


if __name__ == "__main__":
    sys.exit(main())
