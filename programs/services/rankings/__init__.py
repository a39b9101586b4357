"""Periodic papers with a ranking of results: rules, drafts, appeals, publication."""

from programs.services.rankings.appeals import appeal, decide_appeal
from programs.services.rankings.papers import make, open_appeals, recompute, refuse_early, request_publication, withdraw
from programs.services.rankings.rules import current_rule, set_rule

__all__ = [
    "appeal",
    "current_rule",
    "decide_appeal",
    "make",
    "open_appeals",
    "recompute",
    "refuse_early",
    "request_publication",
    "set_rule",
    "withdraw",
]
