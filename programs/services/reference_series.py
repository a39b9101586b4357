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
from programs.numbers import read_number

MOST_TYPED, DECIMALS = 200, 4  # characters of a source, decimals of a value


def read_value(text: str, measure: str) -> Decimal | None:
    """A value as typed (full-width digits, separators and the measure are understood); None for nothing. NotANumber."""
    if not text.strip():
        return None
    value = read_number(text[:MOST_TYPED], measure).value
    if value != round(value, DECIMALS):
        raise RuleViolation(
            "bad_value",
            _("“%(text)s” has more than %(decimals)s decimals.") % {"text": text.strip()[:30], "decimals": DECIMALS},
            field="value",
            next_step=_("Round it as the yearbook prints it."),
        )
    return value


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
            rule=_("a value of a series is kept with the source it is from"),
            field="source",
            next_step=_("Name the yearbook or the letter the figure is from."),
        )
    if len(source) > MOST_TYPED:
        raise RuleViolation(
            "source_too_long",
            _("The source has %(count)s characters; at most %(most)s.") % {"count": len(source), "most": MOST_TYPED},
            field="source",
            next_step=_("Shorten it."),
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
