"""Inspections by a checklist: opened, scored item by item, closed with an outcome that follows from the scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import Held, read_access
from programs.errors import Conflict, RuleViolation
from programs.models import (
    Checklist,
    ChecklistItem,
    Declaration,
    Inspection,
    InspectionScore,
    Programme,
    Project,
    Purpose,
    Role,
    Unit,
)
from programs.services.findings import write_findings
from programs.services.inspection_outcome import judge
from programs.services.refusals import Forbidden
from programs.services.scoring import compare, read_scores, shown_of

Level = Unit.Level
DECIDING = {"province": (Level.PROVINCE, Level.CITY), "city": (Level.CITY,), "county": (Level.COUNTY,)}
INSPECTS = (Role.INSPECTOR, Role.APPROVER)
REVIEWS = (Role.INSPECTOR, Role.REVIEWER, Role.APPROVER)
OF_DECIDER = (Purpose.ACCEPTANCE, Purpose.EVALUATION, Purpose.RECHECK)


def who_inspects(purpose: str, project: Project | None) -> tuple[tuple[Role, ...], tuple[str, ...]]:
    """Roles, and levels at which the grant must stand (empty: any), for an inspection of this purpose.

    Acceptance, evaluation and recheck belong to the level that decides the project; the province's first evaluation is
    the city's (specification 5.4). A county's decisions are sampled by the city (2.3).
    """
    if purpose == Purpose.SELF_EVALUATION:
        return (Role.REPORTER, Role.REVIEWER, Role.APPROVER, Role.INSPECTOR), ()
    if purpose == Purpose.PRELIMINARY:
        return REVIEWS, (Level.COUNTY,)
    if purpose in OF_DECIDER:  # a county decides by its reviewers too, so they inspect there
        is_county = project is not None and project.decider_level == Project.Decider.COUNTY
        return REVIEWS if is_county else INSPECTS, DECIDING[project.decider_level] if project else ()
    if purpose == Purpose.SAMPLE:
        return INSPECTS, (Level.CITY, Level.PROVINCE)
    return (REVIEWS, ()) if purpose == Purpose.SUPERVISION else (INSPECTS, ())


@transaction.atomic
def open_inspection(
    *,
    actor: User,
    checklist: Checklist,
    purpose: str,
    programme: Programme,
    unit: Unit,
    project: Project | None = None,
    declaration: Declaration | None = None,
    previous: Inspection | None = None,
    client_key: UUID | str | None = None,
) -> Inspection:
    """Open an inspection of what lies in ``unit``. ``client_key``: made by the caller; sent twice it has one effect.

    Raises RuleViolation ``not_found`` out of scope, ``checklist_*`` when the checklist does not serve, Conflict
    ``already_open`` (one at a time for a declaration and a purpose) or ``client_key_used``, PermissionDenied without
    the role at the level of the purpose, Forbidden ``own_acceptance`` or ``self_decision``.
    """
    if declaration is not None:
        declaration = Declaration.objects.select_for_update(of=("self",)).select_related("project").get(
            pk=declaration.pk
        )  # fmt: skip
        project = project or declaration.project
    held = _acting(actor, purpose=purpose, programme=programme, unit=unit, project=project)
    _refuse_applicant(actor, held, purpose=purpose, project=project, declaration=declaration)
    _check_checklist(checklist, purpose=purpose, programme=programme)
    _check_subject(programme=programme, unit=unit, project=project, declaration=declaration, previous=previous)
    fields = {
        "checklist": checklist, "purpose": purpose, "programme": programme, "unit": unit, "project": project,
        "declaration": declaration, "previous": previous,
    }  # fmt: skip
    known = Inspection.objects.filter(client_key=client_key).first() if client_key else None
    if known is None:
        _refuse_second(declaration, purpose)
        new = fields | {
            "inspector": actor,
            "office": held.organization,
            "opened_at": timezone.now(),
            "organization_id": held.organization_id,
        }
        if client_key is None:
            known, created = Inspection.objects.create(**new), True
        else:
            known, created = Inspection.objects.get_or_create(client_key=client_key, defaults=new)
    else:
        created = False
    if not created:
        return _same_opening(known, actor, fields)
    record(
        "inspection.open", actor=actor, obj=known, unit_path=unit.path,
        after={"purpose": purpose, "checklist": str(checklist.code), "version": checklist.version,
               "project": project.code if project else "", "previous": previous.pk if previous else None},
    )  # fmt: skip
    return known


@transaction.atomic
def save_scores(*, actor: User, inspection_id: int, version: int, scores: Sequence[Mapping[str, Any]]) -> Inspection:
    """Store some items: dicts of ``item`` (code), ``result``, ``value``, ``points``, ``note`` and, from a device that was
    offline, ``base`` (the same fields as it had seen them).

    A value decides the result of an item with a threshold. Sending the same again changes nothing. Raises ScoreConflict
    when ``version`` is stale and another person changed the same items; RuleViolation ``bad_scores`` whose ``errors``
    name every item that is wrong, Conflict ``not_open``. Nothing is stored unless everything is.
    """
    inspection = locked(inspection_id)
    require_inspector(actor, inspection)
    _refuse_closed(inspection)
    items = items_of(inspection)
    sent, wrong = read_scores(scores, items, inspection.checklist.mode)
    if wrong:
        raise wrong[0] if len(wrong) == 1 else RuleViolation(
            "bad_scores",
            _("%(count)s items must be corrected; nothing was saved.") % {"count": len(wrong)},
            errors=wrong,
        )  # fmt: skip
    if version > inspection.version:
        raise _stale(inspection)
    stored = stored_scores(inspection)
    changed = compare(
        sent, stored, is_stale=version != inspection.version, version=inspection.version, actor_id=actor.pk
    )
    if not changed:
        return inspection
    now = timezone.now()
    InspectionScore.objects.bulk_create(
        [
            InspectionScore(
                inspection=inspection, item=one.item, result=one.result, value=one.value, points=one.points,
                note=one.note, by=actor, at=now, replaced=shown_of(stored.get(one.item.code)),
            )
            for one in changed
        ],
        update_conflicts=True,
        unique_fields=["inspection", "item"],
        update_fields=["result", "value", "points", "note", "replaced", "by", "at"],
    )  # fmt: skip
    inspection.version += 1
    inspection.save(update_fields=["version"])
    before = {one.item.code: _short(stored.get(one.item.code)) for one in changed}
    record(
        "inspection.score", actor=actor, obj=inspection, unit_path=inspection.unit.path,
        before=before, after={one.item.code: one.as_shown() for one in changed},
    )  # fmt: skip
    return inspection


@transaction.atomic
def close(
    *,
    actor: User,
    inspection_id: int,
    version: int,
    inspected_on: date,
    conclusion: str,
    panel: Sequence[Mapping[str, str]] = (),
    methods: Sequence[str] = (),
    satisfaction: Decimal | None = None,
    outcome: str | None = None,
    findings: Iterable[Mapping[str, Any]] = (),
) -> Inspection:
    """Close with what the scores say; failed items become findings, ``findings`` adds more (``text``, ``item``, ``severity``).

    Item by item: any failed item fails the whole, and everything must have been looked at. Points: the total is summed;
    the pass mark decides, or ``outcome`` where the template has none. Sent twice by the same person it has one effect.
    Raises Conflict ``not_open`` or ``newer_version``, RuleViolation ``not_closable`` with ``errors``.
    """
    inspection = locked(inspection_id)
    held = require_inspector(actor, inspection)
    conclusion = conclusion.strip()
    if inspection.state == Inspection.State.CLOSED and (
        inspection.closed_by_id, inspection.version, inspection.inspected_on, inspection.conclusion
    ) == (actor.pk, version + 1, inspected_on, conclusion):  # fmt: skip
        return inspection
    _refuse_closed(inspection)
    if version != inspection.version:
        raise _stale(inspection)
    if inspection.declaration_id:
        _refuse_applicant(
            actor, held, purpose=inspection.purpose, project=inspection.project, declaration=inspection.declaration
        )
    scores = stored_scores(inspection)
    verdict = judge(
        inspection, items_of(inspection), scores,
        inspected_on=inspected_on, conclusion=conclusion, satisfaction=satisfaction, outcome=outcome,
    )  # fmt: skip
    inspection.inspected_on, inspection.conclusion, inspection.satisfaction = inspected_on, conclusion, satisfaction
    inspection.panel = [
        {"name": str(one.get("name", ""))[:60], "organization": str(one.get("organization", ""))[:120]} for one in panel
    ]
    inspection.methods = [str(code)[:30] for code in methods]
    inspection.total, inspection.outcome = verdict.total, verdict.outcome
    inspection.state, inspection.closed_at, inspection.closed_by = Inspection.State.CLOSED, timezone.now(), actor
    inspection.version += 1
    inspection.save()
    found = write_findings(inspection=inspection, actor=actor, scores=scores.values(), more=findings)
    record(
        "inspection.close", actor=actor, obj=inspection, unit_path=inspection.unit.path, before={"state": "open"},
        after={"state": "closed", "outcome": inspection.outcome, "total": inspection.total,
               "inspected_on": inspected_on, "findings": len(found)},
    )  # fmt: skip
    return inspection


@transaction.atomic
def give_up(*, actor: User, inspection_id: int, version: int, reason: str) -> Inspection:
    """End an open inspection without an outcome; its scores stay readable. Wants a reason."""
    inspection = locked(inspection_id)
    require_inspector(actor, inspection)
    _refuse_closed(inspection)
    if version != inspection.version:
        raise _stale(inspection)
    if not reason.strip():
        raise RuleViolation(
            "reason_missing",
            _("Giving up an inspection wants a reason."),
            field="reason",
            next_step=_("Write why it is not carried through."),
        )
    inspection.state, inspection.void_reason = Inspection.State.VOID, reason.strip()[:200]
    inspection.version += 1
    inspection.save(update_fields=["state", "void_reason", "version"])
    record("inspection.give_up", actor=actor, obj=inspection, unit_path=inspection.unit.path, reason=reason.strip())
    return inspection


def locked(inspection_id: int) -> Inspection:
    """The inspection under a row lock, with what decisions need of it; RuleViolation ``not_found``."""
    related = ("unit", "programme", "project", "declaration", "checklist")
    found = Inspection.objects.select_for_update(of=("self",)).select_related(*related).filter(pk=inspection_id).first()
    if found is None:
        raise _not_found()
    return found


def require_inspector(actor: User, inspection: Inspection) -> Held:
    """The grant under which the actor inspects; RuleViolation ``not_found`` out of scope, else PermissionDenied."""
    return _acting(
        actor, purpose=inspection.purpose, programme=inspection.programme, unit=inspection.unit,
        project=inspection.project,
    )  # fmt: skip


def items_of(inspection: Inspection) -> dict[str, ChecklistItem]:
    """Items of its checklist by code, with their clauses, in order."""
    return {
        item.code: item for item in inspection.checklist.items.select_related("clause").order_by("position", "code")
    }


def stored_scores(inspection: Inspection) -> dict[str, InspectionScore]:
    """Scores by item code, with who scored and the item."""
    rows = InspectionScore.objects.filter(inspection=inspection).select_related("by", "item__clause")
    return {row.item.code: row for row in rows.order_by("item__position", "item__code")}


def _acting(actor: User, *, purpose: str, programme: Programme, unit: Unit, project: Project | None) -> Held:
    access = read_access(actor)
    if not access.sees(unit, programme):
        raise _not_found()
    roles, levels = who_inspects(purpose, project)
    held = access.acting(roles, levels=levels, unit=unit, programme=programme)
    if held is None:
        names = " / ".join(str(Role(role).label) for role in roles)
        places = " / ".join(str(Level(level).label) for level in levels) or _("any level")
        raise PermissionDenied(
            _("An inspection for %(purpose)s belongs to the role %(roles)s at %(levels)s, granted for this place and programme.")
            % {"purpose": Purpose(purpose).label, "roles": names, "levels": places}
        )  # fmt: skip
    return held


def _refuse_applicant(
    actor: User, held: Held, *, purpose: str, project: Project | None, declaration: Declaration | None
) -> None:
    """The body that applied never inspects its own acceptance, nor does a person what they handed in."""
    if project is None or purpose not in (*OF_DECIDER, Purpose.SAMPLE, Purpose.PRELIMINARY):
        return
    applied, people = {project.applicant_id}, set()
    if declaration is not None and purpose != Purpose.PRELIMINARY:
        for person, body in declaration.decisions.filter(hands_in=True).values_list("actor_id", "organization_id"):
            people.add(person)
            applied.add(body)
    if held.organization_id in applied - {None}:
        raise Forbidden(
            "own_acceptance",
            _("%(office)s applied and cannot inspect its own acceptance.") % {"office": held.organization},
            rule=_("The body that applied never accepts."),
            next_step=_("The inspection belongs to another body of the deciding level."),
        )
    if actor.pk in people:
        raise Forbidden(
            "self_decision",
            _("You handed in this application yourself."),
            rule=_("Nobody decides what they submitted."),
            next_step=_("Ask a colleague with the same role."),
        )


def _check_checklist(checklist: Checklist, *, purpose: str, programme: Programme) -> None:
    problem = ""
    if checklist.programme_id != programme.pk:
        problem, code = _("%(list)s belongs to another programme."), "checklist_programme"
    elif checklist.state != Checklist.State.PUBLISHED:
        problem, code = _("%(list)s is not published (state: %(state)s)."), "checklist_not_published"
    elif purpose not in checklist.purposes:
        problem, code = _("%(list)s does not serve for %(purpose)s."), "checklist_purpose"
    if problem:
        raise RuleViolation(
            code,
            problem
            % {"list": checklist, "state": checklist.get_state_display(), "purpose": Purpose(purpose).label},
            rule=_("An inspection follows the published version of a checklist of its programme."),
            field="checklist",
            next_step=_("Choose another checklist, or have this one published."),
        )  # fmt: skip


def _check_subject(
    *, programme: Programme, unit: Unit, project: Project | None, declaration: Declaration | None,
    previous: Inspection | None,
) -> None:  # fmt: skip
    wrong = ""
    if project is not None and (project.programme_id, project.unit_id) != (programme.pk, unit.pk):
        wrong = _("The project lies in another unit or programme.")
    elif declaration is not None and declaration.project_id != getattr(project, "pk", None):
        wrong = _("The declaration belongs to another project.")
    elif previous is not None and (
        previous.state != Inspection.State.CLOSED
        or (previous.programme_id, previous.unit_id, previous.project_id)
        != (programme.pk, unit.pk, getattr(project, "pk", None))
    ):
        wrong = _("A re-inspection follows a closed inspection of the same thing.")
    if wrong:
        raise RuleViolation(
            "wrong_subject", wrong, field="project", next_step=_("Open the inspection from the page of what is inspected.")
        )  # fmt: skip


def _refuse_second(declaration: Declaration | None, purpose: str) -> None:
    """One open inspection for a declaration and a purpose; the declaration's row is locked."""
    if declaration is None:
        return
    other = declaration.inspections.filter(purpose=purpose, state=Inspection.State.OPEN).first()
    if other is not None:
        raise Conflict(
            "already_open",
            _("Inspection no. %(number)s for the same purpose is open already.") % {"number": other.pk},
            next_step=_("Continue that one, or give it up with a reason first."),
        )


