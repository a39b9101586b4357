"""A bulletin's snapshot in tables, in the active language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from programs import charts
from programs.documents.phrases import Json, figure, goal, number, said
from programs.models import Indicator
from programs.queries.dashboard import LIGHT_WORDS
from programs.templatetags.luoshi import DASH, percent

PER_TABLE = 3  # indicators side by side on a page 156 mm wide


@dataclass(frozen=True)
class Cell:
    """One indicator of one unit, written out."""

    value: str
    target: str
    share: str
    light: str
    light_word: str
    chart: charts.Bullet


@dataclass(frozen=True)
class Row:
    """One unit's cells."""

    name: str
    cells: tuple[Cell, ...]
    owed: str = ""


@dataclass(frozen=True)
class Table:
    """``heads``: (indicator, measure); ``total``: the jurisdiction's own row."""

    heads: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    total: Row


class Tables:
    """Reads a snapshot; every property is rows of text in the language active when it is read."""

    def __init__(self, snapshot: Json) -> None:
        self.data = snapshot
        self.indicators = {row["code"]: row for row in snapshot["indicators"]}
        self.names = {row["code"]: row for row in [snapshot["home"], *snapshot["units"], *snapshot["reporting"]]}
        self.headline = [row for row in snapshot["indicators"] if row["headline"]] or snapshot["indicators"][:PER_TABLE]

    # names and figures -------------------------------------------------------------------------------------------

    def unit(self, code: str) -> str:
        row = self.names[code]
        return row["name_en"] if (get_language() or "").startswith("en") else row["short_zh"]

    def cell(self, indicator: str, unit: str) -> Json:
        return self.data["cells"][indicator][unit]

    @property
    def tables(self) -> list[Table]:
        """The units right below × the headline indicators, three indicators to a table."""
        groups = [self.headline[i : i + PER_TABLE] for i in range(0, len(self.headline), PER_TABLE)]
        return [self._table(group, [row["code"] for row in self.data["units"]]) for group in groups]

    def _table(self, group: Sequence[Json], units: Sequence[str]) -> Table:
        heads = tuple((said(row, "short"), said(row, "unit")) for row in group)
        return Table(
            heads, tuple(self._row(code, group) for code in units), self._row(self.data["home"]["code"], group)
        )

    def _row(self, code: str, group: Sequence[Json]) -> Row:
        cells = [self.cell(row["code"], code) for row in self.data["indicators"] if row["reported"]]
        owed, done = (
            sum(cell["expected"] for cell in cells),
            sum(min(cell["reports"], cell["expected"]) for cell in cells),
        )
        return Row(
            self.unit(code), tuple(self._written(row, code) for row in group), f"{done}/{owed}" if owed else DASH
        )

    def _written(self, row: Json, code: str) -> Cell:
        cell = self.cell(row["code"], code)
        value, target = number(cell["value"]), number(cell["target"])
        share, time = number(cell["completion"]), number(cell["elapsed"])
        lower = row["direction"] == Indicator.Direction.LOWER
        return Cell(
            value=figure(cell["value"], row), target=goal(cell, row), share=percent(cell["completion"]), light=cell["light"],
            light_word=str(LIGHT_WORDS[cell["light_code"]]), chart=charts.bullet(share, 1, elapsed=time) if lower else charts.bullet(value, target, elapsed=time),
        )  # fmt: skip

    @property
    def all_indicators(self) -> list[dict[str, Any]]:
        """Every indicator at the jurisdiction's own level."""
        home = self.data["home"]["code"]
        return [
            {
                "name": said(row, "name"),
                "measure": said(row, "unit"),
                "clause": row["clause"],
                "cell": self._written(row, home),
                "time": percent(self.cell(row["code"], home)["elapsed"]),
            }
            for row in self.data["indicators"]
        ]

    @property
    def annex_heads(self) -> list[tuple[str, str]]:
        return [(said(row, "short"), said(row, "unit")) for row in self.headline[:PER_TABLE]]

    @property
    def annex_rows(self) -> list[tuple[str, Row]]:
        """(name of the unit above, row) of every unit that owes figures, where those are not the ones in the tables."""
        shown = {row["code"] for row in self.data["units"]}
        below = [row for row in self.data["reporting"] if row["code"] not in shown]
        return [(said(row, "parent"), self._row(row["code"], self.headline[:PER_TABLE])) for row in below]
