"""Draws that a plan asks for every year: ``draw_plans.csv`` of a pack, optional. See docs/packs.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from policies.models import Clause
from programs.models import DrawPlan, Organization, Programme
from programs.services.packs.files import Tree
from programs.services.packs.problems import PackRefused, Problem
from programs.services.packs.reading import read_csv
from programs.services.packs.schema import Code12, Flag, Many, PackRow
from programs.services.packs.writing import Writer, prefetched


class DrawPlanRow(PackRow):
    """One draw a year, about a day that the city sets."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=30)]
    unit: Code12
    title_zh: Annotated[str, Field(max_length=100)]
    title_en: Annotated[str, Field(max_length=160)]
    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]
    cross_department: Flag
    departments: Many = ()
    clause: str


def load_draw_plans(
    *, folder: Path, programme: Programme, clauses: dict[str, Clause], tree: Tree, writer: Writer
) -> None:
    """Bring the plans of draws in line with the pack. Raises PackRefused with every refused row."""
    path = folder / "draw_plans.csv"
    if not path.exists():
        return
    problems: list[Problem] = []
    rows = read_csv(path, DrawPlanRow, problems)
    bodies = {one.code: one for one in Organization.objects.filter(valid_to=None)}
    seen: set[str] = set()
    for row in rows:
        data = row.data
        problems += [
            row.refuse(reason)
            for wrong, reason in (
                (data.code in seen, f"{data.code} stands more than once"),
                (data.unit not in tree.by_code, f"unit {data.unit} is not loaded"),
                (data.clause not in clauses, f"clause {data.clause} is not known"),
                (set(data.departments) - set(bodies), f"unknown: {', '.join(set(data.departments) - set(bodies))}"),
            )
            if wrong
        ]
        seen.add(data.code)
    if problems:
        raise PackRefused(problems)
    plans = writer.upsert(
        DrawPlan,
        {
            row.data.code: row.data.model_dump(exclude={"unit", "clause", "departments", "cross_department"})
            | {
                "programme_id": programme.pk,
                "unit_id": tree.by_code[row.data.unit].pk,
                "clause_id": clauses[row.data.clause].pk,
                "is_cross_department": row.data.cross_department,
            }
            for row in rows
        },
        key=lambda plan: plan.code,
        existing=DrawPlan.objects.filter(programme=programme, valid_to=None),
    )
    held = prefetched(plans, "departments")
    for row in rows:
        plan = plans[row.data.code]
        writer.link(plan, plan.departments, {bodies[code].pk for code in row.data.departments}, held[plan.pk])
