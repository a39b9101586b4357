"""Geometry of the charts: numbers in, coordinates out, nothing else.

Pure functions without Django or locale. The templates in ``templates/components/`` draw what these return as inline
SVG, so a page, a print and a PDF show the same drawing and no JavaScript is needed. Lengths are SVG user units
rounded to a tenth. ``None`` always means "not known" and is never drawn as zero.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

Number = Decimal | float | int


@dataclass(frozen=True)
class Bullet:
    """A bar 100 wide. ``fill`` and ``part`` are widths, ``tick`` is where time stands; ``over`` when above target."""

    fill: float
    part: float
    tick: float | None
    over: bool
    known: bool


def bullet(
    value: Number | None,
    target: Number | None,
    *,
    elapsed: Number | None = None,
    part: Number | None = None,
) -> Bullet:
    """Value against target, target being the full width.

    ``elapsed`` is the share of the period gone by (0 to 1); ``part`` is a lighter amount in the unit of ``value``, such
    as what passed the preliminary acceptance. Without a target above zero there is no scale, and ``known`` is false.
    """
    scale = float(target) if target is not None and target > 0 else None
    tick = None if elapsed is None else _tenth(_clamp(float(elapsed) * 100))
    if scale is None or value is None:
        return Bullet(0.0, 0.0, tick, over=False, known=False)
    fill = float(value) / scale * 100
    lighter = 0.0 if part is None else float(part) / scale * 100
    return Bullet(_tenth(_clamp(fill)), _tenth(_clamp(lighter)), tick, over=fill > 100, known=True)


@dataclass(frozen=True)
class Dot:
    """A mark on a sparkline; ``kind`` is ``now``, ``hi`` (needs a reason) or ``odd`` (wrong)."""

    x: float
    y: float
    kind: str


@dataclass(frozen=True)
class Sparkline:
    """A path with gaps where values are unknown, and its dots."""

    width: int
    height: int
    path: str
    dots: list[Dot]


def sparkline(
    values: Sequence[Number | None],
    *,
    width: int = 92,
    height: int = 24,
    odd: Collection[int] = (),
    hi: Collection[int] = (),
) -> Sparkline:
    """A word-sized line through ``values``, oldest first; ``odd`` and ``hi`` are indexes to mark.

    The last known value gets a dot. A series without change is drawn in the middle.
    """
    known = [float(v) for v in values if v is not None]
    if not known:
        return Sparkline(width, height, "", [])
    pad = 4.0
    low, high = min(known), max(known)
    step = (width - 2 * pad) / max(len(values) - 1, 1)

    def at(index: int, value: Number) -> tuple[float, float]:
        share = 0.5 if high == low else (float(value) - low) / (high - low)
        return _tenth(pad + index * step), _tenth(height - pad - share * (height - 2 * pad))

    points = [None if v is None else at(i, v) for i, v in enumerate(values)]
    last = max(i for i, p in enumerate(points) if p is not None)
    dots = []
    for index, point in enumerate(points):
        kind = "odd" if index in odd else "hi" if index in hi else "now" if index == last else ""
        if point is not None and kind:
            dots.append(Dot(*point, kind))
    return Sparkline(width, height, _path(points), dots)


@dataclass(frozen=True)
class Line:
    """One line of a chart. ``kind``: ``now`` (this year, accent), ``plan`` (dashed) or ``past`` (last year)."""

    kind: str
    label: str
    values: Sequence[Number | None]


@dataclass(frozen=True)
class Tick:
    """A position on an axis (``at``) and the number or word written there."""

    at: float
    label: str


@dataclass
class Label:
    """A direct label beside a line's last point."""

    x: float
    y: float
    text: str
    kind: str
    anchor: str = "start"


@dataclass(frozen=True)
class LineChart:
    """Everything ``components/line_chart.html`` draws."""

    width: int
    height: int
    left: float
    right: float
    y_ticks: list[Tick]
    x_ticks: list[Tick]
    paths: list[tuple[str, str]]
    labels: list[Label]
    dot: Dot | None
    base: float = field(default=0.0)


KINDS = ("past", "plan", "now")
X_LABEL_ROOM = 34  # what a label such as "10 Oct" needs


def line_chart(
    lines: Sequence[Line],
    x_labels: Sequence[str],
    *,
    width: int = 584,
    height: int = 240,
    label_room: int = 92,
) -> LineChart:
    """At most three lines over ``x_labels``, each labelled at its end; the value axis includes zero.

    Raises ``ValueError`` for more than three lines, an unknown kind or values that outrun the labels.
    """
    if len(lines) > 3:
        raise ValueError("A line chart shows at most three lines")
    for line in lines:
        if line.kind not in KINDS or len(line.values) > len(x_labels):
            raise ValueError(f"Line {line.label!r} has kind {line.kind!r} and {len(line.values)} values")
    ticks = nice_ticks([float(v) for line in lines for v in line.values if v is not None])
    decimals = max(0, -math.floor(math.log10(ticks[1] - ticks[0]))) if len(ticks) > 1 else 0
    left = 18.0 + 7 * max(len(f"{t:,.{decimals}f}") for t in ticks)
    right, top, bottom = float(width - label_room), 20.0, float(height - 34)
    step = (right - left) / max(len(x_labels) - 1, 1)

    def at(index: int, value: Number) -> tuple[float, float]:
        share = (float(value) - ticks[0]) / (ticks[-1] - ticks[0])
        return _tenth(left + index * step), _tenth(bottom - share * (bottom - top))

    paths, labels, dot = [], [], None
    for line in sorted(lines, key=lambda item: KINDS.index(item.kind)):
        points = [None if v is None else at(i, v) for i, v in enumerate(line.values)]
        paths.append((line.kind, _path(points)))
        ends = [p for p in points if p is not None]
        if not ends:
            continue
        if line.kind == "now":
            dot = Dot(*ends[-1], "now")
        labels.append(_end_label(line, ends[-1], right, (width, bottom)))
    _spread([label for label in labels if label.x > right], bottom)
    _spread_inside([label for label in labels if label.x <= right], top, bottom)
    every = max(1, math.ceil(len(x_labels) * X_LABEL_ROOM / (right - left)))
    return LineChart(
        width=width,
        height=height,
        left=left,
        right=right,
        y_ticks=[Tick(at(0, t)[1], f"{t:,.{decimals}f}") for t in ticks],
        x_ticks=[Tick(_tenth(left + i * step), text) for i, text in enumerate(x_labels) if i % every == 0],
        paths=paths,
        labels=labels,
        dot=dot,
        base=bottom,
    )


