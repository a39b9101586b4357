"""Random draws: prepared in the open, committed to before, revealed after, derived again by anybody."""

from programs.services.draws.drawing import commit, draw, publish
from programs.services.draws.preparing import cancel, prepare, save_lists
from programs.services.draws.published import payload, problems_of

__all__ = ["cancel", "commit", "draw", "payload", "prepare", "problems_of", "publish", "save_lists"]
