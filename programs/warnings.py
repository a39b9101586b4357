"""What stands against a place and must be seen wherever it appears: initiatives register who knows, the core asks.

A warning never blocks: it is shown, and a new project planned there wants a written reason (specification 2.5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from programs.models import Unit

Words = str | Promise


@dataclass(frozen=True)
class PlaceWarning:
    """One thing that stands against one unit. ``code`` is permanent; ``until`` None: open; ``url``: where it was decided.

    ``stops_projects``: planning a new rural project there wants a reason; the others are only shown.
    """

    code: str
    unit_id: int
    message: Words
    clause: str = ""
    next_step: Words = ""
    since: date | None = None
    until: date | None = None
    url: str = ""
    stops_projects: bool = False


Source = Callable[[list["Unit"]], Iterable[PlaceWarning]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Make a source known; it is asked once for all units of a page, with a fixed number of queries."""
    if source not in _sources:
        _sources.append(source)


def warnings_at(units: Iterable[Unit]) -> dict[int, list[PlaceWarning]]:
    """What stands against each of ``units``, by primary key; units without warnings are left out."""
    asked = list(units)
    found: dict[int, list[PlaceWarning]] = {}
    for source in _sources:
        for one in source(asked):
            found.setdefault(one.unit_id, []).append(one)
    return found


def warnings_on(unit: Unit) -> list[PlaceWarning]:
    """What stands against one unit."""
    return warnings_at([unit]).get(unit.pk, [])
