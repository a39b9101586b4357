"""The entry grid: units down, indicators across, with everything a cell has to say. A fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.access import Access
from programs.checks import CellContext, Finding, check_cell
from programs.models import Indicator, Period, ProgressDecision, ProgressReport, ReportState, Role, Target, Unit
from programs.numbers import NotANumber, read_number
from programs.queries.carry_over import starts_again
from programs.queries.contexts import contexts_for
from programs.queries.duties import duties_in
from programs.services.entry import EDITABLE, as_text


@dataclass(frozen=True)
class Problem:
    """One thing a cell has to say, shown in a row below it. ``kind``: err, warn, back or note."""

    kind: str
    text: str
    rule: str = ""
    clause: str = ""
    do: str = ""
    wants_reason: bool = False


@dataclass
class Cell:
    """One cell. ``owed`` False: not asked of this unit. ``returned`` holds the words of the newest return."""

    indicator: Indicator
    unit: Unit
    owed: bool
    report: ProgressReport | None = None
    previous: Decimal | None = None
    target: Target | None = None
    returned: ProgressDecision | None = None
    is_open: bool = True
    context: CellContext = field(default_factory=CellContext)

    @property
    def key(self) -> str:
        return f"{self.indicator.pk}-{self.unit.pk}"

    @cached_property
    def draft(self):
        return getattr(self.report, "draft", None) if self.report else None

    @property
    def begins_anew(self) -> bool:
        """Not filled with last period's figure: it counts this period only, or a new year has begun."""
        return starts_again(self.indicator, self.context.restarts)

    @property
    def state(self) -> str:
        return self.report.state if self.report else ReportState.DRAFT

    @property
    def editable(self) -> bool:
        return self.owed and self.is_open and self.state in EDITABLE

    @property
    def version(self) -> int:
        return self.draft.version if self.draft else 0

    @property
    def reason(self) -> str:
        return self.draft.reason if self.draft else ""

    @property
    def text(self) -> str:
        """What stands in the input: the draft as typed, else the newest revision."""
        if self.draft:
            return self.draft.text
        return "" if self.value is None else as_text(self.value)

    @property
    def value(self) -> Decimal | None:
        if self.draft:
            return self.draft.value
        return self.report.value if self.report and self.report.revision else None

    @property
    def is_blank(self) -> bool:
        return self.owed and self.draft is None and not (self.report and self.report.revision)

    @property
    def is_ready(self) -> bool:
        """Typed, readable and free of what would stop its submission."""
        return self.editable and self.draft is not None and self.draft.value is not None and not self.blocking

    @property
    def blocking(self) -> list[Problem]:
        return [p for p in self.problems if p.kind == "err" or (p.wants_reason and not self.reason.strip())]

    @cached_property
    def problems(self) -> list[Problem]:
        found = []
        if self.state == ReportState.RETURNED and self.draft is None and self.returned:
            found.append(_returned(self.indicator, self.returned))
        if not self.editable or self.draft is None:
            return found
        if self.draft.value is None:
            try:
                read_number(self.draft.text, self.indicator.unit_zh)
            except NotANumber as refusal:
                found.append(Problem("err", str(refusal.message), do=str(refusal.next_step)))
            return found
        return found + [
            _problem(finding)
            for finding in check_cell(self.indicator, self.draft.value, self.context)
            if finding.level != "note"
        ]

    @property
    def css(self) -> str:
        """Class of the table cell: what colour and border it has."""
        if not self.editable:
            return "is-sent"
        kinds = {p.kind for p in self.blocking}
        if "err" in kinds:
            return "is-err"
        if kinds:
            return "is-warn"
        if self.state == ReportState.RETURNED and self.draft is None:
            return "is-back"
        return "same" if self.value is not None and self.value == self.previous else ""


