"""Steps of a rectification, and who may take them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from programs.access import Access, Held
from programs.models import Purpose, Rectification, Role
from programs.services.inspections import REVIEWS, who_inspects

State = Rectification.State
OWNER_ROLES = (Role.REPORTER, Role.REVIEWER)


@dataclass(frozen=True)
class Step:
    """One step: from where to where, and whether the owner takes it or who inspects."""

    verb: str
    sources: tuple[str, ...]
    target: str
    by_owner: bool
    name: str | Promise
    wants_comment: bool = False


STEPS = {
    step.verb: step
    for step in (
        Step("accept", (State.ASSIGNED,), State.IN_PROGRESS, True, pgettext_lazy("rectification", "Accept")),
        Step("report", (State.ASSIGNED, State.IN_PROGRESS), State.REPORTED, True, gettext_lazy("Report as done"), True),
        Step("close", (State.REPORTED,), State.CLOSED, False, gettext_lazy("Close after the revisit"), True),
        Step("send_back", (State.REPORTED,), State.IN_PROGRESS, False, gettext_lazy("Send back"), True),
    )
}


def acting(access: Access, rectification: Rectification, step: Step) -> Held | None:
    """The grant for ``step`` (``unit``, ``programme`` and the finding's inspection loaded); None when there is none.

    The owner's side: a reporter or reviewer at the unit's own level, of the body named. The other side: who may inspect
    for the purpose of the inspection it comes from.
    """
    if step.by_owner:
        body = rectification.organization_id
        return next(
            (
                held
                for held in access.business
                if held.role in OWNER_ROLES
                and held.level == rectification.unit.level
                and held.covers(rectification.unit, rectification.programme)
                and (body is None or held.organization_id in (body, None))
            ),
            None,
        )
    inspection = rectification.finding.inspection
    roles, levels = who_inspects(inspection.purpose, inspection.project)
    if inspection.purpose == Purpose.SELF_EVALUATION:
        roles = REVIEWS
    return access.acting(roles, levels=levels, unit=inspection.unit, programme=rectification.programme)


def who_acts(step: Step) -> str:
    """The sentence that names who takes a step."""
    if step.by_owner:
        return _("A reporter or reviewer of the body that owns the rectification takes this step.")
    return _("Somebody with the role to inspect it takes this step.")


def possible(rectification: Rectification, access: Access, user: User) -> list[Step]:
    """The steps this person can take now; those the rules keep from them are left out."""
    found: list[Step] = []
    for step in STEPS.values():
        held = acting(access, rectification, step) if rectification.state in step.sources else None
        if held is not None and (step.by_owner or not is_own(rectification, user, held)):
            found.append(step)
    return found


def is_own(rectification: Rectification, actor: User, held: Held) -> bool:
    """Whether they did the work themselves, or for the body that owns it: they do not revisit it."""
    own_body = held.organization_id is not None and held.organization_id == rectification.organization_id
    return own_body or any(
        step.actor_id == actor.pk for step in rectification.steps.all() if step.verb in ("accept", "report")
    )
