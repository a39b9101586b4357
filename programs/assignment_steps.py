"""The steps of an assigned task, as a table: who may move it from where to where (specification 6.3). Pure Python."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

OWNER, CHECKER, CLOSER, OVERSEER = "owner", "checker", "closer", "overseer"
FINAL = ("done", "closed")
OPEN = ("assigned", "accepted", "in_progress", "reported", "checked", "rectifying", "rechecked")
WORKING = ("assigned", "accepted", "in_progress", "rectifying")  # the body that owes it has something to do
MAIN = ("assigned", "accepted", "in_progress", "reported", "checked", "done")
AFTER_RECTIFYING = ("assigned", "accepted", "in_progress", "reported", "rectifying", "rechecked", "closed")


@dataclass(frozen=True)
class Step:
    """One step. ``side``: who takes it. ``handed_in``: None either way, else whether the body must have handed in first.

    ``wants_date``: it sets a last day of its own; what is to be put right cannot be late against the date before.
    """

    verb: str
    source: str
    target: str
    side: str
    name: str | Promise
    done: str | Promise
    wants_comment: bool = False
    takes_file: bool = False
    is_reverse: bool = False
    handed_in: bool | None = None
    wants_date: bool = False


_ACCEPT = (pgettext_lazy("task", "Accept"), pgettext_lazy("task", "accepted"))
_BEGIN = (pgettext_lazy("task", "Begin"), pgettext_lazy("task", "began"))
_REPORT = (_("Report as done"), _("reported as done"))
_WITHDRAW = (_("Take the report back"), _("took the report back"))
_CHECK = (_("Checked: it is done"), _("checked"))
_RECTIFY = (_("Have it rectified"), _("asked for rectification"))
_RECTIFIED = (_("Report as rectified"), _("reported as rectified"))
_RECHECK = (_("Rechecked: it is done"), _("rechecked"))
_CLOSE = (pgettext_lazy("task", "Close"), pgettext_lazy("task", "closed"))
_REMIND = (_("Urge"), pgettext_lazy("task", "urged"))

STEPS: tuple[Step, ...] = (
    Step("accept", "assigned", "accepted", OWNER, *_ACCEPT),
    Step("begin", "accepted", "in_progress", OWNER, *_BEGIN),
    Step("report", "in_progress", "reported", OWNER, *_REPORT, wants_comment=True, takes_file=True),
    Step("withdraw", "reported", "in_progress", OWNER, *_WITHDRAW, wants_comment=True, is_reverse=True),
    Step("check", "reported", "checked", CHECKER, *_CHECK, takes_file=True),
    Step("rectify", "reported", "rectifying", CHECKER, *_RECTIFY, wants_comment=True, is_reverse=True, wants_date=True),
    Step("close", "checked", "done", CLOSER, *_CLOSE),
    Step("rectify", "checked", "rectifying", CLOSER, *_RECTIFY, wants_comment=True, is_reverse=True, wants_date=True),
    Step("rectified", "rectifying", "rectifying", OWNER, *_RECTIFIED, wants_comment=True, takes_file=True, handed_in=False),
    Step("recheck", "rectifying", "rechecked", CHECKER, *_RECHECK, takes_file=True, handed_in=True),
    Step("rectify", "rectifying", "rectifying", CHECKER, *_RECTIFY, wants_comment=True, is_reverse=True, wants_date=True, handed_in=True),
    Step("close", "rechecked", "closed", CLOSER, *_CLOSE),
    Step("rectify", "rechecked", "rectifying", CLOSER, *_RECTIFY, wants_comment=True, is_reverse=True, wants_date=True),
    *(Step("remind", state, state, OVERSEER, *_REMIND) for state in WORKING),
)  # fmt: skip

# What stands in the history beside the steps.
OTHER_ACTS: dict[str, str | Promise] = {
    "assign": pgettext_lazy("task", "assigned"),
    "extend": _("granted a later date"),
    "date": _("set the date"),
    "notice": _("issued a supervision notice"),
}


def steps_from(state: str) -> tuple[Step, ...]:
    return tuple(step for step in STEPS if step.source == state)


def step_of(state: str, verb: str) -> Step | None:
    """The step ``verb`` from ``state``; None when there is none."""
    return next((step for step in STEPS if step.source == state and step.verb == verb), None)


def words_of(verb: str) -> str:
    """The past participle of a verb for the history; the verb itself when it is unknown."""
    found = next((step.done for step in STEPS if step.verb == verb), None)
    return str(found if found is not None else OTHER_ACTS.get(verb, verb))
