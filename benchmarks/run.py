"""Measure the bars: ``script/bench [--bars P1,P4] [--rounds 5] [--seconds 3] [--villages 3000 --months 60 --indicators 30]``

Prints one table and writes it with the raw numbers to benchmarks/results.md and results.json (``--out``: another folder).
Ends with 1 when something that had to be equal was not; being short of a bar is not an error of the run.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import build, database
from benchmarks.measure import ROUNDS

if TYPE_CHECKING:
    from benchmarks.plan import Size

BARS = ("P1", "P2", "P4", "P5", "P8", "P9")


def main() -> int:
    """Run the command line."""
    options = _options()
    size = build.prepare(options.villages, options.months, options.indicators, anew=options.anew)
    try:
        return _measure(options, size)
    finally:
        if options.drop:
            database.drop(os.environ["DATABASE_URL"])


def _measure(options: argparse.Namespace, size: Size) -> int:
    from django.conf import settings
    from django.utils import translation

    from benchmarks import machine, report
    from benchmarks.bench import Bench

    translation.activate(settings.LANGUAGE_CODE)
    about = machine.describe()
    bench, lines = Bench(size, options.rounds, options.seconds, options.accept_queries), []
    words = f"{size.villages} villages × {size.months} months × {size.indicators} indicators, {size.figures:,} figures"
    data = asdict(size) | {"rounds": options.rounds, "seconds": options.seconds, "words": words}
    for name in options.bars:
        start = time.monotonic()
        found = importlib.import_module(f"benchmarks.bars.{name.lower()}").measure(bench)
        lines += found
        for line in found:
            print(
                f"{report.verdict(line):9} {line.bar} {line.what}: {line.ratio:.2f} (wanted {line.limit:g})", flush=True
            )
        print(f"          {name} took {time.monotonic() - start:.0f} s; load {os.getloadavg()[0]:.1f}", flush=True)
        # after every bar, so that a run that is broken off keeps what it has
        report.save(options.out, lines, about, data, datetime.now(UTC).isoformat(timespec="seconds"))
    print("\n" + report.table(lines, about, words))
    return 0 if all(line.exact for line in lines) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    build.add_size(parser)
    parser.add_argument("--bars", type=_bars, default=BARS, help="comma-separated, of " + ", ".join(BARS))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=3.0, help="of load in one measurement")
    parser.add_argument("--anew", action="store_true", help="build the data set again first")
    parser.add_argument("--drop", action="store_true", help="throw the data set away afterwards")
    parser.add_argument("--accept-queries", action="store_true", help="make today's query counts the baseline of P5")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    return parser.parse_args()


def _bars(text: str) -> tuple[str, ...]:
    wanted = tuple(name.strip().upper() for name in text.split(","))
    unknown = [name for name in wanted if name not in BARS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no such bar: {', '.join(unknown)}")
    return wanted


if __name__ == "__main__":
    sys.exit(main())
