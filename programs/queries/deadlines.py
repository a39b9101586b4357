"""Dates of steps and exemptions, in words, for the page that lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from programs.models import CohortExemption, StageDeadline
from programs.workflow import Workflow, workflow_of


@dataclass(frozen=True)
class Named:
    """A row with the names of its procedure and step; codes where the initiative is not installed."""

    row: Any
    flow: str | Promise
    step: str | Promise


def deadlines_in(rows: QuerySet[StageDeadline], *, old: bool) -> list[Named]:
    """Rows in force (or, ``old``, those replaced), by programme, procedure and step. One query."""
    found = rows.filter(replaced_at__isnull=not old).select_related("programme", "unit", "clause__document", "set_by")
    return [_named(row) for row in found.order_by("programme__position", "workflow", "verb", "unit__code", "id")]


def exemptions_in(rows: QuerySet[CohortExemption]) -> list[Named]:
    """Every exemption, revoked ones too. One query."""
    found = rows.select_related("programme", "unit", "clause__document", "decided_by")
    return [_named(row) for row in found.order_by("programme__position", "-year", "workflow", "id")]


def step_name(flow: Workflow, verb: str) -> str | Promise:
    """Name of the first step with this verb."""
    return next((step.name for step in flow.transitions if step.verb == verb), verb)


def _named(row: Any) -> Named:
    try:
        flow = workflow_of(row.workflow)
    except KeyError:
        return Named(row, row.workflow, row.verb)
    return Named(row, flow.name, step_name(flow, row.verb) if row.verb else "")
