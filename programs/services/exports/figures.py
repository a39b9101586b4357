"""A programme's figures, units × indicators, as a table to keep: what a person may see, and as of when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import read_access
from programs.as_of import Moment
from programs.errors import RuleViolation
from programs.models import Indicator, Period, Programme, Unit
from programs.queries.dashboard import Board, indicators_of
from programs.queries.duties import duties_in
from programs.services.exports.writers import export_xlsx, rows_to_csv

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
IN_REQUEST = 20_000  # cells; more is a job
WIDTHS = (15, 22, 10, 34, 12, 14, 14, 12, 10, 10)


@dataclass(frozen=True)
class FiguresExport:
    """One request for figures, scope already applied: ``units`` are what ``actor`` may see."""

    programme: Programme
    period: Period
    indicators: list[Indicator]
    units: list[Unit]
    as_of: datetime | None

    @property
    def cells(self) -> int:
        return len(self.indicators) * len(self.units)

    @property
    def name(self) -> str:
        return f"{self.programme.code}-{self.period.code}"

    def header(self) -> list[str]:
        return [
            _("Unit code"), _("Unit"), _("Level"), _("Indicator"), _("Measure"), _("Figure"), _("Target"), _("Completion"), _("Reports"), _("Owed"),
        ]  # fmt: skip

    def rows(self) -> Iterator[list[Any]]:
        """One row per unit and indicator; completion as a ratio (1 is all); unknown figures are empty cells. Two queries."""
        board = Board(
            periods=[self.period],
            indicators=self.indicators,
            units=self.units,
            moment=Moment(self.as_of),
            parent=self.programme.jurisdiction,
            below=False,
        )
        levels = {value: str(label) for value, label in Unit.Level.choices}
        columns = [(indicator, indicator.name, indicator.measure) for indicator in self.indicators]
        for unit in self.units:
            code, label, level = unit.code, unit.label, levels[unit.level]
            for indicator, name, measure in columns:
                figure, target, _shared, share = board.numbers(indicator, unit)
                goal = target.value if target is not None else None
                yield [code, label, level, name, measure, figure.value, goal, share, figure.reports, figure.expected]

    def notes(self, actor: User) -> list[tuple[str, str]]:
        known = timezone.localtime(self.as_of or timezone.now())
        return [
            (_("Programme"), self.programme.name), (_("Period"), self.period.code), (_("Figures as of"), f"{known:%Y-%m-%d %H:%M:%S}"),
            (_("Exported by"), f"{actor.full_name}（{actor.username}）"), (_("Exported at"), f"{timezone.localtime():%Y-%m-%d %H:%M:%S}"),
            (_("How to read it"), _("An empty figure is not known, which is not 0. Completion is a ratio: 1 is all. Figures include the units below.")),
        ]  # fmt: skip


def figures_for(*, actor: User, programme: Programme, period: Period, as_of: datetime | None = None) -> FiguresExport:
    """What ``actor`` may take along: the jurisdiction, the units below it down to those that report, as far as in scope.

    Raises RuleViolation ``nothing_to_export`` when nothing is in scope.
    """
    home = programme.jurisdiction
    owing = Unit.objects.filter(pk__in=duties_in(period).values("unit_id")).values_list("path", flat=True)
    wanted = {int(part) for path in owing for part in path.strip("/").split("/")}
    access = read_access(actor)
    rows = Unit.objects.filter(pk__in=wanted, path__startswith=home.path).select_related("parent").order_by("code")
    units = [unit for unit in rows if access.sees(unit, programme)]
    if not units:
        raise RuleViolation(
            "nothing_to_export",
            _("No unit of this programme that owes figures lies in your scope."),
            next_step=_("Choose another programme or period."),
        )
    return FiguresExport(programme, period, indicators_of(programme, period.ends_on), units, as_of)


def write_figures(export: FiguresExport, *, path: Path, fmt: str, actor: User) -> int:
    """Write the file; returns the number of rows. ``fmt``: csv or xlsx. The caller logs it with ``log_figures``."""
    if fmt == "csv":
        with path.open("w", encoding="utf-8", newline="") as out:
            return rows_to_csv(
                export.header(), export.rows(), out, preface=[f"{name}: {text}" for name, text in export.notes(actor)]
            )
    return export_xlsx(
        path,
        header=export.header(),
        rows=export.rows(),
        title=export.period.code,
        notes=export.notes(actor),
        widths=WIDTHS,
    )


def log_figures(export: FiguresExport, *, fmt: str, rows: int, actor: User) -> None:
    """The audit entry of an export: who took what, as of when."""
    after = {
        "programme": export.programme.code,
        "period": export.period.code,
        "as_of": export.as_of,
        "format": fmt,
        "rows": rows,
    }
    record(
        f"export.{fmt}", actor=actor, obj=export.programme, unit_path=export.programme.jurisdiction.path, after=after
    )