@dataclass
class Row:
    """One unit's cells, its light, and the problems below it. ``away`` says why a unit is shown but not entered here."""

    unit: Unit
    cells: list[Cell] = field(default_factory=list)
    away: str = ""

    @property
    def owed(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.owed]

    @property
    def said(self) -> list[tuple[Cell, Problem]]:
        return [(cell, problem) for cell in self.cells for problem in cell.problems]

    @property
    def signature(self) -> str:
        """Changes when the messages of the row change, so that the page redraws them only then."""
        return "|".join(f"{cell.key}:{problem.kind}:{problem.text}" for cell, problem in self.said)

    @property
    def is_complete(self) -> bool:
        """Everything editable is typed and ready."""
        editable = [cell for cell in self.owed if cell.editable]
        return bool(editable) and all(cell.is_ready for cell in editable)

    @property
    def span(self) -> int:
        """Columns of the table beside the unit's name."""
        return len(self.cells) + 1

    @property
    def can_withdraw(self) -> bool:
        return any(cell.is_open and cell.state == ReportState.SUBMITTED for cell in self.owed)

    @property
    def is_fine(self) -> bool:
        """Folded on a phone: complete, sent or approved, with nothing to say."""
        return not self.said and not any(cell.is_blank for cell in self.owed)

    @property
    def light(self) -> tuple[str, str]:
        cells = self.owed
        returned = sum(c.state == ReportState.RETURNED and c.draft is None for c in cells)
        errors = sum(any(p.kind == "err" for p in c.blocking) for c in cells)
        reasons = sum(bool(c.blocking) for c in cells) - errors
        blank = sum(c.is_blank for c in cells)
        if returned:
            return "back", ngettext("%(n)s cell returned", "%(n)s cells returned", returned) % {"n": returned}
        if errors:
            return "late", ngettext("%(n)s to correct", "%(n)s to correct", errors) % {"n": errors}
        if reasons:
            return "near", ngettext("%(n)s wants a reason", "%(n)s want a reason", reasons) % {"n": reasons}
        if blank == len(cells):
            return "todo", _("nothing entered")
        if blank:
            return "todo", ngettext("%(n)s cell missing", "%(n)s cells missing", blank) % {"n": blank}
        states = {c.state for c in cells}
        if states <= {ReportState.APPROVED}:
            return "done", _("approved")
        if states <= {ReportState.SUBMITTED, ReportState.REVIEWED, ReportState.APPROVED}:
            return "wait", _("waiting for review") if ReportState.SUBMITTED in states else _("waiting for approval")
        return "done", _("complete")


@dataclass
class Grid:
    """The grid of one programme, period and set of units."""

    period: Period
    columns: list[Indicator]
    rows: list[Row]
    previous_period: Period | None = None

    @property
    def units_shown(self) -> int:
        """Units entered here; those administered elsewhere are not counted."""
        return sum(not row.away for row in self.rows)

    @property
    def about_columns(self) -> dict[int, dict[str, str]]:
        """What the bar above the grid says of each indicator, by id."""
        return {
            i.pk: {
                "name": i.short,
                "about": f"{i.get_counting_display()}, {i.measure}",
                "clause": i.clause.path if i.clause else "",
                "decimals": str(i.decimals),
            }
            for i in self.columns
        }

    @property
    def span(self) -> int:
        """Columns of the table beside the unit's name."""
        return len(self.columns) + 1

    @property
    def cells(self) -> Iterable[Cell]:
        return (cell for row in self.rows for cell in row.owed)

    @cached_property
    def counts(self) -> dict[str, int]:
        """owed, filled, blank, errors, reasons, returned, ready (cells), complete (rows with something to send)."""
        cells = list(self.cells)
        errors = sum(any(p.kind == "err" for p in c.blocking) for c in cells)
        return {
            "owed": len(cells),
            "filled": sum(not c.is_blank for c in cells),
            "blank": sum(c.is_blank for c in cells),
            "errors": errors,
            "reasons": sum(bool(c.blocking) for c in cells) - errors,
            "returned": sum(c.state == ReportState.RETURNED and c.draft is None for c in cells),
            "ready": sum(c.is_ready for c in cells),
            "complete": sum(row.is_complete for row in self.rows),
            "editable": sum(c.editable for c in cells),
        }

    @cached_property
    def totals(self) -> list[dict]:
        """One per column: sums of previous, entered and target over the rows shown; None where nothing is known."""
        return [
            {
                "indicator": indicator,
                "previous": _sum(row.cells[i].previous for row in self.rows if row.cells),
                "now": _sum(row.cells[i].value for row in self.rows if row.cells),
                "target": _sum(
                    target.value if (target := row.cells[i].target) else None for row in self.rows if row.cells
                ),
            }
            for i, indicator in enumerate(self.columns)
        ]


