"""Declarations that wait for a person, as the inbox and the workbench list them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from programs.access import Access
from programs.models import Decision, Declaration
from programs.queries.declarations import dated, is_sent_back, light_of, stage_name, verb_name
from programs.services.deadlines import Window
from programs.workflow import Words, Workflow, workflow_of


@dataclass(frozen=True)
class InboxRow:
    """One waiting declaration. ``back``: the decision that sent it back to this stage, with its reason."""

    declaration: Declaration
    flow: Words
    stage: str
    steps: list[Words]
    window: Window | None
    light: str
    word: str
    back: Decision | None

    @property
    def by(self) -> date | None:
        """The last day of its next step; None where none binds."""
        return self.window.closes if self.window and not self.window.exemption else None


def inbox_rows(access: Access, declarations: Sequence[Declaration], today: date) -> list[InboxRow]:
    """Rows for declarations loaded by ``with_related``, what is due first on top; four queries at most."""
    newest = _newest_decisions(declarations)
    rows = [_row(access, one, window, newest.get(one.pk), today) for one, window in dated(declarations)]
    return sorted(rows, key=lambda row: (row.by or date.max, row.declaration.stage_since))


def _newest_decisions(declarations: Iterable[Declaration]) -> dict[int, Decision]:
    rows = Decision.objects.filter(declaration__in=[one.pk for one in declarations]).select_related("actor")
    return {row.declaration_id: row for row in rows.order_by("declaration_id", "-pk").distinct("declaration_id")}


def _row(access: Access, one: Declaration, window: Window | None, newest: Decision | None, today: date) -> InboxRow:
    flow = workflow_of(one.workflow)
    light, word = light_of(window, today)
    back = newest if is_sent_back(flow, newest) else None
    if back is not None:
        light, word = "back", verb_name(flow, back)
    return InboxRow(one, flow.name, stage_name(flow, one.stage), _steps(access, flow, one), window, light, word, back)


def _steps(access: Access, flow: Workflow, one: Declaration) -> list[Words]:
    """Names of the steps forward that the person may take."""
    unit, programme = one.project.unit, one.project.programme
    return [
        step.name
        for step in flow.steps_from(one.stage)
        if not step.is_reverse
        and access.acting(step.roles, levels=step.levels_for(unit.level), unit=unit, programme=programme)
    ]
