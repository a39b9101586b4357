"""What an honour in force means for a new application of the same place: a reason at the start, no second plaque."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from programs.models import Project
from programs.services.declarations.context import StepContext
from programs.workflow import Problem
from villages.models import Honour


def honour_in_force(project: Project) -> Honour | None:
    """The honour that the place holds at the project's kind and level; there is never more than one."""
    return Honour.objects.filter(project=project, revoked_on=None).first()


def honoured_before(year: str = "cycle__year") -> Exists:
    """For querysets of applications: whether the place held the honour already when it applied.

    ``year``: lookup to the year of the application. Such an application adds nothing new to the year's task.
    """
    return Exists(Honour.objects.filter(project=OuterRef("project"), revoked_on=None, year__lt=OuterRef(year)))


def not_honoured_yet(context: StepContext) -> Problem | None:
    """At the hand-in, soft: the place holds the honour for which it applies."""
    held = honour_in_force(context.project)
    if held is None:
        return None
    return Problem(
        _("%(place)s has held this honour since %(day)s (plaque %(plaque)s).")
        % {"place": context.project.name, "day": held.honoured_on, "plaque": held.plaque_no},
        _("It is rechecked every year and does not count again; write why it applies all the same."),
    )


def no_second_honour(context: StepContext) -> Problem | None:
    """Where money and plaque are given, hard: not while the honour is in force."""
    held = honour_in_force(context.project)
    if held is None:
        return None
    return Problem(
        _("%(place)s has held this honour since %(day)s (plaque %(plaque)s); it is not given, nor paid, twice.")
        % {"place": context.project.name, "day": held.honoured_on, "plaque": held.plaque_no},
        _("Leave the application, or wait until the earlier honour is revoked."),
    )
