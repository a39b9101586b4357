"""Random draws: their preparation, and what is open to anybody."""

from __future__ import annotations

from typing import Any

from programs.models import Role
from programs.services import draws
from programs.services.draws.preparing import Candidate, Inspector
from tests.access.table import BUSINESS, CITY, EVERYWHERE, PLAN, PUBLIC, Row

DRAWING = (Role.APPROVER, Role.INSPECTOR)


def add(world: Any) -> None:
    """A draw in preparation of the city, and one of the city that was committed to."""
    office = world.people[Role.INSPECTOR, "parent"]
    common = {"actor": office, "programme": world.programme, "unit": world.parent, "planned_on": world.period.starts_on}
    world.draw_prepared = draws.prepare(title="甲", **common)
    world.draw = draws.prepare(title="乙", **common)
    draws.save_lists(
        actor=office, draw_id=world.draw.pk, quota={"x": 1}, inspectors_each=1,
        candidates=[Candidate("A-1", "甲院", "x", world.own)], inspectors=[Inspector("c1", "某甲", world.parent)],
    )  # fmt: skip
    draws.commit(actor=office, draw_id=world.draw.pk)
    world.candidate = world.draw.candidates.get()


def _prepared(w: Any) -> dict:
    return {"pk": w.draw_prepared.pk}


ROWS = [
    Row("draws", BUSINESS),
    Row("draw-create", DRAWING),
    Row("draw-create", DRAWING, method="post", ok=422),
    Row("draw", BUSINESS, CITY, kwargs=_prepared),
    Row("draw-lists", DRAWING, CITY, kwargs=_prepared),
    Row("draw-lists", DRAWING, CITY, method="post", kwargs=_prepared, ok=422),
    Row("draw-step", DRAWING, CITY, method="post", kwargs=lambda w: {"verb": "commit", "pk": w.draw_prepared.pk}, ok=302),
    # a committed draw concerns the counties too, but only the office that draws takes its steps
    Row("draw-inspect", DRAWING, PLAN, method="post", kwargs=lambda w: {"candidate": w.candidate.pk, "pk": w.draw.pk}, ok=(302, 403)),
    Row("draws-public", PUBLIC, EVERYWHERE),
    Row("draw-public", PUBLIC, EVERYWHERE, kwargs=lambda w: {"code": w.draw.code}),
    Row("api-draws", PUBLIC, EVERYWHERE),
    Row("api-draw", PUBLIC, EVERYWHERE, kwargs=lambda w: {"pk": w.draw.pk}),
]  # fmt: skip
