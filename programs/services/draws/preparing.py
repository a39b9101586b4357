"""Preparing a draw: who may be drawn, from which strata, who inspects, who is excused. Open to change until the commitment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import (
    Checklist,
    Draw,
    DrawCandidate,
    DrawExcuse,
    DrawInspector,
    DrawPlan,
    Organization,
    Programme,
    Project,
    Role,
    Unit,
)
from programs.services.draws import public_texts

DRAWS = (Role.APPROVER, Role.INSPECTOR)  # who may prepare and hold a draw


@dataclass(frozen=True)
class Candidate:
    """An object that may be drawn."""

    code: str
    name: str
    stratum: str
    unit: Unit
    project: Project | None = None


@dataclass(frozen=True)
class Inspector:
    """A person who may be sent. ``code`` is published and no account's name. ``unit``: where they work; below city level
    they are excused from its objects.
    """

    code: str
    name: str
    unit: Unit
    user: User | None = None
    organization: Organization | None = None


@dataclass(frozen=True)
class Excuse:
    """Why somebody does not go to an object: ``kind`` for everybody, ``reason`` for those who may see the draw."""

    reason: str
    kind: str = DrawExcuse.Kind.OTHER


def locked(draw_id: int, *, actor: User, state: str) -> Draw:
    """The draw under a row lock. Raises RuleViolation ``not_found``, PermissionDenied, Conflict ``wrong_state``."""
    draw = (
        Draw.objects.select_for_update(of=("self",))
        .select_related("unit", "programme")
        .visible_to(actor)
        .filter(pk=draw_id)
        .first()
    )
    if draw is None:
        raise RuleViolation(
            "not_found", _("The draw is missing or outside your scope."), next_step=_("Reload the page.")
        )
    require(actor, DRAWS, unit=draw.unit, programme=draw.programme)
    if draw.state != state:
        raise Conflict(
            "wrong_state",
            _("The draw is %(state)s; this step is not possible now.") % {"state": draw.get_state_display()},
            next_step=_("Reload the page; somebody may have been faster."),
        )
    return draw


@transaction.atomic
def prepare(
    *,
    actor: User | None,
    programme: Programme,
    unit: Unit,
    title: str,
    planned_on: date,
    is_cross_department: bool = False,
    departments: Iterable[Organization] = (),
    plan: DrawPlan | None = None,
) -> Draw:
    """Open a draw with empty lists. ``actor`` None: the schedule, for a ``plan``.

    Raises PermissionDenied, RuleViolation ``departments_missing`` or ``personal_number``.
    """
    departments = list(departments)
    public_texts.refuse_numbers(
        [
            ("title", public_texts.TITLE, title),
            *(("departments", public_texts.DEPARTMENT, one.label) for one in departments),
        ]
    )
    if actor is not None:
        require(actor, DRAWS, unit=unit, programme=programme)
        if is_cross_department and not departments:
            raise RuleViolation(
                "departments_missing",
                _("A joint draw names the departments that take part."),
                field="departments",
                next_step=_("Choose them, or take the mark of a joint draw off."),
            )
    Programme.objects.select_for_update().get(pk=programme.pk)  # numbers are given one after another
    number = Draw.objects.filter(programme=programme, year=planned_on.year).count() + 1
    draw = Draw.objects.create(
        programme=programme,
        unit=unit,
        code=f"{programme.code}-{planned_on.year}-{number}",
        title=title,
        year=planned_on.year,
        planned_on=planned_on,
        is_cross_department=is_cross_department or bool(departments),
        plan=plan,
        created_by=actor,
    )
    draw.departments.set(departments)
    record("draw.prepare", actor=actor, obj=draw, unit_path=unit.path, after={"code": draw.code, "title": title})
    return draw


@transaction.atomic
def save_lists(
    *,
    actor: User,
    draw_id: int,
    candidates: Sequence[Candidate],
    quota: Mapping[str, int],
    inspectors: Sequence[Inspector],
    inspectors_each: int,
    excused: Mapping[tuple[str, str], Excuse] | None = None,
    checklist: Checklist | None = None,
) -> Draw:
    """Replace all lists of a draw in preparation. ``excused``: {(object code, inspector code): why}.

    Inspectors who work below city level are excused from objects of their own unit by themselves. Raises RuleViolation
    ``bad_lists`` naming every code that is there twice, every quota without candidates, everybody unknown;
    ``personal_number`` and ``account_name`` for what must not be published.
    """
    draw = locked(draw_id, actor=actor, state=Draw.State.PREPARED)
    excused = dict(excused or {})
    _refuse_bad(draw.unit, candidates, quota, inspectors, inspectors_each, excused)
    _refuse_unpublishable(candidates, inspectors, excused)
    draw.candidates.all().delete()
    draw.inspectors.all().delete()
    objects = DrawCandidate.objects.bulk_create(
        DrawCandidate(draw=draw, code=c.code, name=c.name, stratum=c.stratum, unit=c.unit, project=c.project)
        for c in candidates
    )
    people = DrawInspector.objects.bulk_create(
        DrawInspector(draw=draw, code=i.code, name=i.name, user=i.user, organization=i.organization, unit=i.unit)
        for i in inspectors
    )
    for person in people:
        for one in objects:
            if is_own(person.unit, one.unit):
                excused.setdefault(
                    (one.code, person.code), Excuse(_("works in the same place"), DrawExcuse.Kind.OWN_UNIT)
                )
    by_object, by_person = {one.code: one for one in objects}, {one.code: one for one in people}
    DrawExcuse.objects.bulk_create(
        DrawExcuse(draw=draw, candidate=by_object[code], inspector=by_person[person], kind=why.kind, reason=why.reason)
        for (code, person), why in excused.items()
    )
    draw.quota, draw.inspectors_each = {name: number for name, number in quota.items() if number}, inspectors_each
    draw.checklist = checklist
    draw.save(update_fields=["quota", "inspectors_each", "checklist"])
    record(
        "draw.lists",
        actor=actor,
        obj=draw,
        unit_path=draw.unit.path,
        after={"candidates": len(objects), "inspectors": len(people), "excused": len(excused), "quota": draw.quota},
    )
    return draw


@transaction.atomic
def cancel(*, actor: User, draw_id: int, reason: str) -> Draw:
    """Give a draw up before its results are published. What was committed to or revealed stays readable for everybody,
    with the day and the reason, which is why the reason must not hold personal numbers.
    """
    draw = Draw.objects.visible_to(actor).filter(pk=draw_id).first()
    if draw is None or draw.state in (Draw.State.PUBLISHED, Draw.State.CANCELLED):
        raise Conflict(
            "wrong_state", _("Only a draw that is not published can be cancelled."), next_step=_("Reload the page.")
        )
    draw = locked(draw_id, actor=actor, state=draw.state)
    if not reason.strip():
        raise RuleViolation(
            "reason_missing",
            _("Cancelling wants a reason."),
            field="reason",
            next_step=_("Write why; it is shown beside the commitment."),
        )
    public_texts.refuse_numbers([("reason", public_texts.WHY_CANCELLED, reason)])
    was = draw.state
    draw.state, draw.cancelled_reason = Draw.State.CANCELLED, reason.strip()
    draw.cancelled_at, draw.cancelled_by = timezone.now(), actor
    draw.save(update_fields=["state", "cancelled_reason", "cancelled_at", "cancelled_by"])
    record(
        "draw.cancel",
        actor=actor,
        obj=draw,
        unit_path=draw.unit.path,
        before={"state": was},
        after={"state": draw.state, "seed_was_revealed": draw.is_revealed},
        reason=reason,
    )
    return draw


def is_own(works_in: Unit, lies_in: Unit) -> bool:
    """A city's inspector goes everywhere; one of a county or below not to the own county's objects."""
    if works_in.level in (Unit.Level.PROVINCE, Unit.Level.CITY):
        return False
    return lies_in.path.startswith(works_in.path) or works_in.path.startswith(lies_in.path)


def _refuse_unpublishable(
    candidates: Sequence[Candidate], inspectors: Sequence[Inspector], excused: Mapping[tuple[str, str], Excuse]
) -> None:
    """Reasons are not published, but copied and read by many: they hold no numbers either."""
    public_texts.refuse_numbers(
        [
            *public_texts.texts_of_objects((one.code, one.name, one.stratum) for one in candidates),
            *(("inspectors", public_texts.STAFF_CODE, one.code) for one in inspectors),
            *(("excused", public_texts.WHY_EXCUSED, why.reason) for why in excused.values()),
        ]
    )
    public_texts.refuse_account_names(one.code for one in inspectors)


def _refuse_bad(
    unit: Unit,
    candidates: Sequence[Candidate],
    quota: Mapping[str, int],
    inspectors: Sequence[Inspector],
    each: int,
    excused: Mapping[tuple[str, str], Excuse],
) -> None:
    found: list[tuple[str, str]] = []
    codes, people = [one.code for one in candidates], [one.code for one in inspectors]
    found += [("candidates", _("%(code)s is listed twice.") % {"code": code}) for code in _twice(codes)]
    found += [("inspectors", _("%(code)s is listed twice.") % {"code": code}) for code in _twice(people)]
    found += [
        ("candidates", _("%(code)s lies outside %(unit)s.") % {"code": one.code, "unit": unit.label})
        for one in candidates
        if not one.unit.path.startswith(unit.path)
    ]
    strata: dict[str, int] = {}
    for one in candidates:
        strata[one.stratum] = strata.get(one.stratum, 0) + 1
    for name, wanted in quota.items():
        if wanted < 0 or wanted > strata.get(name, 0):
            found.append(
                (
                    "quota",
                    _("%(stratum)s: %(wanted)s are to be drawn, %(there)s are on the list.")
                    % {"stratum": name, "wanted": wanted, "there": strata.get(name, 0)},
                )
            )
    if each < 1:
        found.append(("inspectors_each", _("At least one inspector goes to each object.")))
    found += [
        ("excused", _("%(object)s / %(inspector)s: not on the lists.") % {"object": code, "inspector": person})
        for code, person in excused
        if code not in codes or person not in people
    ]
    if found:
        errors = [
            RuleViolation("bad_lists", words, field=field, next_step=_("Correct the list; nothing was saved."))
            for field, words in found
        ]
        raise RuleViolation(
            "bad_lists",
            errors[0].message if len(errors) == 1 else _("%(count)s entries are wrong.") % {"count": len(errors)},
            field=errors[0].field if len(errors) == 1 else "",
            next_step=_("Correct the lists; nothing was saved."),
            errors=errors,
        )


def _twice(codes: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return sorted({code for code in codes if code in seen or seen.add(code)})  # type: ignore[func-returns-value]
