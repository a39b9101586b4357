"""The initiatives that stand on the shared core. Each registers itself once, from its ``AppConfig.ready()``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise

from programs.workflow import Workflow
from programs.workflow import register as register_workflow

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import User
    from policies.models import Clause
    from programs.models import Programme, Project
    from programs.services.packs.files import Tree
    from programs.services.packs.writing import Writer


@dataclass(frozen=True)
class ProjectKind:
    """A kind of project. ``workflows``: codes of those it can be declared under, by ``Project.decider_level``."""

    code: str
    name: str | Promise
    workflows: dict[str, str]


@dataclass(frozen=True)
class Panel:
    """A part of a project's or a declaration's page that the initiative brings: a template and its context."""

    template: str
    context: dict[str, Any]


@dataclass(frozen=True)
class Link:
    """An entry of the navigation or of a programme's page: URL name, label, roles that see it."""

    url_name: str
    label: str | Promise
    roles: tuple[str, ...]


@dataclass(frozen=True)
class PackPart:
    """What an initiative needs to read its own files of a data pack. It raises PackRefused with every refused row."""

    programme: Programme
    folder: Path
    clauses: dict[str, Clause]
    tree: Tree
    writer: Writer


@dataclass(frozen=True)
class ProgrammeModule:
    """One initiative. ``code`` is what ``Programme.module`` holds, ``order`` its place in lists.

    ``panels(project, user)`` answers what the pages of a project and its declarations show beside the shared parts;
    ``shared_panels`` does so for the projects of every initiative: what the money knows of a place, say.
    ``load_pack(part)`` reads the initiative's own files of a data pack, in the transaction of ``load_pack`` and after the
    shared files, and also for a pack of another initiative that holds one of ``pack_files``; ``load_demo(today=…, say=…)``
    invents its part of the demonstration.
    """

    code: str
    name: str | Promise
    order: int
    kinds: tuple[ProjectKind, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    links: tuple[Link, ...] = ()
    panels: Callable[[Project, User], list[Panel]] | None = None
    shared_panels: Callable[[Project, User], list[Panel]] | None = None
    load_pack: Callable[[PackPart], None] | None = None
    pack_files: tuple[str, ...] = ()
    load_demo: Callable[..., None] | None = None

    def kind(self, code: str) -> ProjectKind | None:
        return next((kind for kind in self.kinds if kind.code == code), None)


_modules: dict[str, ProgrammeModule] = {}


def register(module: ProgrammeModule) -> None:
    """Make an initiative and its workflows known. Raises ImproperlyConfigured when another one has taken a code."""
    if _modules.get(module.code, module) != module:
        raise ImproperlyConfigured(f"Two initiatives call themselves {module.code!r}.")
    for workflow in module.workflows:
        register_workflow(workflow)
    _modules[module.code] = module


def modules() -> list[ProgrammeModule]:
    """Every initiative, in the order of lists."""
    return sorted(_modules.values(), key=lambda module: (module.order, module.code))


def module_of(code: str) -> ProgrammeModule:
    """The initiative with this code; one named after the code when none is registered, placed last."""
    return _modules.get(code) or ProgrammeModule(code=code, name=code, order=999)


def panels_of(project: Project, user: User) -> list[Panel]:
    """What the pages of ``project`` show beside the shared parts: of its own initiative, then of whoever knows more."""
    own = module_of(project.programme.module).panels
    hooks = [own, *(module.shared_panels for module in modules())]
    return [panel for hook in hooks if hook is not None for panel in hook(project, user)]
