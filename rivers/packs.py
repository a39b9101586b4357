"""The rivers' own files of a data pack: register.csv, dimensions.csv, standards.csv. Loading again changes nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from policies.models import DocumentIssue
from programs.models import Organization, Project
from programs.modules import PackPart
from programs.services.packs.problems import PackRefused, Problem
from programs.services.packs.reading import Row, read_csv
from programs.services.packs.schema import (
    Code12,
    Flag,
    Many,
    PackRow,
    Text8,
    Text30,
    Text80,
    Text120,
    Text160,
    Text200,
    Text300,
    Text400,
    Year,
)
from programs.services.packs.writing import prefetched
from rivers.models import Dimension, Standard, WaterBody

Level = Literal["province", "city", "county"]
Grade = Annotated[int, Field(ge=1, le=6)]
Score = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]
Kilometres = Annotated[Decimal, Field(gt=0, max_digits=6, decimal_places=2)]


class RegisterRow(PackRow):
    """One line of the plan's list. ``seq`` is the key: names repeat, and the list's headings repeat on a new page (DI12)."""

    seq: Annotated[int, Field(ge=1, le=999)]
    name_zh: Text120
    name_en: Text200 = ""
    segment_zh: Text80
    segment_en: Text160 = ""
    kind: Literal["river", "reservoir"]
    length_km: Kilometres | None = None
    length_is_approximate: Flag = False
    reservoir_class: Literal["", "large", "medium", "small_1", "small_2"] = ""
    responsible: Text120
    parties: Many = ()
    unit: Code12
    plan_year: Year
    level: Level
    clause: Text80
    issues: Many = ()
    note_zh: Text300 = ""
    note_en: Text400 = ""


class DimensionRow(PackRow):
    code: Text8
    name_zh: Text30
    name_en: Text80 = ""
    content_zh: Text200
    content_en: Text300 = ""
    threshold_zh: Text120 = ""
    threshold_en: Text200 = ""
    worst_grade: Grade | None = None
    clause: Text80


class StandardRow(PackRow):
    """Numbers of one level; an empty cell: the document states none."""

    level: Level
    filing_score: Score | None = None
    naming_score: Score | None = None
    worst_grade: Grade | None = None
    quality_months: Annotated[int, Field(ge=1, le=36)] = 12
    filing_clause: Text80 = ""
    naming_clause: Text80 = ""
    quality_clause: Text80 = ""


def load_rivers(part: PackPart) -> None:
    """Read and write the three files. Raises PackRefused with every refused row; then nothing is written."""
    problems: list[Problem] = []
    if not (part.folder / "register.csv").exists():
        return
    waters = read_csv(part.folder / "register.csv", RegisterRow, problems)
    dimensions = read_csv(part.folder / "dimensions.csv", DimensionRow, problems)
    standards = read_csv(part.folder / "standards.csv", StandardRow, problems)
    organizations = {
        one.code: one for one in Organization.objects.filter(code__in={c for r in waters for c in r.data.parties})
    }
    issues = {one.code: one for one in DocumentIssue.objects.filter(document=part.programme.document)}
    _check(part, waters, dimensions, standards, organizations, issues, problems)
    if problems:
        raise PackRefused(problems)
    _write_numbers(part, dimensions, standards)
    _write_register(part, waters, organizations, issues)


def _check(part: PackPart, waters, dimensions, standards, organizations, issues, problems: list[Problem]) -> None:
    """References are answered and keys stand once."""
    for rows, key in ((waters, "seq"), (dimensions, "code"), (standards, "level")):
        seen: set[Any] = set()
        for row in rows:
            natural = getattr(row.data, key)
            if natural in seen:
                problems.append(row.refuse(f"{key} {natural} stands more than once"))
            seen.add(natural)
    for row in waters:
        _refuse_unknown(row, row.data.parties, organizations, "organization", problems)
        _refuse_unknown(row, row.data.issues, issues, "document issue", problems)
        _refuse_unknown(row, [row.data.clause], part.clauses, "clause", problems)
        if not part.tree.find(row.data.unit):
            problems.append(row.refuse(f"unit {row.data.unit} is not loaded"))
        if (row.data.kind == "reservoir") != bool(row.data.reservoir_class):
            problems.append(row.refuse("a reservoir has a class, a river has none"))
        if row.data.kind == "river" and row.data.length_km is None:
            problems.append(row.refuse("a reach has a length"))
    for row in dimensions:
        _refuse_unknown(row, [row.data.clause], part.clauses, "clause", problems)
    for row in standards:
        wanted = [row.data.filing_clause, row.data.naming_clause, row.data.quality_clause]
        _refuse_unknown(row, filter(None, wanted), part.clauses, "clause", problems)


def _refuse_unknown(row: Row, wanted, known, what: str, problems: list[Problem]) -> None:
    problems.extend(row.refuse(f"{what} {code} is not known") for code in wanted if code not in known)


def _write_numbers(part: PackPart, dimensions: list[Row[DimensionRow]], standards: list[Row[StandardRow]]) -> None:
    def clause(path: str) -> int | None:
        return part.clauses[path].pk if path else None

    part.writer.upsert(
        Dimension,
        {
            row.data.code: row.data.model_dump(exclude={"clause"})
            | {"programme_id": part.programme.pk, "clause_id": clause(row.data.clause)}
            for row in dimensions
        },
        key=lambda one: one.code,
        existing=Dimension.objects.filter(programme=part.programme),
    )
    clauses = ("filing_clause", "naming_clause", "quality_clause")
    wanted: dict[str, dict[str, Any]] = {
        row.data.level: row.data.model_dump(exclude=set(clauses))
        | {"programme_id": part.programme.pk}
        | {f"{name}_id": clause(getattr(row.data, name)) for name in clauses}
        for row in standards
    }
    existing = Standard.objects.filter(programme=part.programme)
    part.writer.upsert(Standard, wanted, key=lambda one: one.level, existing=existing)


def project_code(programme_code: str, seq: int) -> str:
    """``pingdingshan-rivers-2023-07``: the key of a water in addresses and in the API."""
    return f"{programme_code}-{seq:02d}"


def _write_register(part: PackPart, waters: list[Row[RegisterRow]], organizations, issues) -> None:
    """One project and one water for each line. The first party of the list is the body that applies."""
    projects: dict[str, dict[str, Any]] = {}
    for row in waters:
        data = row.data
        projects[project_code(part.programme.code, data.seq)] = {
            "programme_id": part.programme.pk,
            "kind": data.kind,
            "code": project_code(part.programme.code, data.seq),
            "name_zh": data.name_zh,
            "name_en": data.name_en,
            "unit_id": part.tree.find(data.unit)[0].pk,
            "applicant_id": organizations[data.parties[0]].pk if data.parties else None,
            "decider_level": data.level,
            "plan_year": data.plan_year,
        }
    written = part.writer.upsert(
        Project, projects, key=lambda one: one.code, existing=Project.objects.filter(code__in=projects)
    )
    own = {
        "seq",
        "segment_zh",
        "segment_en",
        "length_km",
        "length_is_approximate",
        "reservoir_class",
        "note_zh",
        "note_en",
    }
    details = {
        row.data.seq: row.data.model_dump(include=own)
        | {
            "programme_id": part.programme.pk,
            "project_id": written[project_code(part.programme.code, row.data.seq)].pk,
            "responsible_text": row.data.responsible,
            "clause_id": part.clauses[row.data.clause].pk,
        }
        for row in waters
    }
    bodies = part.writer.upsert(
        WaterBody, details, key=lambda one: one.seq, existing=WaterBody.objects.filter(programme=part.programme)
    )
    held, known = prefetched(bodies, "parties"), prefetched(bodies, "issues")
    for row in waters:
        body = bodies[row.data.seq]
        part.writer.link(body, body.parties, {organizations[code].pk for code in row.data.parties}, held[body.pk])
        part.writer.link(body, body.issues, {issues[code].pk for code in row.data.issues}, known[body.pk])
