"""A map of units coloured by a share: outlines in, SVG paths out. The same numbers stand in a table beside it.

Outlines are loaded with the units (``UnitOutline``). The projection is equirectangular at the middle latitude, good
enough for one city; no tiles, no coordinates leave the server.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shapely.geometry import shape

WIDTH, HEIGHT, MARGIN = 530.0, 500.0, 12.0
ROOM = 112.0  # at the right edge, for the names of units too small to hold theirs
SMALL_W, SMALL_H = 58.0, 40.0


@dataclass(frozen=True)
class Region:
    """One unit to draw. ``share`` None: not known; ``note`` is written under the name."""

    key: int
    name: str
    note: str
    share: Decimal | None
    geometry: dict[str, Any]


@dataclass
class Shape:
    """``level`` 0 to 4 is the shade; ``lead`` a line from the unit to its name at the edge, empty when it fits inside."""

    key: int
    name: str
    note: str
    path: str
    level: int
    x: float
    y: float
    lead: str = ""

    @property
    def inverse(self) -> bool:
        return self.level >= 3 and not self.lead


@dataclass(frozen=True)
class Map:
    width: float
    height: float
    shapes: list[Shape]


def level_of(share: Decimal | None) -> int:
    """0: nothing or not known; 1: under a third; 2: under two thirds; 3: under all; 4: all."""
    if share is None or share <= 0:
        return 0
    if share >= 1:
        return 4
    return 1 if share * 3 < 1 else 2 if share * 3 < 2 else 3


def draw(regions: Sequence[Region]) -> Map | None:
    """The map, None without any outline."""
    bodies = [(region, shape(region.geometry)) for region in regions]
    if not bodies:
        return None
    bounds = [body.bounds for _region, body in bodies]
    west, south = min(b[0] for b in bounds), min(b[1] for b in bounds)
    east, north = max(b[2] for b in bounds), max(b[3] for b in bounds)
    squeeze = math.cos(math.radians((south + north) / 2))
    across, down = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min((WIDTH - ROOM - 2 * MARGIN) / across, (HEIGHT - 2 * MARGIN) / down)
    height = round(down * scale + 2 * MARGIN, 1)

    def at(lon: float, lat: float) -> tuple[float, float]:
        return round(MARGIN + (lon - west) * squeeze * scale, 1), round(MARGIN + (north - lat) * scale, 1)

    shapes = []
    small: list[Shape] = []
    for region, body in bodies:
        polygons = list(body.geoms) if body.geom_type == "MultiPolygon" else [body]
        largest = max(polygons, key=lambda one: one.area)
        point = largest.representative_point()
        x, y = at(point.x, point.y)
        one = Shape(
            region.key,
            region.name,
            region.note,
            "".join(_ring(polygon, at) for polygon in polygons),
            level_of(region.share),
            x,
            y,
        )
        shapes.append(one)
        box = largest.bounds
        room = max(SMALL_W, 14.0 * len(region.name))
        if (box[2] - box[0]) * squeeze * scale < room or (box[3] - box[1]) * scale < SMALL_H:
            small.append(one)
    _name_at_edge(small, height)
    return Map(WIDTH, height, shapes)


def _ring(polygon: Any, at: Any) -> str:
    rings = [polygon.exterior, *polygon.interiors]
    return "".join(
        "M" + "L".join("{:g} {:g}".format(*at(lon, lat)) for lon, lat, *_z in ring.coords[:-1]) + "Z" for ring in rings
    )


def _name_at_edge(small: Sequence[Shape], height: float, *, apart: float = 36.0) -> None:
    """Write the names of small units one under another at the right edge, each with a line to its unit."""
    ordered = sorted(small, key=lambda one: one.y)
    y = max(MARGIN + 14, min((one.y for one in ordered), default=0.0) - apart * len(ordered) / 3)
    y = min(y, max(MARGIN + 14, height - apart * len(ordered)))
    for one in ordered:
        edge = WIDTH - ROOM + 30
        one.lead = f"M{one.x:g} {one.y:g}L{edge - 4:g} {y:g}"
        one.x, one.y = edge, round(y, 1)
        y += apart
