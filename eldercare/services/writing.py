"""What all writes of the registry share: the right, the version, the difference, the audit entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from eldercare.models.entries import Entry
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import Programme, Role, Unit

Written = TypeVar("Written", bound=Entry)
ENTERS = (Role.REPORTER,)


def outside(programme: Programme, unit: Unit) -> RuleViolation:
    """The refusal of a unit that the plan does not cover."""
    return RuleViolation(
        "unit_outside_plan",
        _("%(unit)s does not belong to the area of this plan.") % {"unit": unit.label},
        next_step=_("Choose a unit of %(place)s.") % {"place": programme.jurisdiction.label},
        field="unit",
    )


def stale() -> Conflict:
    """The refusal of a write over somebody else's newer one."""
    return Conflict(
        "changed_meanwhile",
        _("Somebody else changed this entry while you were writing."),
        next_step=_(
            "What you typed is still here. Compare it with the entry in force in another window, then save again."
        ),
    )


def write(
    model: type[Written],
    *,
    actor: User,
    programme: Programme,
    unit: Unit,
    fields: Mapping[str, Any],
    verb: str,
    pk: int | None = None,
    version: int | None = None,
    check: Callable[[Written], None],
) -> Written:
    """Insert a row (``pk`` None) or change one, inside the caller's transaction.

    Needs the reporter's role over the unit, and over the unit the row stood at before. ``check(row)`` sees the row as it
    will be and raises RuleViolation. Raises Conflict when ``version`` is not the newest. Nothing changed: nothing is written.
    """
    require(actor, ENTERS, unit=unit, programme=programme)
    if not unit.path.startswith(programme.jurisdiction.path):
        raise outside(programme, unit)
    if pk is None:
        row = model(programme=programme)
        before: dict[str, Any] = {}
    else:
        rows = model._default_manager.select_for_update(of=("self",)).select_related("unit")
        row = cast("Written", rows.get(pk=pk, programme=programme))  # the stubs know the bound only
        require(actor, ENTERS, unit=row.unit, programme=programme)
        if version is not None and row.version != version:
            raise stale()
    wanted = {"unit": unit, **fields}
    changed = {name: value for name, value in wanted.items() if pk is None or getattr(row, name) != value}
    before = {} if pk is None else {name: getattr(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    check(row)
    if pk is not None and not changed:
        return row
    row.updated_by, row.updated_at = actor, timezone.now()
    row.version = row.version + 1 if pk is not None else 1
    _store(row)
    record(
        verb,
        actor=actor,
        obj=row,
        unit_path=unit.path,
        before=plain(before) or None,
        after=plain({name: value for name, value in changed.items() if value not in (None, "")})
        if pk is None
        else plain(changed),
    )
    return row


def _store(row: Entry) -> None:
    """Save; what the database's own constraints refuse is said in words."""
    try:
        row.validate_constraints()
        with transaction.atomic():
            row.save()
    except (ValidationError, IntegrityError) as error:
        raise RuleViolation(
            "entry_refused",
            _("An entry of this name stands at this unit already, or two figures contradict each other."),
            rule=_(
                "Names are unique within a unit; nursing beds are part of the beds; what is built lies within what is planned."
            ),
            next_step=_("Change the name or the figures and save again."),
        ) from error


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """For the audit entry: rows as their keys."""
    return {name: getattr(value, "pk", value) for name, value in values.items()}


def refuse_future(row: Any, *names: str) -> None:
    """Days of things that happened do not lie ahead."""
    today = timezone.localdate()
    for name in names:
        day: date | None = getattr(row, name)
        if day is not None and day > today:
            raise RuleViolation(
                "in_the_future",
                _("%(day)s lies in the future.") % {"day": day.isoformat()},
                rule=_("Only what has happened is registered."),
                next_step=_("Enter the day on which it happened, or leave the field empty."),
                field=name,
            )


def refuse_order(row: Any, earlier: str, later: str, message: Any) -> None:
    """``later`` is not before ``earlier``; without ``earlier`` there is no ``later``."""
    first, second = getattr(row, earlier), getattr(row, later)
    if second is not None and (first is None or second < first):
        raise RuleViolation(
            "wrong_order", str(message), next_step=_("Correct one of the two days."), field=later,
        )  # fmt: skip


def refuse_more(row: Any, part: str, whole: str, message: Any) -> None:
    """A part is not more than its whole."""
    if getattr(row, part) is not None and getattr(row, whole) is not None and getattr(row, part) > getattr(row, whole):
        raise RuleViolation(
            "part_exceeds_whole",
            str(message) % {"part": getattr(row, part), "whole": getattr(row, whole)},
            next_step=_("Correct one of the two figures."),
            field=part,
        )
