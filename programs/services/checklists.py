"""Checklists and score templates: drafted, published once and then unchangeable, replaced by a new version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from policies.models import Clause
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import Checklist, ChecklistItem, Programme, Purpose, Role, Unit
from programs.services.scoring import SIGNS, plain

State, Mode = Checklist.State, Checklist.Mode
FIELDS = (
    "name_zh", "name_en", "level", "purposes", "mode", "full_points", "pass_points", "clause", "note_zh", "note_en",
)  # fmt: skip
ITEM_FIELDS = (
    "code", "group_zh", "group_en", "text_zh", "text_en", "comparator", "threshold", "measure_zh", "measure_en",
    "points", "may_not_apply", "wants_evidence", "clause_id",
)  # fmt: skip


@transaction.atomic
def create(*, actor: User, programme: Programme, unit: Unit, code: str, fields: Mapping[str, Any]) -> Checklist:
    """Version 1 as an empty draft. ``fields``: those of FIELDS. Raises Conflict ``code_taken``."""
    require(actor, Role.APPROVER, unit=unit, programme=programme)
    if Checklist.objects.filter(code=code).exists():
        raise Conflict(
            "code_taken",
            _("A checklist with the code %(code)s exists already.") % {"code": code},
            field="code",
            next_step=_("Make a new version of it, or choose another code."),
        )
    checklist = Checklist.objects.create(
        programme=programme, unit=unit, code=code, created_by=actor, **_known(fields, FIELDS)
    )
    record("checklist.create", actor=actor, obj=checklist, unit_path=unit.path, after=_summary(checklist))
    return checklist


@transaction.atomic
def new_version(*, actor: User, checklist_id: int) -> Checklist:
    """A draft with everything the newest version holds; the one there is when somebody began it already."""
    checklist = _locked(checklist_id)
    require(actor, Role.APPROVER, unit=checklist.unit, programme=checklist.programme)
    # the first version is the lock of them all: two people asking at once get the same draft
    Checklist.objects.select_for_update().filter(code=checklist.code).order_by("version").first()
    newest = Checklist.objects.filter(code=checklist.code).order_by("-version")[0]
    if newest.state == State.DRAFT:
        return newest
    draft = Checklist.objects.create(
        programme=newest.programme, unit=newest.unit, code=newest.code, version=newest.version + 1, created_by=actor,
        **{name: getattr(newest, name) for name in FIELDS},
    )  # fmt: skip
    ChecklistItem.objects.bulk_create(
        ChecklistItem(checklist=draft, position=item.position, **{name: getattr(item, name) for name in ITEM_FIELDS})
        for item in newest.items.all()
    )
    record("checklist.new_version", actor=actor, obj=draft, unit_path=draft.unit.path, after=_summary(draft))
    return draft


@transaction.atomic
def edit(
    *,
    actor: User,
    checklist_id: int,
    fields: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]] | None = None,
    expected: str | None = None,
) -> Checklist:
    """Change a draft. ``items``: all items in order, dicts of ITEM_FIELDS; None leaves them.

    ``expected``: the ``fingerprint`` of what the person started from. Raises Conflict ``newer_draft``, RuleViolation
    ``bad_checklist``.
    """
    checklist = _draft(checklist_id)
    require(actor, Role.APPROVER, unit=checklist.unit, programme=checklist.programme)
    if expected is not None and expected != fingerprint(checklist):
        raise Conflict(
            "newer_draft",
            _("Somebody else saved this draft meanwhile."),
            next_step=_("Open it in another tab and add your changes to theirs; what you typed is still on this page."),
        )
    before = _summary(checklist)
    for name, value in _known(fields, FIELDS).items():
        setattr(checklist, name, value)
    wrong = _wrong_fields(checklist) + (_wrong_items(checklist, items) if items is not None else [])
    _refuse(wrong)
    checklist.save()
    if items is not None:
        checklist.items.all().delete()
        ChecklistItem.objects.bulk_create(
            ChecklistItem(checklist=checklist, position=position, **_known(item, ITEM_FIELDS))
            for position, item in enumerate(items, start=1)
        )
    record(
        "checklist.edit", actor=actor, obj=checklist, unit_path=checklist.unit.path,
        before=before, after=_summary(checklist),
    )  # fmt: skip
    return checklist


@transaction.atomic
def publish(*, actor: User | None, checklist_id: int) -> Checklist:
    """Make a draft the version in force; the one before is retired. From now on nobody can change it.

    ``actor`` None: a data pack. Raises RuleViolation ``bad_checklist`` when it is empty or incomplete.
    """
    checklist = _draft(checklist_id)
    if actor is not None:
        require(actor, Role.APPROVER, unit=checklist.unit, programme=checklist.programme)
    items = [{name: getattr(item, name) for name in ITEM_FIELDS} for item in checklist.items.all()]
    wrong = _wrong_fields(checklist) + _wrong_items(checklist, items)
    if not items:
        wrong.append(
            _wrong("empty", _("The template is empty: the document gives no items, and nobody has added any."),
                   _("Add the items the city wants looked at, then publish."), "items")
        )  # fmt: skip
    if not checklist.purposes:
        wrong.append(
            _wrong("no_purpose", _("No purpose is chosen."), _("Choose what the checklist is used for."), "purposes")
        )
    _refuse(wrong)
    replaced = list(Checklist.objects.select_for_update().filter(code=checklist.code, state=State.PUBLISHED))
    Checklist.objects.filter(pk__in=[one.pk for one in replaced]).update(state=State.RETIRED)
    checklist.state, checklist.published_at = State.PUBLISHED, timezone.now()
    try:
        with transaction.atomic():
            checklist.save(update_fields=["state", "published_at"])
    except IntegrityError as error:
        raise Conflict(
            "published_meanwhile",
            _("Another version of %(code)s was published at the same moment.") % {"code": checklist.code},
            next_step=_("Reload and look at it."),
        ) from error
    record(
        "checklist.publish", actor=actor, obj=checklist, unit_path=checklist.unit.path,
        before={"published": [one.version for one in replaced]}, after=_summary(checklist),
    )  # fmt: skip
    return checklist


@transaction.atomic
def discard(*, actor: User, checklist_id: int) -> None:
    """Throw a draft away. A published version is never deleted."""
    checklist = _draft(checklist_id)
    require(actor, Role.APPROVER, unit=checklist.unit, programme=checklist.programme)
    record("checklist.discard", actor=actor, obj=checklist, unit_path=checklist.unit.path, before=_summary(checklist))
    checklist.delete()


def fingerprint(checklist: Checklist) -> str:
    """SHA-256 of a draft's fields and items."""
    whole = [
        [getattr(checklist, f"{name}_id" if name == "clause" else name) for name in FIELDS],
        list(checklist.items.order_by("position").values_list(*ITEM_FIELDS)),
    ]
    return hashlib.sha256(json.dumps(whole, cls=DjangoJSONEncoder).encode()).hexdigest()