def build_grid(
    *, access: Access, period: Period, within: Unit | None = None, units: Sequence[int] | None = None
) -> Grid:
    """The grid of everything the person reports in ``period``, below ``within`` or only for ``units`` (ids)."""
    mine = access.within({Role.REPORTER}, unit_path="unit__path", programme="indicator__programme_id")
    duties = duties_in(period).filter(mine)
    if within is not None:
        duties = duties.filter(unit__path__startswith=within.path)
    if units is not None:
        duties = duties.filter(unit_id__in=units)
    owed = set(duties.values_list("indicator_id", "unit_id"))
    wanted = Indicator.objects.filter(pk__in={i for i, _unit in owed}).select_related(
        "programme", "clause__document", "maximum_indicator"
    )
    columns = sorted(wanted, key=lambda i: (i.position, i.code))
    rows = {unit.pk: Row(unit) for unit in Unit.objects.filter(pk__in={u for _indicator, u in owed}).order_by("code")}
    reports = {
        (r.indicator_id, r.unit_id): r
        for r in ProgressReport.objects.filter(period=period, unit_id__in=rows, indicator__in=columns).select_related(
            "draft"
        )
    }
    drafts = {key: r.draft.value for key, r in reports.items() if hasattr(r, "draft") and r.draft.value is not None}
    contexts = contexts_for(period, columns, list(rows), drafts)
    returned = _returns(reports.values())
    is_open = not period.is_locked
    for unit_id, row in rows.items():
        for indicator in columns:
            key = (indicator.pk, unit_id)
            context, report = contexts.of(*key), reports.get(key)
            row.cells.append(
                Cell(
                    indicator,
                    row.unit,
                    key in owed,
                    report,
                    context.previous,
                    contexts.targets.applying(*key, period.ends_on),
                    returned.get(report.pk) if report else None,
                    is_open,
                    context,
                )
            )
    away = [] if units is not None else _away(list(rows.values()), within)
    ordered = sorted([*rows.values(), *away], key=lambda row: row.unit.code)
    return Grid(period, columns, ordered, contexts.previous_period)


def _away(rows: Sequence[Row], within: Unit | None) -> list[Row]:
    """Units that lie in the territory but are administered elsewhere: shown, explained, not entered here."""
    shown = {row.unit.pk for row in rows}
    counties = {row.unit.parent_id for row in rows} | ({within.pk} if within else set())
    units = (
        Unit.objects.filter(located_in_id__in=counties, valid_to=None)
        .exclude(pk__in=shown)
        .exclude(parent_id__in=counties)
        .select_related("parent")
    )
    return [
        Row(
            unit,
            away=_("Administered by %(unit)s, which reports its figures; not part of this total.")
            % {"unit": unit.parent.label},
        )
        for unit in units
        if unit.parent is not None  # only a province has none, and no province lies in a county
    ]


def _returns(reports: Iterable[ProgressReport]) -> dict[int, ProgressDecision]:
    """Newest return of each returned report."""
    wanted = [r.pk for r in reports if r.state == ReportState.RETURNED]
    rows = (
        ProgressDecision.objects.filter(revision__report_id__in=wanted, verb=ProgressDecision.Verb.RETURN)
        .select_related("actor", "revision")
        .order_by("pk")
    )
    return {row.revision.report_id: row for row in rows}


def _problem(finding: Finding) -> Problem:
    wants_reason = finding.level == "reason"
    return Problem(
        "warn" if wants_reason else "err",
        finding.message,
        finding.rule,
        finding.clause,
        finding.next_step,
        wants_reason,
    )


def _returned(indicator: Indicator, back: ProgressDecision) -> Problem:
    who = " ".join(filter(None, [back.office, back.actor.full_name]))
    text = _("%(indicator)s: %(comment)s") % {"indicator": indicator.short, "comment": back.comment}
    if back.redo_by:
        do = _("%(ask)s %(who)s; send it again by %(day)s.") % {"ask": back.ask, "who": who, "day": back.redo_by}
    else:
        do = _("%(ask)s %(who)s") % {"ask": back.ask, "who": who}
    return Problem("back", text, clause=indicator.clause.path if indicator.clause else "", do=do.strip())


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None
