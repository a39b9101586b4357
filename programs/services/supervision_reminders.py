"""What the daily digest says about assigned tasks: one line for each unit or body and light, never one for each task."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import ngettext

from programs.models import Grant, Role, TaskAssignment
from programs.queries.assignments import TaskLights, has_light
from programs.queries.people import in_force
from programs.services.digests import LATE, NEAR, Reminder


@dataclass(frozen=True)
class Owner:
    """Who is reminded: the reporters of one body (``body``), or those of the unit, for its government or for its bodies."""

    unit_id: int
    programme_id: int
    body_id: int | None
    of_bodies: bool
    light: str


def reminders(today: date) -> list[Reminder]:
    """What is late or due within three working days, one reminder for each owner and light; for the daily digest.

    A body is reminded through those whose reporter's grant names it (or its successor); the tasks of bodies without such
    a person are one line to the reporters of their unit. Nobody else is told.
    """
    lights = TaskLights(today)
    rows = list(
        TaskAssignment.objects.filter(has_light("late", today) | has_light("near", today))
        .select_related("unit", "organization", "task__programme")
        .order_by("unit__code", "due_on")
    )
    staffed = _staffed(rows)
    groups: dict[Owner, list[TaskAssignment]] = defaultdict(list)
    for row in rows:
        light = LATE if lights.of(row.state, row.due_on, False) == "late" else NEAR
        body = staffed.get((row.organization_id, row.task.programme_id))
        of_bodies = row.organization_id is not None and body is None
        groups[Owner(row.unit_id, row.task.programme_id, body, of_bodies, light)].append(row)
    return [_reminder(owner, some) for owner, some in groups.items()]


def _staffed(rows: list[TaskAssignment]) -> dict[tuple[int | None, int], int]:
    """(body, programme) → the body (itself or its successor) that somebody's reporter grant at its unit names. One query."""
    bodies = {row.organization for row in rows if row.organization is not None}
    named = {body.pk for body in bodies} | {body.successor_id for body in bodies}
    grants = Grant.objects.filter(
        in_force(), user__is_active=True, role=Role.REPORTER, organization__in=named - {None}
    ).values_list("organization_id", "unit_id", "programme_id")
    held = set(grants)
    found: dict[tuple[int | None, int], int] = {}
    for row in rows:
        body, programme = row.organization, row.task.programme_id
        for one in (body.pk, body.successor_id) if body is not None else ():
            if one is not None and held & {(one, row.unit_id, None), (one, row.unit_id, programme)}:
                found.setdefault((row.organization_id, programme), one)
    return found


def _reminder(owner: Owner, rows: list[TaskAssignment]) -> Reminder:
    said = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said.append(_text(owner, rows))
    unit, programme = rows[0].unit, rows[0].task.programme
    narrowed = {"programme": programme.code, "within": unit.code, "light": owner.light}
    if owner.body_id is not None and rows[0].organization is not None:
        narrowed["organization"] = rows[0].organization.code  # of a body, by its owner
    return Reminder(
        ("reporter",),
        unit,
        owner.programme_id,
        "assignment",
        said[0],
        said[1],
        reverse("assignments") + "?" + urlencode(narrowed),
        min(row.due_on for row in rows if row.due_on),
        owner.light,
        levels=(unit.level,),
        organization_id=owner.body_id,
    )


def _text(owner: Owner, rows: list[TaskAssignment]) -> str:
    task = rows[0].task
    who = rows[0].organization.label if owner.body_id is not None and rows[0].organization else rows[0].unit.label
    values: dict[str, Any] = {"programme": task.programme.short, "unit": who, "n": len(rows)}
    if owner.of_bodies:
        values["bodies"] = len({row.organization_id for row in rows})
        return (
            ngettext(
                "%(programme)s: %(n)s task of bodies of %(unit)s without a reporter of their own (%(bodies)s)",
                "%(programme)s: %(n)s tasks of bodies of %(unit)s without a reporter of their own (%(bodies)s)",
                len(rows),
            )
            % values
        )
    return (
        ngettext("%(programme)s: %(n)s task of %(unit)s", "%(programme)s: %(n)s tasks of %(unit)s", len(rows)) % values
    )