def _same_opening(known: Inspection, actor: User, fields: Mapping[str, Any]) -> Inspection:
    """The inspection that was opened with this key before, when it is the same request."""
    wanted = {name: getattr(value, "pk", value) for name, value in fields.items()}
    stored = {name: getattr(known, name) if name == "purpose" else getattr(known, f"{name}_id") for name in fields}
    if known.inspector_id != actor.pk or wanted != stored:
        raise Conflict(
            "client_key_used",
            _("This key opened another inspection before."),
            field="client_key",
            next_step=_("Make a new key for a new inspection."),
        )
    return known


def _refuse_closed(inspection: Inspection) -> None:
    if inspection.state != Inspection.State.OPEN:
        raise Conflict(
            "not_open",
            _("Inspection no. %(number)s is %(state)s and cannot be changed.")
            % {"number": inspection.pk, "state": inspection.get_state_display()},
            rule=_("What was decided on the strength of scores stays as it was."),
            next_step=_("Open a re-inspection."),
        )


def _stale(inspection: Inspection) -> Conflict:
    return Conflict(
        "newer_version",
        _("The inspection was changed meanwhile (version %(version)s).") % {"version": inspection.version},
        next_step=_("Reload and look at what changed."),
    )


def _not_found() -> RuleViolation:
    return RuleViolation(
        "not_found", _("The inspection is missing or outside your scope."), next_step=_("Reload the page.")
    )


def _short(row: InspectionScore | None) -> dict[str, Any] | None:
    return {"result": row.result, "value": row.value, "points": row.points, "note": row.note} if row else None
