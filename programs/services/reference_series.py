"""Values of a series outside the plan, entered by the bureau with their source; targets that follow it move with it."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import Programme, ReferenceSeries, Role


@transaction.atomic
def set_value(
    *, actor: User, programme: Programme, series_id: int, seen: Decimal | None, value: Decimal | None, source: str
) -> ReferenceSeries:
    """Enter or correct one year. ``seen``: the value the person looked at; None is unknown, which is not zero.

    Raises PermissionDenied without the approver's role over the programme, RuleViolation ``source_missing``, Conflict.
    """
    require(actor, Role.APPROVER, unit=programme.jurisdiction, programme=programme)
    row = (
        ReferenceSeries.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(pk=series_id, unit__path__startswith=programme.jurisdiction.path)
        .first()
    )
    if row is None:
        raise RuleViolation("not_found", _("This series does not exist here."), next_step=_("Reload the page."))
    if row.value != seen:
        raise Conflict(
            "changed_meanwhile",
            _("Somebody entered %(value)s meanwhile.") % {"value": row.value},
            next_step=_("Reload the page before you change it."),
        )
    if value is not None and not source.strip():
        raise RuleViolation(
            "source_missing",
            _("The source is missing."),
            field="source",
            next_step=_("Name the yearbook or the letter the figure is from."),
        )
    before = {"value": row.value, "source": row.source}
    row.value, row.source = value, source.strip() or row.source
    row.save(update_fields=["value", "source"])
    record(
        "series.set",
        actor=actor,
        obj=row,
        unit_path=row.unit.path,
        before=before,
        after={"value": row.value, "source": row.source, "series": row.code, "year": row.year},
    )
    return row
