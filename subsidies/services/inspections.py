"""Special inspections of a fund (专项检查): an inspection by a checklist, bound to the fund it looks at."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.errors import Conflict, RuleViolation
from programs.models import Checklist, Inspection, Project, Purpose, Unit
from programs.services import inspections
from subsidies.models import Award, Fund, FundInspection
from subsidies.services.funds import locked_fund


@transaction.atomic
def open_for_fund(
    *, actor: User, fund_id: int, checklist: Checklist, unit: Unit, project: Project | None = None
) -> Inspection:
    """Open a special inspection of one fund at ``unit``, or at the place of ``project`` that the fund has paid.

    Raises RuleViolation ``not_found``, ``unit_elsewhere``, ``not_paid`` and what ``inspections.open_inspection`` raises;
    Conflict ``already_open`` while one of the same fund and place is open; PermissionDenied without the role there.
    """
    fund = locked_fund(actor, fund_id)
    _refuse_elsewhere(fund, unit, project)
    running = FundInspection.objects.filter(
        fund=fund, inspection__unit=unit, inspection__project=project, inspection__state=Inspection.State.OPEN
    ).first()
    if running is not None:
        raise Conflict(
            "already_open",
            _("Special inspection no. %(number)s of this fund is still open here.") % {"number": running.inspection_id},
            rule=_("One inspection of a fund at one place at a time."),
            field="place",
            next_step=_("Finish that one, or give it up with a reason."),
        )
    opened = inspections.open_inspection(
        actor=actor, checklist=checklist, purpose=Purpose.FUNDS, programme=fund.programme, unit=unit, project=project
    )
    FundInspection.objects.create(fund=fund, inspection=opened)
    record(
        "fund.inspect", actor=actor, obj=fund, unit_path=unit.path,
        after={"inspection": opened.pk, "unit": unit.code, "project": project.code if project else ""},
    )  # fmt: skip
    return opened


def _refuse_elsewhere(fund: Fund, unit: Unit, project: Project | None) -> None:
    home = fund.programme.jurisdiction
    if not unit.path.startswith(home.path):
        raise RuleViolation(
            "unit_elsewhere",
            _("%(unit)s does not belong to %(city)s.") % {"unit": unit.label, "city": home.label},
            field="place",
            next_step=_("Choose a unit of the fund's city."),
        )
    if project is not None and not Award.objects.filter(fund=fund, project=project, cancelled_at=None).exists():
        raise RuleViolation(
            "not_paid",
            _("%(project)s has no award from %(fund)s.") % {"project": project.name, "fund": fund.name},
            rule=_("A special inspection looks at where the money of its fund lands."),
            clause=fund.clause.path if fund.clause else "",
            field="place",
            next_step=_("Choose a place that the fund has paid, or its county."),
        )
