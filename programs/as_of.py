"""Reading the moment "as known then" from an address: a day, or a day and a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from programs.errors import RuleViolation


@dataclass(frozen=True)
class Moment:
    """``at`` None means now. ``text`` is what stands in the address, for links that keep the moment."""

    at: datetime | None = None
    text: str = ""

    @property
    def day(self) -> date:
        """The day of the moment in local time; today without one."""
        return timezone.localdate() if self.at is None else timezone.localtime(self.at).date()


NOW = Moment()


def read_moment(text: str) -> Moment:
    """``2026-10-12`` (its end), ``2026-10-12 16:20`` or an ISO moment; empty means now. Raises RuleViolation ``as_of``."""
    text = text.strip().replace(" ", "T", 1) if "+" not in text[:11] else text.strip()
    if not text:
        return NOW
    try:
        moment = _read(text)
    except ValueError:
        moment = None
    if moment is None:
        raise RuleViolation(
            "as_of",
            _("“%(text)s” is not a moment.") % {"text": text[:30]},
            field="as_of",
            next_step=_("Write a day like 2026-10-12, or a day and a time like 2026-10-12 16:20."),
        )
    if moment > timezone.now() and timezone.localtime(moment).date() > timezone.localdate():
        raise RuleViolation(
            "as_of",
            _("%(text)s lies in the future.") % {"text": text[:30]},
            field="as_of",
            next_step=_("Choose today or an earlier day; empty means now."),
        )
    return Moment(moment, text)


def _read(text: str) -> datetime | None:
    """Raises ValueError for a well-formed date that does not exist."""
    day = parse_date(text)
    if day is not None:
        return timezone.make_aware(datetime.combine(day, time.max))
    # a plus sign in an address that was not escaped arrives as a space
    moment = parse_datetime(text.replace(" ", "+"))
    if moment is None:
        return None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
