"""P5: as many queries for a thousand rows as for ten, for every list of the API and every page that grows.

The counts are compared with benchmarks/query_counts.json; ``--accept-queries`` writes them there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.bench import Bench
from benchmarks.build import NARROW, WIDE, WIDTHS
from benchmarks.measure import Line, Samples
from benchmarks.plan import person
from programs.models import Programme, Unit

BASELINE = Path(__file__).parent.parent / "query_counts.json"


class Unanswered(RuntimeError):
    """Raised when an address does not answer 200 with the rows asked for; the message says what it did."""


@dataclass(frozen=True)
class Counted:
    """Queries of one address with few and with many rows; ``wrong`` says why there are none."""

    name: str
    few: int
    many: int
    wrong: str = ""


# Lists of the API: query → as long as page_size says.
LISTS = {
    "api units": ("viewer", "/api/v1/units/?within=980100000000"),
    "api organizations": ("viewer", "/api/v1/organizations/"),
    "api documents": ("viewer", "/api/v1/documents/"),
    "api clauses": ("viewer", "/api/v1/clauses/"),
    "api targets": ("viewer", "/api/v1/targets/"),
    "api tasks": ("viewer", f"/api/v1/tasks/?programme={WIDTHS}"),
    "api progress-reports": ("viewer", f"/api/v1/progress-reports/?programme={WIDTHS}"),
    "api progress-reports/due": ("reporter", "/api/v1/progress-reports/due/"),
}
# Pages and answers about a township: {unit} has ten or a thousand villages.
PAGES = {
    "api rollups/children": ("viewer", "/api/v1/rollups/children/?indicator={indicator}&period={past}&unit={unit}"),
    "page programme": ("viewer", "/programmes/{programme}/?unit={unit}"),
    "page programme, an open month": ("viewer", "/programmes/{programme}/?unit={unit}&period={open}&owed=1"),
    "page unit": ("viewer", "/units/{unit}/"),
    "page trace": ("auditor", "/trace/{indicator}/{past}/{unit}/"),
    "page targets": ("viewer", "/programmes/{programme}/targets/?unit={unit}"),
    "page split of a target": ("approver-1", "/targets/{indicator}/{unit}/split/"),
    "page entry grid": ("reporter", "/entry/{programme}/{open}/?within={unit}"),
}


def measure(bench: Bench) -> list[Line]:
    """Two lines: addresses whose count grows with the rows, and addresses that need more queries than the baseline."""
    counted = count_all()
    if bench.accepts_queries:
        BASELINE.write_text(json.dumps({one.name: one.many for one in counted if not one.wrong}, indent=1) + "\n")
    known = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    wrong = "; ".join(one.wrong for one in counted if one.wrong)
    growing = [one for one in counted if one.few != one.many]
    more = [one for one in counted if one.many > known.get(one.name, 0)]
    return [
        Line(
            "P5", f"addresses whose queries grow from {NARROW} to {WIDE:,} rows, of {len(counted)}", "addresses", Samples((len(growing),)), 0,
            exact=not wrong, note=wrong or "; ".join(f"{one.name} {one.few} → {one.many}" for one in growing),
            extra={"queries": {one.name: one.many for one in counted}},
        ),
        Line(
            "P5", "addresses with more queries than the committed baseline", "addresses", Samples((len(more),)), 0,
            note="; ".join(f"{one.name} {known.get(one.name, 'unknown')} → {one.many}" for one in more),
        ),
    ]  # fmt: skip


def count_all() -> list[Counted]:
    """Every address of ``LISTS`` and ``PAGES``."""
    small = Programme.objects.get(code=WIDTHS)
    browsers = _Browsers(small)
    counted = []
    towns = Unit.objects.filter(path__startswith=small.jurisdiction.path, level="township").order_by("code")
    open_period, past = small.periods.order_by("-starts_on")[:2]
    about = {"programme": WIDTHS, "indicator": f"{WIDTHS}-01", "open": open_period.code, "past": past.code}
    asked = [
        (name, who, [(f"{path}{'&' if '?' in path else '?'}page_size={rows}", rows) for rows in (NARROW, WIDE)])
        for name, (who, path) in LISTS.items()
    ]
    asked += [
        (name, who, [(path.format(unit=town.code, **about), None) for town in towns])
        for name, (who, path) in PAGES.items()
    ]
    counted = []
    for name, who, paths in asked:
        try:
            few, many = (browsers.queries(who, path, rows=rows) for path, rows in paths)
            counted.append(Counted(name, few, many))
        except Unanswered as error:
            counted.append(Counted(name, 0, 0, str(error)))
    return counted


class _Browsers:
    """One signed-in browser for each person."""

    def __init__(self, small: Programme) -> None:
        self.small = small
        self.known: dict[str, Client] = {}

    def queries(self, who: str, path: str, *, rows: int | None = None) -> int:
        """Queries of a GET, the lesser of two: some write once in half a minute that the person was seen.

        ``Unanswered`` unless it answers 200, with so many ``rows``.
        """
        browser = self.known.get(who) or self._sign_in(who)
        counts = []
        for _try in range(2):
            with CaptureQueriesContext(connection) as captured:
                answer = browser.get(path)
            counts.append(len(captured))
        if answer.status_code != 200:
            raise Unanswered(f"{path} answers {answer.status_code} to {who}")
        if rows is not None and len(answer.json()["results"]) != rows:
            raise Unanswered(f"{path} answers {len(answer.json()['results'])} rows instead of {rows}")
        return min(counts)

    def _sign_in(self, who: str) -> Client:
        browser = self.known[who] = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
        browser.force_login(person(self.small, who), settings.AUTHENTICATION_BACKENDS[-1])
        return browser
