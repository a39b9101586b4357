"""Opening a year and a declaration, and keeping what is typed until it is handed in."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import Cycle, Declaration, Programme, Project, Role
from programs.modules import module_of
from programs.workflow import Workflow, workflow_of


def ensure_cycle(programme: Programme, year: int) -> Cycle:
    """The programme's year, opened if nobody did. May be called by two at once."""
    cycle, created = Cycle.objects.get_or_create(programme=programme, year=year)
    if created:
        record("cycle.open", obj=cycle, unit_path=programme.jurisdiction.path, after={"year": year})
    return cycle


def workflow_for(project: Project) -> Workflow:
    """The workflow under which a project is declared; RuleViolation when its initiative has none for it."""
    kind = module_of(project.programme.module).kind(project.kind)
    code = kind.workflows.get(project.decider_level) if kind else None
    if code is None:
        raise RuleViolation(
            "no_procedure",
            _("%(project)s has no procedure at this level.") % {"project": project.name},
            next_step=_("Ask the city bureau which level decides it."),
        )
    return workflow_of(code)


@transaction.atomic
def start(
    *, actor: User | None, project: Project, year: int | None = None, workflow: str = "", data: dict | None = None
) -> Declaration:
    """Open the declaration of ``project`` in ``year`` (this year when None) as a draft, or return the one there is.

    Raises PermissionDenied unless the actor may enter for the project's unit (None: a scheduled job), RuleViolation
    ``no_procedure``.
    """
    if actor is not None:
        require(actor, Role.REPORTER, unit=project.unit, programme=project.programme)
    flow = workflow_of(workflow) if workflow else workflow_for(project)
    cycle = ensure_cycle(project.programme, year or timezone.localdate().year)
    declaration, created = Declaration.objects.get_or_create(
        project=project,
        cycle=cycle,
        workflow=flow.code,
        defaults={"stage": flow.initial, "created_by": actor, "draft": data or {}},
    )
    if created:
        record(
            "declaration.start",
            actor=actor,
            obj=declaration,
            unit_path=project.unit.path,
            after={"project": project.code, "year": cycle.year, "workflow": flow.code, "stage": flow.initial},
        )
    return declaration


@transaction.atomic
def save_draft(*, actor: User, declaration_id: int, data: dict[str, Any], expected: dict[str, Any] | None = None):
    """Keep what was typed, valid or not. ``expected``: the draft the person started from; another one is a Conflict.

    Only while the declaration waits for its applying side. Raises Conflict ``wrong_stage`` otherwise.
    """
    declaration = locked(declaration_id)
    require(actor, Role.REPORTER, unit=declaration.project.unit, programme=declaration.project.programme)
    flow = workflow_of(declaration.workflow)
    if not is_editable(declaration):
        raise Conflict(
            "wrong_stage",
            _("The application has been handed in (%(stage)s) and cannot be edited.")
            % {"stage": flow.stage(declaration.stage).name},
            next_step=_("Ask for it to be returned, or withdraw it."),
        )
    if expected is not None and declaration.draft != expected:
        raise Conflict(
            "newer_draft",
            _("Somebody else saved this application meanwhile."),
            next_step=_("Reload and add your changes to theirs; what you typed is still on this page."),
        )
    before, declaration.draft = declaration.draft, data
    declaration.save(update_fields=["draft"])
    changed = sorted(key for key in {*before, *data} if before.get(key) != data.get(key))
    record(
        "declaration.draft",
        actor=actor,
        obj=declaration,
        unit_path=declaration.project.unit.path,
        before={key: before.get(key) for key in changed},
        after={key: data.get(key) for key in changed},
    )
    return declaration


def is_editable(declaration: Declaration) -> bool:
    """Whether the application waits for its applying side: a step from here saves a revision."""
    return any(step.saves_revision for step in workflow_of(declaration.workflow).steps_from(declaration.stage))


def locked(declaration_id: int) -> Declaration:
    """The declaration under a row lock, with what decisions need of it; RuleViolation ``not_found``."""
    declaration = (
        Declaration.objects.select_for_update(of=("self",))
        .select_related("project__unit", "project__programme__jurisdiction", "project__applicant", "cycle")
        .filter(pk=declaration_id)
        .first()
    )
    if declaration is None:
        raise RuleViolation(
            "not_found", _("The declaration is missing or outside your scope."), next_step=_("Reload the page.")
        )
    return declaration
