"""What the services of notices and of objections share: the lock, who acts, and numbers of people refused."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from programs.access import read_access
from programs.errors import Conflict, RuleViolation
from programs.models import Notice, Programme, Role, Unit
from programs.personal_numbers import Text, refuse

OFFICE = (Role.REVIEWER, Role.APPROVER)  # prepare, record, judge
POSTS = (Role.APPROVER,)  # post and withdraw


def locked(notice_id: int) -> Notice:
    """The notice under a row lock; RuleViolation ``not_found``."""
    found = (
        Notice.objects.select_for_update(of=("self",))
        .select_related("unit", "programme", "clause")
        .filter(pk=notice_id)
        .first()
    )
    if found is None:
        raise missing()
    return found


def missing() -> RuleViolation:
    return RuleViolation(
        "not_found", _("The notice is missing or outside your scope."), next_step=_("Reload the page.")
    )


def require_office(actor: User, roles: tuple[Role, ...], *, unit: Unit, programme: Programme) -> None:
    """The role must be held at the level whose notice it is: a city does not publish for a county.

    Raises RuleViolation ``not_found`` out of scope, PermissionDenied without the role.
    """
    access = read_access(actor)
    if not access.sees(unit, programme):
        raise missing()
    if access.acting(roles, levels=(unit.level,), unit=unit, programme=programme) is None:
        names = pgettext("between roles", ", ").join(str(role.label) for role in roles)
        raise PermissionDenied(
            _("This step belongs to the role %(roles)s at %(level)s, granted for this place and programme.")
            % {"roles": names, "level": unit.get_level_display()}
        )


def wrong_state(notice: Notice) -> Conflict:
    return Conflict(
        "wrong_state",
        _("The notice is %(state)s; this step is not possible now.") % {"state": notice.get_state_display()},
        next_step=_("Reload the page; somebody may have been faster."),
    )


def refuse_numbers(texts: Iterable[Text]) -> None:
    """Refuse personal numbers in texts: (field, label, text) each. Raises RuleViolation ``personal_number`` naming all.

    Specification 7.8. What was found is shown masked, so that the message is no leak of its own.
    """
    refuse(texts, next_step=_("Take it out. The number of an office's landline may stand in the contact."))


def wanted(field: str, message: str, next_step: str) -> RuleViolation:
    return RuleViolation(f"{field}_missing", message, field=field, next_step=next_step)