def _locked(checklist_id: int) -> Checklist:
    found = (
        Checklist.objects.select_for_update(of=("self",))
        .select_related("unit", "programme", "clause")
        .filter(pk=checklist_id)
        .first()
    )
    if found is None:
        raise RuleViolation(
            "not_found", _("The checklist is missing or outside your scope."), next_step=_("Reload the page.")
        )
    return found


def _draft(checklist_id: int) -> Checklist:
    checklist = _locked(checklist_id)
    if checklist.state != State.DRAFT:
        raise Conflict(
            "published",
            _("%(list)s is %(state)s and never changes.") % {"list": checklist, "state": checklist.get_state_display()},
            rule=_("Inspections already made stand on this version."),
            next_step=_("Make a new version; it starts as a copy."),
        )
    return checklist


def _known(given: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def _wrong_fields(checklist: Checklist) -> list[RuleViolation]:
    wrong = []
    unknown = set(checklist.purposes) - set(Purpose.values)
    if unknown:
        wrong.append(
            _wrong("purpose_unknown", _("“%(text)s” is no purpose.") % {"text": ", ".join(sorted(unknown))},
                   _("Choose from the list."), "purposes")
        )  # fmt: skip
    passing, full = checklist.pass_points, checklist.full_points
    if checklist.mode == Mode.ITEMS and (passing is not None or full is not None):
        wrong.append(
            _wrong("points_by_item", _("A checklist judged item by item has no points."),
                   _("Leave both point fields empty, or choose points."), "pass_points")
        )  # fmt: skip
    if passing is not None and full is not None and passing > full:
        wrong.append(
            _wrong("pass_over_full",
                   _("The pass mark %(pass)s lies over the full mark %(full)s.")
                   % {"pass": plain(passing), "full": plain(full)},
                   _("Correct one of the two."), "pass_points")
        )  # fmt: skip
    return wrong


def _wrong_items(checklist: Checklist, items: Sequence[Mapping[str, Any]]) -> list[RuleViolation]:
    wrong, seen = [], set()
    for number, item in enumerate(items, start=1):
        code, comparator = str(item.get("code") or "").strip(), item.get("comparator") or ""
        checks = (
            (not code, _("Item %(n)s has no code.")),
            (code in seen, _("The code of item %(n)s stands twice.")),
            (not str(item.get("text_zh") or "").strip(), _("Item %(n)s has no text.")),
            (comparator and comparator not in SIGNS, _("Item %(n)s has an unknown comparison.")),
            (bool(comparator) != (item.get("threshold") is not None),
             _("Item %(n)s needs both a comparison and a number, or neither.")),
            (checklist.mode == Mode.POINTS and not (item.get("points") or 0) > 0, _("Item %(n)s gives no points.")),
            (checklist.mode == Mode.ITEMS and item.get("points") is not None,
             _("Item %(n)s has points, but the checklist is judged item by item.")),
        )  # fmt: skip
        seen.add(code)
        wrong += [
            _wrong("item", text % {"n": number}, _("Correct the item."), f"item-{number}")
            for bad, text in checks
            if bad
        ]
    total = sum((item.get("points") or Decimal(0) for item in items), Decimal(0))
    if items and checklist.mode == Mode.POINTS and checklist.full_points not in (None, total):
        wrong.append(
            _wrong("points_sum",
                   _("The items give %(sum)s points together, the full mark is %(full)s.")
                   % {"sum": plain(total), "full": plain(checklist.full_points)},
                   _("Correct the points of the items or the full mark."), "full_points")
        )  # fmt: skip
    clauses = {item["clause_id"] for item in items if item.get("clause_id")}
    if len(clauses) != Clause.objects.filter(pk__in=clauses).count():
        wrong.append(_wrong("clause", _("A clause is not known."), _("Choose a clause of the document."), "items"))
    return wrong


def _wrong(code: str, message: str, next_step: str, field: str) -> RuleViolation:
    return RuleViolation(code, message, next_step=next_step, field=field)


def _refuse(wrong: list[RuleViolation]) -> None:
    if not wrong:
        return
    raise RuleViolation(
        "bad_checklist",
        wrong[0].message
        if len(wrong) == 1
        else _("%(count)s things must be corrected; nothing was changed.") % {"count": len(wrong)},
        field=wrong[0].field,
        next_step=wrong[0].next_step,
        errors=wrong,
    )


def _summary(checklist: Checklist) -> dict[str, Any]:
    """What an audit entry keeps: the fields and every item's code, threshold and points."""
    return {
        "code": checklist.code, "version": checklist.version, "state": checklist.state, "name": checklist.name_zh,
        "purposes": checklist.purposes, "mode": checklist.mode, "pass_points": checklist.pass_points,
        "items": [
            [item.code, item.text_zh, item.comparator, item.threshold, item.points] for item in checklist.items.all()
        ],
    }  # fmt: skip