def nice_ticks(values: Sequence[float], *, wanted: int = 4) -> list[float]:
    """Round axis values from zero (or below) to just above the largest value, about ``wanted`` steps."""
    low, high = min([0.0, *values]), max([0.0, *values])
    if high == low:
        high = low + 1
    raw = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step - 1e-9)
    return [round(step * n, 10) for n in range(first, last + 1)]


@dataclass(frozen=True)
class Bar:
    """One horizontal bar on a scale 100 wide; ``width`` is None when the value is not known."""

    label: str
    value: Number | None
    width: float | None


def bars(rows: Sequence[tuple[str, Number | None]], *, maximum: Number | None = None) -> list[Bar]:
    """Bars for (label, value) on one scale: ``maximum``, or the largest value. Negative values have no width."""
    top = float(maximum) if maximum is not None else max([float(v) for _, v in rows if v is not None], default=0.0)
    return [
        Bar(label, value, None if value is None else _tenth(_clamp(float(value) / top * 100) if top > 0 else 0.0))
        for label, value in rows
    ]


@dataclass(frozen=True)
class Part:
    """One part of a score: where it begins, how wide it could be, how wide it is, and its shade (1 to 5)."""

    x: float
    room: float
    width: float
    shade: int


def parts(scores: Sequence[tuple[Number | None, Number]], *, gap: float = 0.6) -> list[Part]:
    """The parts of a score side by side, for (points or None, full points); None leaves its room empty."""
    total = float(sum(full for _, full in scores))
    if total <= 0:
        raise ValueError("The full points of a score must add up to more than zero")
    drawn, x = [], 0.0
    for shade, (points, full) in enumerate(scores, start=1):
        room = float(full) / total * 100
        share = 0.0 if points is None else _clamp(float(points) / float(full) * 100 if full else 0.0) / 100
        drawn.append(Part(_tenth(x), _tenth(room - gap), _tenth((room - gap) * share), min(shade, 5)))
        x += room
    return drawn


def _tenth(value: float) -> float:
    return round(value, 1)


def _clamp(value: float) -> float:
    return max(0.0, min(100.0, value))


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    """An SVG path that lifts the pen over unknown points."""
    path, pen_down = [], False
    for point in points:
        if point is not None:
            path.append(f"{'L' if pen_down else 'M'}{point[0]:g} {point[1]:g}")
        pen_down = point is not None
    return "".join(path)


def _end_label(line: Line, end: tuple[float, float], right: float, limits: tuple[float, float]) -> Label:
    """Beside the end of a full line; below and to the right of one that stops earlier, above it near the axis."""
    x, y = end
    width, bottom = limits
    if x > right - 1:
        return Label(_tenth(x + 8), _tenth(y + 4), line.label, line.kind)
    height = y + 24 if y + 24 <= bottom - 6 else y - 12
    room = sum(12 if ord(letter) > 0x2E80 else 7 for letter in line.label)
    if x + 8 + room <= width:
        return Label(_tenth(x + 8), _tenth(height), line.label, line.kind)
    return Label(_tenth(x), _tenth(height), line.label, line.kind, "end")


def _spread_inside(labels: list[Label], top: float, bottom: float, *, apart: float = 16.0) -> None:
    """Move labels of lines that stop early until none stands on another: downwards, above the first one near the axis."""
    placed: list[Label] = []
    for label in sorted(labels, key=lambda label: label.y):
        close = [one for one in placed if abs(one.x - label.x) < 100]
        while any(abs(one.y - label.y) < apart for one in close) and label.y + apart <= bottom - 6:
            label.y = _tenth(label.y + 1)
        while any(abs(one.y - label.y) < apart for one in close) and label.y > top:
            label.y = _tenth(label.y - 1)
        placed.append(label)


def _spread(labels: list[Label], bottom: float, *, apart: float = 16.0) -> None:
    """Push labels at the right edge apart, downwards first, then back up from the axis."""
    ordered = sorted(labels, key=lambda label: label.y)
    for above, label in itertools.pairwise(ordered):
        label.y = _tenth(max(label.y, above.y + apart))
    limit = bottom + 4
    for label in reversed(ordered):
        label.y = _tenth(min(label.y, limit))
        limit = label.y - apart
