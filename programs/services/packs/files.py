"""A pack in memory: the common library and one programme's folder, read and checked against each other and the tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from programs.formulas import FormulaError, circle, parse
from programs.models import Unit
from programs.services.packs import schema
from programs.services.packs.problems import Problem
from programs.services.packs.reading import Row, read_csv, read_yaml

SELECTOR = "@townships-with-villages:"


def packs_folder() -> Path:
    return Path(settings.BASE_DIR) / "programs" / "packs"


def pack_codes(folder: Path | None = None) -> list[str]:
    """Codes of the packs in a folder: every subfolder with a programme.yaml."""
    return sorted(path.parent.name for path in (folder or packs_folder()).glob("*/programme.yaml"))


@dataclass
class Library:
    """What packs share: documents with clauses and known defects, and organizations."""

    documents: list[Row[schema.DocumentRow]] = field(default_factory=list)
    clauses: list[Row[schema.ClauseRow]] = field(default_factory=list)
    issues: list[Row[schema.IssueRow]] = field(default_factory=list)
    organizations: list[Row[schema.OrganizationRow]] = field(default_factory=list)


@dataclass
class Pack:
    """One programme's files."""

    programme: Row[schema.ProgrammeRow]
    indicators: list[Row[schema.IndicatorRow]]
    targets: list[Row[schema.TargetRow]]
    duties: list[Row[schema.DutyRow]]
    tasks: list[Row[schema.TaskRow]]
    series: list[Row[schema.SeriesRow]]


class Tree:
    """The current units, read in one query."""

    def __init__(self) -> None:
        self.by_code = {
            unit.code: unit for unit in Unit.objects.filter(valid_to=None).exclude(level=Unit.Level.VILLAGE)
        }
        self._with_villages = set(
            Unit.objects.filter(valid_to=None, kind=Unit.Kind.VILLAGE_COMMITTEE).values_list("parent_id", flat=True)
        )

    def find(self, wanted: str) -> list[Unit]:
        """The unit of a code, or the townships of a selector that have village committees; empty: there is none."""
        if not wanted.startswith(SELECTOR):
            return [self.by_code[wanted]] if wanted in self.by_code else []
        top = self.by_code.get(wanted.removeprefix(SELECTOR))
        if top is None:
            return []
        return [
            unit for unit in self.by_code.values()
            if unit.level == Unit.Level.TOWNSHIP and unit.pk in self._with_villages and unit.path.startswith(top.path)
        ]  # fmt: skip


def read_library(folder: Path, problems: list[Problem]) -> Library:
    place = folder / "library"
    return Library(
        documents=read_csv(place / "documents.csv", schema.DocumentRow, problems),
        clauses=read_csv(place / "clauses.csv", schema.ClauseRow, problems),
        issues=read_csv(place / "issues.csv", schema.IssueRow, problems),
        organizations=read_csv(place / "organizations.csv", schema.OrganizationRow, problems),
    )


def read_pack(folder: Path, code: str, problems: list[Problem]) -> Pack | None:
    """Read one pack; None when its programme.yaml was refused. Tasks and reference series are optional files."""
    place = folder / code
    programme = read_yaml(place / "programme.yaml", schema.ProgrammeRow, problems)

    def optional(name: str, model):
        return read_csv(place / name, model, problems) if (place / name).exists() else []

    indicators = read_csv(place / "indicators.csv", schema.IndicatorRow, problems)
    targets = read_csv(place / "targets.csv", schema.TargetRow, problems)
    duties = read_csv(place / "duties.csv", schema.DutyRow, problems)
    tasks, series = optional("tasks.csv", schema.TaskRow), optional("reference_series.csv", schema.SeriesRow)
    if programme is None:
        return None
    if programme.data.code != code:
        problems.append(programme.refuse(f"code {programme.data.code} stands in the folder {code}"))
    return Pack(programme, indicators, targets, duties, tasks, series)


def check_library(library: Library, tree: Tree, problems: list[Problem]) -> None:
    """References inside the library, and keys that stand twice."""
    documents = {row.data.code for row in library.documents}
    clauses = {(row.data.document, row.data.path) for row in library.clauses}
    organizations = {row.data.code for row in library.organizations}
    _once(library.documents, lambda d: d.code, problems)
    _once(library.clauses, lambda c: f"{c.document} {c.path}", problems)
    _once(library.issues, lambda i: i.code, problems)
    _once(library.organizations, lambda o: o.code, problems)
    owned: list[Row] = [*library.clauses, *library.issues]
    problems.extend(
        row.refuse(f"document {row.data.document} is not in documents.csv")
        for row in owned
        if row.data.document not in documents
    )
    for row in library.issues:
        problems.extend(
            row.refuse(f"clause {path} is not in clauses.csv")
            for path in row.data.clauses
            if (row.data.document, path) not in clauses
        )
    for body in library.organizations:
        if not tree.find(body.data.unit):
            problems.append(body.refuse(f"unit {body.data.unit} is not loaded; run load_units first"))
        if body.data.successor and body.data.successor not in organizations:
            problems.append(body.refuse(f"successor {body.data.successor} is not in organizations.csv"))


