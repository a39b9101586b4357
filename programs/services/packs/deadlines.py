"""Dates of a pack: ``deadlines.csv`` and ``exemptions.csv``, both optional. See docs/packs.md."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from django.utils import timezone
from pydantic import BeforeValidator, Field

from policies.models import Clause
from programs.errors import RuleViolation
from programs.models import CohortExemption, Programme, StageDeadline
from programs.services.deadline_rows import Dates, knows, refuse_wrong_dates
from programs.services.packs.files import Tree
from programs.services.packs.problems import PackRefused, Problem
from programs.services.packs.reading import Row, read_csv
from programs.services.packs.schema import Code12, Flag, PackRow, Text20, Text300, Year
from programs.services.packs.writing import Writer

MONTH_DAY = re.compile(r"(\d\d)-(\d\d)")


def _month_day(value: object) -> object:
    if isinstance(value, str):
        match = MONTH_DAY.fullmatch(value)
        if match is None:
            raise ValueError("a day of the year is written 10-31")
        return int(match[1]), int(match[2])
    return value


MonthDay = Annotated[tuple[int, int] | None, BeforeValidator(_month_day)]
Offset = Annotated[int, Field(ge=-1, le=5)]
Step = Annotated[str, Field(pattern=r"^[a-z0-9_-]+$", max_length=40)]


class DeadlineRow(PackRow):
    """Dates of one step. ``opens`` and ``closes``: month and day of the cycle's year plus the offset; or ``workdays``."""

    workflow: Step
    verb: Step
    unit: Code12 | None = None
    opens: MonthDay = None
    opens_year_offset: Offset = 0
    closes: MonthDay = None
    closes_year_offset: Offset = 0
    workdays: Annotated[int, Field(ge=1, le=250)] | None = None
    hard: Flag = True
    source_key: Text20 = ""
    clause: str = ""  # empty: the city set it
    reason: Text300 = ""

    @property
    def dates(self) -> Dates:
        opens, closes = self.opens or (None, None), self.closes or (None, None)
        return Dates(
            opens[0], opens[1], self.opens_year_offset, closes[0], closes[1], self.closes_year_offset, self.workdays,
            self.hard,
        )  # fmt: skip


class ExemptionRow(PackRow):
    """A year freed from the dates of a step (``verb`` empty: of all), with the reason."""

    year: Year
    workflow: Step
    verb: Annotated[str, Field(pattern=r"^[a-z0-9_-]*$", max_length=40)] = ""
    unit: Code12 | None = None
    clause: str = ""
    reason: Annotated[str, Field(min_length=1, max_length=300)]


def load_deadlines(
    *, folder: Path, programme: Programme, clauses: dict[str, Clause], tree: Tree, writer: Writer
) -> None:
    """Bring the dates in line with the pack; what a person set here stays. Raises PackRefused with every refused row."""
    problems: list[Problem] = []
    deadlines = _read(folder / "deadlines.csv", DeadlineRow, problems)
    exemptions = _read(folder / "exemptions.csv", ExemptionRow, problems)
    for row in [*deadlines, *exemptions]:
        _check(row, clauses, tree, problems)
    for row in deadlines:
        try:
            refuse_wrong_dates(row.data.dates)
        except RuleViolation as wrong:
            problems.append(row.refuse(wrong.message))
    for rows in (deadlines, exemptions):
        seen: set[tuple] = set()
        for row in rows:
            key = (getattr(row.data, "year", None), row.data.workflow, row.data.verb, row.data.unit)
            if key in seen:
                problems.append(row.refuse("this step stands more than once"))
            seen.add(key)
    if problems:
        raise PackRefused(problems)
    for row in deadlines:
        _write_deadline(row.data, programme, clauses, tree, writer)
    for row in exemptions:
        _write_exemption(row.data, programme, clauses, tree, writer)
    writer.flush()


def _read(path: Path, model: type, problems: list[Problem]) -> list[Row]:
    return read_csv(path, model, problems) if path.exists() else []


def _check(row: Row, clauses: dict[str, Clause], tree: Tree, problems: list[Problem]) -> None:
    data = row.data
    if not knows(data.workflow, data.verb):
        problems.append(row.refuse(f"there is no step {data.workflow}.{data.verb}"))
    if data.clause and data.clause not in clauses:
        problems.append(row.refuse(f"clause {data.clause} is not known"))
    if data.unit and data.unit not in tree.by_code:
        problems.append(row.refuse(f"unit {data.unit} is not loaded"))


def _write_deadline(
    data: DeadlineRow, programme: Programme, clauses: dict[str, Clause], tree: Tree, writer: Writer
) -> None:
    unit = tree.by_code[data.unit] if data.unit else None
    clause = clauses[data.clause] if data.clause else None
    wanted = asdict(data.dates) | {"source_key": data.source_key, "clause": clause, "reason": data.reason}
    where = {"programme": programme, "workflow": data.workflow, "verb": data.verb, "unit": unit}
    current = StageDeadline.objects.filter(replaced_at=None, **where).select_related("clause").first()
    before = None
    if current is not None:
        before = {name: getattr(current, name) for name, value in wanted.items() if getattr(current, name) != value}
        if not before:
            writer.counts.unchanged["stagedeadline"] += 1
            return
        if current.set_by_id is not None:
            writer.counts.kept.append(f"dates of {data.workflow}.{data.verb}")
            return
        current.replaced_at = timezone.now()
        current.save(update_fields=["replaced_at"])
    row = StageDeadline.objects.create(**where, **wanted)
    counts = writer.counts.created if current is None else writer.counts.updated
    counts["stagedeadline"] += 1
    if before is not None:
        writer.note("deadline.set", row, before=_plain(before), after=_plain({name: wanted[name] for name in before}))


def _write_exemption(
    data: ExemptionRow, programme: Programme, clauses: dict[str, Clause], tree: Tree, writer: Writer
) -> None:
    """An exemption that was revoked here stays revoked."""
    unit = tree.by_code[data.unit] if data.unit else None
    where = {
        "programme": programme, "year": data.year, "workflow": data.workflow, "verb": data.verb, "unit": unit
    }  # fmt: skip
    current = CohortExemption.objects.filter(**where).order_by("-id").first()
    if current is None:
        CohortExemption.objects.create(
            **where, reason=data.reason, clause=clauses[data.clause] if data.clause else None
        )
        writer.counts.created["cohortexemption"] += 1
    elif current.revoked_at is not None:
        writer.counts.kept.append(f"exemption of {data.year} {data.workflow}.{data.verb}")
    else:
        writer.counts.unchanged["cohortexemption"] += 1


def _plain(fields: dict) -> dict:
    return {name: getattr(value, "path", value) for name, value in fields.items()}
