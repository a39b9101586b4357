"""What the daily digest says about assigned tasks: one line for each unit and light, never one for each task."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from programs.models import TaskAssignment
from programs.queries.assignments import TaskLights, has_light
from programs.services.digests import LATE, NEAR, Reminder


def reminders(today: date) -> list[Reminder]:
    """What is late or due within three working days, one reminder for each unit, body and light; for the daily digest.

    Goes to the reporters of the unit; a body without a grant of its own is reminded through its city's reporters.
    """
    lights = TaskLights(today)
    rows = (
        TaskAssignment.objects.filter(has_light("late", today) | has_light("near", today), organization=None)
        .select_related("unit", "task__programme")
        .order_by("unit__code", "due_on")
    )
    groups: dict[tuple[int, int, str], list[TaskAssignment]] = {}
    for row in rows:
        light = LATE if lights.of(row.state, row.due_on, False) == "late" else NEAR
        groups.setdefault((row.unit_id, row.task.programme_id, light), []).append(row)
    found = []
    for (_unit, programme, light), some in groups.items():
        said = []
        for language in ("zh-hans", "en"):
            with translation.override(language):
                said.append(_text(some))
        url = (
            reverse("assignments")
            + f"?programme={some[0].task.programme.code}&within={some[0].unit.code}&light={light}"
        )
        found.append(
            Reminder(
                ("reporter",),
                some[0].unit,
                programme,
                "assignment",
                said[0],
                said[1],
                url,
                min(row.due_on for row in some if row.due_on),
                light,
                levels=(some[0].unit.level,),
            )
        )
    return found


def _text(rows: list[TaskAssignment]) -> str:
    task = rows[0].task
    values: dict[str, Any] = {"programme": task.programme.short, "unit": rows[0].unit.label, "n": len(rows)}
    return (
        ngettext("%(programme)s: %(n)s task of %(unit)s", "%(programme)s: %(n)s tasks of %(unit)s", len(rows)) % values
    )
