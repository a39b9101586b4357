"""A declaration's way through its workflow. ``decide`` is the only writer of a stage."""

from programs.services.declarations.context import StepContext
from programs.services.declarations.deciding import decide
from programs.services.declarations.starting import ensure_cycle, save_draft, start

__all__ = ["StepContext", "decide", "ensure_cycle", "save_draft", "start"]