def check_pack(pack: Pack, library: Library, tree: Tree, problems: list[Problem]) -> None:
    """Every reference of a pack is answered by the pack, the library or the tree; every key stands once."""
    Checker(pack, library, tree, problems).run()


class Checker:
    """Cross-references of one pack; collects problems instead of stopping at the first."""

    def __init__(self, pack: Pack, library: Library, tree: Tree, problems: list[Problem]) -> None:
        self.pack, self.tree, self.problems = pack, tree, problems
        document = pack.programme.data.document
        self.clauses = {row.data.path for row in library.clauses if row.data.document == document}
        self.documents = {row.data.code for row in library.documents}
        self.organizations = {row.data.code for row in library.organizations}
        self.issues = {row.data.code for row in library.issues if row.data.document == document}
        self.indicators = {row.data.code: row.data for row in pack.indicators}
        self.series = {row.data.code for row in pack.series}

    def run(self) -> None:
        programme = self.pack.programme
        self._in(programme, programme.data.document, self.documents, "document")
        self._in(programme, programme.data.basis, self.clauses, "clause")
        self._in(programme, programme.data.lead, self.organizations, "organization")
        self._units(programme, [programme.data.jurisdiction])
        self._indicators()
        self._targets()
        self._duties()
        for row in self.pack.tasks:
            self._in(row, row.data.clause, self.clauses, "clause")
            for code in row.data.responsible:
                self._in(row, code, self.organizations, "organization")
        _once(self.pack.tasks, lambda t: f"task {t.number}", self.problems)
        for value in self.pack.series:
            self._units(value, [value.data.unit])
        _once(self.pack.series, lambda s: f"{s.code} {s.unit} {s.group} {s.year}", self.problems)

    def _indicators(self) -> None:
        _once(self.pack.indicators, lambda i: i.code, self.problems)
        for row in self.pack.indicators:
            self._in(row, row.data.clause, self.clauses, "clause")
            for code in filter(None, (row.data.numerator, row.data.denominator, row.data.maximum_indicator)):
                self._in(row, code, self.indicators, "indicator")
                if code in self.indicators and not self.indicators[code].reported:
                    self.problems.append(row.refuse(f"{code} is not a reported indicator"))
            if row.data.formula:
                self._formula(row)
        total = sum(row.data.weight for row in self.pack.indicators)
        if total not in (0, 100):
            self.problems.append(
                Problem(f"{self.pack.programme.data.code}/indicators.csv", 0, f"weights add up to {total}, not to 100")
            )

    def _formula(self, row: Row) -> None:
        try:
            codes = parse(row.data.formula).codes
        except FormulaError as error:
            self.problems.append(row.refuse(str(error)))
            return
        for code in codes:
            self._in(row, code, self.indicators, "indicator")
        formulas = {one.code: one.formula for one in self.indicators.values() if one.formula}
        with suppress(FormulaError):  # of another row, which is refused by itself
            if way := circle(row.data.code, codes, formulas):
                self.problems.append(row.refuse(f"the formula comes back to itself: {' → '.join(way)}"))

    def _targets(self) -> None:
        for row in self.pack.targets:
            self._in(row, row.data.indicator, self.indicators, "indicator")
            self._in(row, row.data.clause, self.clauses, "clause")
            self._units(row, [row.data.unit])
            for code in row.data.issues:
                self._in(row, code, self.issues, "document issue")
            if row.data.series_code:
                self._in(row, row.data.series_code, self.series, "reference series")
        _once(
            self.pack.targets,
            lambda t: f"target {t.indicator} {t.unit} {t.period_kind} {t.year or ''} {t.due_on or ''}",
            self.problems,
        )

    def _duties(self) -> None:
        for row in self.pack.duties:
            self._units(row, row.data.units)
            for code in row.data.indicators:
                self._in(row, code, self.indicators, "indicator")
                indicator = self.indicators.get(code)
                if indicator is not None and not indicator.reported:
                    self.problems.append(row.refuse(f"{code} is worked out; its inputs are reported, not the result"))

    def _in(self, row: Row, wanted: str, known: Iterable[str], what: str) -> None:
        if wanted not in known:
            self.problems.append(row.refuse(f"{what} {wanted} is not known"))

    def _units(self, row: Row, codes: Iterable[str]) -> None:
        self.problems.extend(row.refuse(f"unit {code} is not loaded") for code in codes if not self.tree.find(code))


def _once(rows: list[Row], key: Callable, problems: list[Problem]) -> None:
    seen = Counter(key(row.data) for row in rows)
    problems.extend(row.refuse(f"{key(row.data)} stands more than once") for row in rows if seen[key(row.data)] > 1)
