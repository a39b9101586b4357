"""Taking one step of a workflow: everything is asked under the row's lock, everything is written in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import Access, Held, read_access
from programs.errors import Conflict, RuleViolation
from programs.models import Decision, Declaration, DeclarationRevision, Role
from programs.services.declarations.checking import cleaned_facts, find_problems, form_of
from programs.services.declarations.context import StepContext
from programs.services.declarations.starting import locked
from programs.services.refusals import Forbidden
from programs.workflow import Transition, Workflow, workflow_of


@transaction.atomic
def decide(
    *,
    actor: User | None,
    declaration_id: int,
    verb: str,
    revision: int | None,
    comment: str = "",
    reasons: Mapping[str, str] | None = None,
    number: str = "",
    decided_on: date | None = None,
    facts: Mapping[str, Any] | None = None,
    evidence: Iterable[int] = (),
    today: date | None = None,
) -> Declaration:
    """Take the step ``verb``; the only writer of a declaration's stage.

    ``revision``: the one the person looked at. ``reasons``: by code of a soft rule, why it may be passed. ``number`` and
    ``decided_on``: of the paper the decision stands on. ``facts``: the fields the step asks for. ``evidence``: ids of
    attachments. ``actor`` None: a scheduled job, with ``today`` the day it runs for.

    Raises RuleViolation ``not_found`` out of scope, Conflict ``newer_revision`` or ``wrong_stage``, PermissionDenied
    without the role at the step's level, Forbidden ``self_decision`` or ``own_acceptance``, RuleViolation
    ``not_decidable`` whose ``errors`` name every missing paper, unmet rule or empty field.
    """
    declaration = locked(declaration_id)
    flow = workflow_of(declaration.workflow)
    access = read_access(actor) if actor is not None else None
    _refuse_unseen(declaration, access)
    _refuse_stale(declaration, revision if actor is not None else declaration.revision)
    step = _step(flow, declaration, verb, by_system=actor is None)
    held = _acting(access, step, declaration)
    _refuse_own(declaration, step, actor, held)

    context = StepContext(declaration, step, actor, today or timezone.localdate())
    context.facts, wrong = cleaned_facts(step, facts or {}, context.today)
    decided_on = decided_on or context.today
    overrides = find_problems(
        context, wrong=wrong, comment=comment, number=number, decided_on=decided_on, reasons=reasons or {}
    )
    if step.saves_revision:
        _save_revision(context, flow)

    decision = _write(
        context, flow, held=held, office=_office(access, held, declaration), comment=comment, number=number,
        decided_on=decided_on, overrides=overrides, evidence=evidence,
    )  # fmt: skip
    for effect in step.effects:
        import_string(effect)(declaration=declaration, decision=decision, actor=actor)
    return declaration


def _write(
    context: StepContext,
    flow: Workflow,
    *,
    held: Held | None,
    office: str,
    comment: str,
    number: str,
    decided_on: date,
    overrides: list[dict[str, str]],
    evidence: Iterable[int],
) -> Decision:
    """Set the stage, insert the decision and its audit entry."""
    declaration, step, actor = context.declaration, context.transition, context.actor
    before, declaration.stage = declaration.stage, step.target
    declaration.stage_since, declaration.is_open = timezone.now(), not flow.stage(step.target).is_final
    declaration.save(update_fields=["stage", "stage_since", "is_open", "revision"])
    decision = Decision.objects.create(
        declaration=declaration,
        revision=declaration.revision,
        verb=step.verb,
        from_stage=before,
        to_stage=step.target,
        actor=actor,
        organization_id=held.organization_id if held else None,
        office=office,
        hands_in=step.hands_in,
        comment=comment.strip(),
        number=number.strip(),
        decided_on=decided_on,
        overrides=overrides,
        evidence=_evidence(context, evidence),
        facts=json.loads(json.dumps(context.facts, cls=DjangoJSONEncoder)),
        workflow_version=flow.version,
    )
    record(
        f"declaration.{'return' if step.is_reverse else 'decide'}",
        actor=actor,
        obj=declaration,
        unit_path=declaration.project.unit.path,
        reason=comment.strip(),
        before={"stage": before},
        after={
            "stage": step.target,
            "verb": step.verb,
            "project": declaration.project.code,
            "year": declaration.cycle.year,
            "revision": declaration.revision,
            "number": decision.number,
            "overrides": [one["code"] for one in overrides],
        },
    )
    return decision


def _refuse_unseen(declaration: Declaration, access: Access | None) -> None:
    if access is not None and not access.sees(declaration.project.unit, declaration.project.programme):
        raise RuleViolation(
            "not_found", _("The declaration is missing or outside your scope."), next_step=_("Reload the page.")
        )


def _refuse_stale(declaration: Declaration, revision: int | None) -> None:
    if revision != declaration.revision:
        raise Conflict(
            "newer_revision",
            _("The application has revision %(number)s now; you looked at %(seen)s.")
            % {"number": declaration.revision, "seen": revision if revision is not None else "–"},
            next_step=_("Reload and look at what changed before deciding."),
        )


def _step(flow: Workflow, declaration: Declaration, verb: str, *, by_system: bool) -> Transition:
    step = flow.transition(declaration.stage, verb)
    if step is None or (step.by_system and not by_system):
        raise Conflict(
            "wrong_stage",
            _("The declaration is at “%(stage)s”; this step is not possible there.")
            % {"stage": flow.stage(declaration.stage).name},
            next_step=_("Reload the page; somebody may have been faster."),
        )
    return step


def _acting(access: Access | None, step: Transition, declaration: Declaration) -> Held | None:
    if access is None:
        return None
    held = access.acting(
        step.roles, levels=step.levels, unit=declaration.project.unit, programme=declaration.project.programme
    )
    if held is None:
        raise PermissionDenied(who_acts(step))
    return held


def who_acts(step: Transition) -> str:
    """The sentence that names who may take a step."""
    from programs.models import Unit

    roles = " / ".join(str(Role(role).label) for role in step.roles)
    if not step.levels:
        return _("This step belongs to the role %(roles)s of this unit and programme.") % {"roles": roles}
    levels = " / ".join(str(Unit.Level(level).label) for level in step.levels)
    return _("This step belongs to the role %(roles)s at %(levels)s, granted for this place and programme.") % {
        "roles": roles,
        "levels": levels,
    }


def _refuse_own(declaration: Declaration, step: Transition, actor: User | None, held: Held | None) -> None:
    if actor is None or held is None or not (step.decides or step.accepts):
        return
    handed_in = list(declaration.decisions.filter(hands_in=True).values_list("actor_id", "organization_id"))
    refusal = own_refusal(declaration, step, actor, held, handed_in)
    if refusal is not None:
        raise refusal


def own_refusal(
    declaration: Declaration,
    step: Transition,
    actor: User,
    held: Held,
    handed_in: Iterable[tuple[int | None, int | None]],
) -> Forbidden | None:
    """Why somebody with the right role may still not take ``step``. ``handed_in``: (person, body) of the steps that did."""
    if not (step.decides or step.accepts):
        return None
    pairs = list(handed_in)
    if actor.pk in {person for person, _organization in pairs}:
        return Forbidden(
            "self_decision",
            _("You handed in this application yourself."),
            rule=_("Nobody decides what they submitted."),
            next_step=_("Ask a colleague with the same role."),
        )
    applied = {declaration.project.applicant_id, *(body for _person, body in pairs)} - {None}
    if step.accepts and held.organization_id in applied:
        return Forbidden(
            "own_acceptance",
            _("%(office)s applied and cannot accept.") % {"office": held.organization},
            rule=_("The body that applied never accepts."),
            next_step=_("Acceptance belongs to the deciding level; tell the city bureau that it waits."),
        )
    return None


def _save_revision(context: StepContext, flow: Workflow) -> None:
    declaration = context.declaration
    assert context.actor is not None  # what the schedule does of itself hands nothing in
    declaration.revision += 1
    form = form_of(flow, declaration)
    data: dict[str, Any] = dict(form.cleaned_data) if form is not None and form.is_valid() else {}
    if flow.snapshot:
        data |= import_string(flow.snapshot)(declaration.project)
    DeclarationRevision.objects.create(
        declaration=declaration,
        number=declaration.revision,
        data=json.loads(json.dumps(data, cls=DjangoJSONEncoder)),
        papers=[
            {
                "attachment": paper.pk,
                "kind": paper.kind,
                "name": paper.name,
                "version": paper.version,
                "sha256": paper.file.sha256,
                "sm3": paper.file.sm3,
            }
            for paper in context.papers.values()
        ],
        author=context.actor,
    )


def _evidence(context: StepContext, wanted: Iterable[int]) -> list[dict[str, Any]]:
    chosen = {int(one) for one in wanted}
    rows = context.project.attachments.filter(pk__in=chosen).select_related("file")
    found = [
        {"attachment": row.pk, "kind": row.kind, "name": row.name, "version": row.version, "sha256": row.file.sha256}
        for row in rows
    ]
    if len(found) != len(chosen):
        raise RuleViolation(
            "evidence_unknown",
            _("A paper named as evidence does not belong to this project."),
            field="evidence",
            next_step=_("Choose among the papers attached to it."),
        )
    return found


def _office(access: Access | None, held: Held | None, declaration: Declaration) -> str:
    if access is None or held is None:
        return ""
    return held.organization or access.office(unit=declaration.project.unit, programme=declaration.project.programme)
