"""Filling the working-day calendar from the holiday library (specification 10.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.metadata import version

import chinese_calendar
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from audit.services.record import record
from programs.access import read_access
from programs.errors import RuleViolation
from programs.models import Role, Workday
from programs.services.recounts import recount_all

FIRST_YEAR = 2020  # plans in the packs start in 2021; earlier years are loaded on request


@dataclass
class CalendarReport:
    """``provisional``: wanted years that the library does not know; deadlines in them assume Monday to Friday."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0  # edited by the city
    years: list[int] = field(default_factory=list)
    provisional: list[int] = field(default_factory=list)
    recounted: dict[str, int] = field(default_factory=dict)  # dates that moved, by area


@transaction.atomic
def load_calendar(*, years: Iterable[int], actor=None, dry_run: bool = False) -> CalendarReport:
    """Store every day of the given years.

    A row that the city edited stays; a year the library lacks is reported, never guessed.
    """
    report = CalendarReport()
    for year in sorted(set(years)):
        days = _year(year)
        if days is None:
            report.provisional.append(year)
        else:
            report.years.append(year)
            _store(days, report)
    if report.created or report.updated:
        record("calendar.load", actor=actor, object_type="programs.workday",
               after={"years": report.years, "created": report.created, "updated": report.updated})  # fmt: skip
        report.recounted = recount_all(
            reason=gettext("The calendar of %(years)s was loaded.") % {"years": ", ".join(map(str, report.years))},
            actor=actor,
        )
    if dry_run:
        transaction.set_rollback(True)
    return report


@transaction.atomic
def edit_day(*, actor: User, day: date, is_workday: bool, note: str = "", document: str, reason: str) -> Workday:
    """Say whether one day is worked, on the strength of a document; what was counted in working days is counted again.

    The calendar is the whole installation's, so its system administrator keeps it. The loader leaves edited days alone.
    Raises PermissionDenied, RuleViolation ``reason_missing``, ``document_missing``, ``day_wrong``, ``day_unchanged``.
    """
    if not read_access(actor).has(Role.SYSTEM_ADMIN):
        raise PermissionDenied(gettext("The calendar is kept by the system administrator."))
    _refuse_bad_edit(day, document, reason)
    row = Workday.objects.select_for_update().filter(date=day).first()
    before = None if row is None else {"is_workday": row.is_workday, "note": row.note, "source": row.source}
    if row is not None and (row.is_workday, row.note) == (is_workday, note.strip()):
        raise RuleViolation(
            "day_unchanged",
            gettext("%(day)s is so already.") % {"day": day},
            field="is_workday",
            next_step=gettext("Nothing to do."),
        )
    row = row or Workday(date=day)
    row.is_workday, row.note, row.source, row.edited = is_workday, note.strip()[:60], document.strip()[:60], True
    row.save()
    record(
        "calendar.edit",
        actor=actor,
        object_type="programs.workday",
        object_id=day.isoformat(),
        before=before,
        after={"is_workday": is_workday, "note": row.note, "source": row.source},
        reason=reason.strip(),
    )
    recount_all(reason=f"{day}: {reason.strip()}", actor=actor)
    return row


def _refuse_bad_edit(day: date, document: str, reason: str) -> None:
    for field_name, value, message in (
        ("document", document, gettext("The document is missing.")),
        ("reason", reason, gettext("The reason is missing.")),
    ):
        if not value.strip():
            raise RuleViolation(
                f"{field_name}_missing",
                message,
                field=field_name,
                next_step=gettext("Name the paper that moves the rest day, and why it is entered by hand."),
            )
    if not FIRST_YEAR <= day.year <= timezone.localdate().year + 2:
        raise RuleViolation(
            "day_wrong",
            gettext("The calendar goes from %(first)s to %(last)s.")
            % {"first": FIRST_YEAR, "last": timezone.localdate().year + 2},
            field="day",
            next_step=gettext("Choose a day in it."),
        )


def wanted_years(today: date) -> range:
    """From FIRST_YEAR to the next year, whose holidays are published in about November."""
    return range(FIRST_YEAR, today.year + 2)


def _year(year: int) -> list[Workday] | None:
    source = f"chinesecalendar {version('chinesecalendar')}"
    day, days = date(year, 1, 1), []
    try:
        while day.year == year:
            on_holiday, name = chinese_calendar.get_holiday_detail(day)
            days.append(Workday(date=day, is_workday=not on_holiday, source=source, note=name or ""))
            day += timedelta(days=1)
    except NotImplementedError:
        return None
    return days


def _store(days: list[Workday], report: CalendarReport) -> None:
    known = {row.date: row for row in Workday.objects.filter(date__range=(days[0].date, days[-1].date))}
    new, changed = [], []
    for day in days:
        row = known.get(day.date)
        if row is None:
            new.append(day)
        elif row.edited:
            report.kept += 1
        elif (row.is_workday, row.note) != (day.is_workday, day.note):
            changed.append(day)
        else:
            report.unchanged += 1
    Workday.objects.bulk_create(new)
    Workday.objects.bulk_update(changed, ["is_workday", "source", "note"])
    report.created += len(new)
    report.updated += len(changed)
