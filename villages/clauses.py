"""Which clause of the plan a rule stands on; the paths are data of the pack, because code holds no Chinese."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from django.conf import settings

PROGRAMME = "pingdingshan-villages-2023"


@cache
def _paths() -> dict[str, str]:
    place = Path(settings.BASE_DIR) / "programs" / "packs" / PROGRAMME / "places.csv"
    with place.open(encoding="utf-8", newline="") as handle:
        return {row["key"]: row["path"] for row in csv.DictReader(handle)}


def clause(key: str) -> str:
    """The path of the clause behind a rule; KeyError for a key the pack does not name."""
    return _paths()[key]
