"""The initiatives that stand on the shared core. Each registers itself once, from its ``AppConfig.ready()``."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise


@dataclass(frozen=True)
class ProgrammeModule:
    """One initiative. ``code`` is what ``Programme.module`` holds, ``order`` its place in lists."""

    code: str
    name: str | Promise
    order: int


_modules: dict[str, ProgrammeModule] = {}


def register(module: ProgrammeModule) -> None:
    """Make an initiative known. Raises ImproperlyConfigured when another one has taken its code."""
    if _modules.get(module.code, module) != module:
        raise ImproperlyConfigured(f"Two initiatives call themselves {module.code!r}.")
    _modules[module.code] = module


def modules() -> list[ProgrammeModule]:
    """Every initiative, in the order of lists."""
    return sorted(_modules.values(), key=lambda module: (module.order, module.code))


def module_of(code: str) -> ProgrammeModule:
    """The initiative with this code; one named after the code when none is registered, placed last."""
    return _modules.get(code) or ProgrammeModule(code=code, name=code, order=999)
