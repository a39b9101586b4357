"""The vocabulary in which an initiative writes its procedure. Pure Python: no query, no clock, no request.

Codes of workflows, stages and verbs are permanent, they stand in history. Dates, thresholds and amounts are rows, not code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise

if TYPE_CHECKING:
    from programs.services.declarations.context import StepContext

Words = str | Promise


@dataclass(frozen=True)
class Stage:
    """Where a declaration stands. ``main`` stages are the stepper's, in order; side stages are not.

    ``next`` says in one sentence what happens next and who acts. ``publishes``: what stands here is made public, so
    that a notice may be prepared about it.
    """

    code: str
    name: Words
    next: Words = ""
    is_main: bool = True
    is_final: bool = False
    publishes: bool = False


@dataclass(frozen=True)
class Problem:
    """What a guard found: what is wrong with both numbers, and what to do. ``field`` names an input of the step."""

    message: str
    next_step: str = ""
    field: str = ""


@dataclass(frozen=True)
class Guard:
    """A condition of a step. ``check(context)`` answers the Problem, or None. Hard blocks; soft wants a written reason.

    ``inspection``: the purpose (``programs.models.Purpose``) whose closed inspection it asks for, so that pages lead
    there. ``own_side``: it keeps the step for the unit that the project belongs to, whatever ``Transition.levels`` say.
    """

    code: str
    rule: Words
    check: Callable[[StepContext], Problem | None]
    is_hard: bool = True
    clause: str = ""
    inspection: str = ""
    own_side: bool = False


@dataclass(frozen=True)
class DocumentKind:
    """A paper that a step wants attached. ``belongs_to_project``: kept from year to year, else handed in each cycle."""

    code: str
    name: Words
    clause: str = ""
    belongs_to_project: bool = False


@dataclass(frozen=True)
class Fact:
    """A field that a step asks for beside the comment. ``kind``: text, date, number (decimal), choice (``choices``)."""

    code: str
    name: Words
    kind: str = "text"
    is_required: bool = True
    help: Words = ""
    choices: tuple[tuple[str, Words], ...] = ()


@dataclass(frozen=True)
class Transition:
    """One step: who may take it from where to where, under which guards, with which papers.

    ``roles`` at ``levels``: the grant itself must stand at that level of the tree (a city's grant does not act for a
    county); empty levels: any that covers the project. ``hands_in``: a step of the applying side; whoever took
    one takes no step that ``decides`` or ``accepts``, and the body that applied never accepts. ``saves_revision``: freezes the form and the papers as a numbered
    revision. ``is_reverse``: 退回, 撤回, failure; wants a comment. ``effects``: dotted paths, called in the transaction
    with (declaration, decision, actor). ``by_system``: taken by a scheduled job only.
    """

    verb: str
    sources: tuple[str, ...]
    target: str
    name: Words
    roles: tuple[str, ...]
    levels: tuple[str, ...] = ()
    rule: Words = ""
    clause: str = ""
    guards: tuple[Guard, ...] = ()
    documents: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    hands_in: bool = False
    decides: bool = False
    accepts: bool = False
    saves_revision: bool = False
    is_reverse: bool = False
    by_system: bool = False
    wants_number: bool = False
    effects: tuple[str, ...] = ()
    done: Words = ""  # past participle for the history: "recommended"

    @property
    def is_own_side(self) -> bool:
        """Whether only the unit that the project belongs to takes the step."""
        return any(guard.own_side for guard in self.guards)

    def levels_for(self, level: str) -> tuple[str, ...]:
        """Levels at which a grant takes this step for a project of a unit of ``level``; empty: any."""
        return (level,) if self.is_own_side else self.levels


@dataclass(frozen=True)
class Workflow:
    """A whole procedure.

    ``form``: dotted path of the form of the application's own fields, called as ``Form(data, project=project)``; the
    draft of a declaration is its data as typed. ``snapshot``: dotted path of ``(project) -> dict`` with what a revision
    keeps beside the form (lists that live in tables of their own). Empty: none. ``labels``: names of the keys and columns
    of a snapshot, and of the codes in them, for people; what has no name is not shown. ``yuan``: those of the keys and
    columns that hold yuan; people read them in 10,000 yuan, so their labels say so.
    """

    code: str
    name: Words
    version: int
    stages: tuple[Stage, ...]
    transitions: tuple[Transition, ...]
    documents: tuple[DocumentKind, ...] = ()
    form: str = ""
    snapshot: str = ""
    labels: tuple[tuple[str, Words], ...] = ()
    yuan: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        codes = [stage.code for stage in self.stages]
        kinds = {kind.code for kind in self.documents}
        steps = [(source, step.verb) for step in self.transitions for source in step.sources]
        for wrong, what in (
            (len(set(codes)) != len(codes), "a stage twice"),
            (len(set(steps)) != len(steps), "a verb twice from one stage"),
            ({c for s in self.transitions for c in (*s.sources, s.target)} - set(codes), "an unknown stage"),
            ({d for s in self.transitions for d in s.documents} - kinds, "an unknown kind of document"),
            ({s.code for s in self.stages if s.is_final} & {c for c, _verb in steps}, "a way on from a final stage"),
        ):
            if wrong:
                raise ImproperlyConfigured(f"Workflow {self.code} has {what}.")

    @property
    def initial(self) -> str:
        return self.stages[0].code

    @property
    def main(self) -> tuple[Stage, ...]:
        return tuple(stage for stage in self.stages if stage.is_main)

    @property
    def published(self) -> tuple[str, ...]:
        """Codes of the stages whose declarations are made public."""
        return tuple(stage.code for stage in self.stages if stage.publishes)

    def stage(self, code: str) -> Stage:
        """The stage with this code; KeyError for one that never was."""
        return {stage.code: stage for stage in self.stages}[code]

    def transition(self, stage: str, verb: str) -> Transition | None:
        """The step ``verb`` from ``stage``; None when there is none."""
        return next((step for step in self.transitions if step.verb == verb and stage in step.sources), None)

    def steps_from(self, stage: str) -> tuple[Transition, ...]:
        """Every step a person can take from ``stage``."""
        return tuple(step for step in self.transitions if stage in step.sources and not step.by_system)

    @property
    def purposes(self) -> tuple[str, ...]:
        """Purposes of inspections that a step of this procedure asks for."""
        return tuple(
            dict.fromkeys(one.inspection for step in self.transitions for one in step.guards if one.inspection)
        )

    def inspections_from(self, stage: str) -> tuple[str, ...]:
        """Purposes of inspections that the steps from ``stage`` ask for."""
        return tuple(
            dict.fromkeys(one.inspection for step in self.steps_from(stage) for one in step.guards if one.inspection)
        )

    def document(self, code: str) -> DocumentKind | None:
        return next((kind for kind in self.documents if kind.code == code), None)


_workflows: dict[str, Workflow] = {}


def register(workflow: Workflow) -> Workflow:
    """Make a workflow known. Raises ImproperlyConfigured when another one has its code."""
    if _workflows.get(workflow.code, workflow) != workflow:
        raise ImproperlyConfigured(f"Two workflows call themselves {workflow.code!r}.")
    _workflows[workflow.code] = workflow
    return workflow


def workflow_of(code: str) -> Workflow:
    """The workflow with this code; KeyError when its initiative is not installed."""
    return _workflows[code]


def find_workflow(code: str) -> Workflow | None:
    """The workflow with this code; None when its initiative is not installed any more."""
    return _workflows.get(code)


def workflows() -> list[Workflow]:
    return sorted(_workflows.values(), key=lambda workflow: workflow.code)
