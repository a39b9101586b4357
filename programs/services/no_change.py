"""Reporting last period's figures as unchanged, in one step."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from programs.access import read_access
from programs.errors import Conflict, RuleViolation
from programs.models import Period, ProgressRevision, Unit
from programs.queries.carry_over import carry_over
from programs.services.entry import Saved, Typed, as_text, save_drafts
from programs.services.progress import Moved, submit
from programs.services.refusals import require_open_period


@transaction.atomic
def report_no_change(*, actor: User, period: Period, digest: str) -> Moved:
    """Fill the empty cells of ``period`` the actor reports with last period's figures and submit them, all or none.

    ``digest``: of the ``CarryOver`` the person was shown. Raises Conflict when other figures would be sent by now,
    RuleViolation when nothing is to be carried, or ``not_submittable`` as ``submit`` does.
    """
    require_open_period(period)
    plan = carry_over(read_access(actor), period)
    if not plan.cells:
        raise RuleViolation(
            "nothing_to_carry", _("No empty cell of %(period)s has a figure in the period before.") % {"period": period.code},
            next_step=_("Enter the figures."),
        )  # fmt: skip
    if plan.digest != digest:
        raise Conflict(
            "changed_meanwhile", _("The figures to be sent changed while you were looking; nothing was sent."),
            next_step=_("Look at the list below and send it again."),
        )  # fmt: skip
    typed = [Typed(cell.indicator.pk, cell.unit.pk, as_text(cell.value), version=0) for cell in plan.cells]
    saved = save_drafts(actor=actor, period=period, cells=typed)
    refused = next((one.refusal for one in saved if one.refusal is not None), None)
    if refused is not None:
        raise refused
    return submit(
        actor=actor, report_ids=[one.report.pk for one in saved if one.report], source=ProgressRevision.Source.NO_CHANGE
    )


def fill_blanks(*, actor: User, period: Period, within: Unit | None = None) -> list[Saved]:
    """Fill the empty cells the actor reports (below ``within``) with last period's figures, as drafts. Nothing is submitted."""
    cells = carry_over(read_access(actor), period).cells
    wanted = [cell for cell in cells if within is None or cell.unit.path.startswith(within.path)]
    typed = [Typed(cell.indicator.pk, cell.unit.pk, as_text(cell.value), version=0) for cell in wanted]
    return save_drafts(actor=actor, period=period, cells=typed)
