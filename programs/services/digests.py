"""Reminders: one a day for each person, in working hours of working days, never to a whole office (specification 12, item 10)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from programs.errors import RuleViolation
from programs.models import Digest, Grant, Period, ProgressReport, ReportingDuty, ReportState, Unit
from programs.queries.dated_steps import SOON, DatedStep, dated_steps, light_of, open_declarations
from programs.queries.people import in_force
from programs.reviews import Outcome
from programs.services.calendar import WorkCalendar

log = structlog.get_logger(__name__)
OPENS, CLOSES = 9, 17  # working hours, Shanghai time
MOST_PEOPLE = 3  # more holders of one role at one place are an office, not a person
MOST_ITEMS = 40
LATE, NEAR, WAITING = "late", "near", "wait"


@dataclass(frozen=True)
class Reminder:
    """One thing somebody has to do. ``role``, ``unit`` and ``programme`` say who: the nearest holders of the role.

    ``text_zh`` and ``text_en``: what it is, without its date. ``light``: late, near, or wait for what has no last day or a
    later one. ``due_on`` None: no last day.
    """

    roles: tuple[str, ...]
    unit: Unit
    programme_id: int | None
    kind: str
    text_zh: str
    text_en: str
    url: str
    due_on: date | None
    light: str
    levels: tuple[str, ...] = ()
    organization_id: int | None = None  # only holders whose grant names this body


Source = Callable[[date], Iterable[Reminder]]
_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Add a function ``(today) -> reminders`` of what is late or due within three working days. From ``AppConfig.ready()``."""
    if source not in _sources:
        _sources.append(source)


def remind(*, today: date) -> Outcome:
    """Write today's reminders for whoever has none yet. Nothing on rest days, outside working hours, or for a past day."""
    now = timezone.localtime()
    calendar = WorkCalendar(today, today)
    if today != now.date():
        return Outcome(0, {"past_day": 1})
    if not calendar.is_workday(today):
        return Outcome(0, {"rest_day": 1})
    if not OPENS <= now.hour < CLOSES:
        return Outcome(0, {"outside_hours": 1})
    people, nobody = _by_person(today)
    done = set(Digest.objects.filter(on=today, user__in=people).values_list("user_id", flat=True))
    fresh = [
        Digest(user_id=user, on=today, items=[_item(one) for one in rows[:MOST_ITEMS]])
        for user, rows in sorted(people.items())
        if user not in done
    ]
    made = Digest.objects.bulk_create(fresh, ignore_conflicts=True)
    _send_mail(made)
    return Outcome(len(made), {"without_a_person": nobody} if nobody else {})


@transaction.atomic
def dismiss(*, actor: User, digest_id: int) -> Digest:
    """Put one's own reminder away; nobody else is told. Raises RuleViolation ``not_found`` for somebody else's."""
    digest = Digest.objects.select_for_update().filter(pk=digest_id, user=actor).first()
    if digest is None:
        raise RuleViolation("not_found", _("This reminder is not yours or is gone."), next_step=_("Reload the page."))
    if digest.dismissed_at is None:
        digest.dismissed_at = timezone.now()
        digest.save(update_fields=["dismissed_at"])
    return digest


def _by_person(today: date) -> tuple[dict[int, list[Reminder]], int]:
    """Reminders by user, the most urgent first; and how many have no person or a whole office behind them."""
    holders = _Holders()
    people: dict[int, list[Reminder]] = defaultdict(list)
    nobody = 0
    reminders = [*_figures(today), *_declarations(today)]
    for source in _sources:
        reminders += source(today)
    for one in sorted(reminders, key=_urgency):
        who = holders.nearest(one)
        if not 0 < len(who) <= MOST_PEOPLE:
            nobody += 1
            continue
        for user in who:
            people[user].append(one)
    return people, nobody


def _urgency(one: Reminder) -> tuple[bool, date, str, str]:
    """Late and near ones by their day, then what merely waits."""
    return one.light == WAITING, one.due_on or date.max, one.kind, one.text_zh


class _Holders:
    """Grants in force, by role and path of the unit."""

    def __init__(self) -> None:
        self._grants: dict[tuple[str, str], list[tuple[int, str, int | None, int | None]]] = defaultdict(list)
        rows = Grant.objects.filter(in_force(), user__is_active=True).order_by("user_id")
        for role, path, user, level, programme, body in rows.values_list(
            "role", "unit__path", "user_id", "unit__level", "programme_id", "organization_id"
        ):
            self._grants[role, path].append((user, level, programme, body))

    def nearest(self, one: Reminder) -> list[int]:
        """Users who hold one of the roles at the unit nearest to the reminder's own."""
        parts = one.unit.path.strip("/").split("/")
        for depth in range(len(parts), 0, -1):
            path = "/" + "/".join(parts[:depth]) + "/"
            found = {
                user
                for role in one.roles
                for user, level, programme, body in self._grants.get((role, path), ())
                if programme in (None, one.programme_id)
                and (not one.levels or level in one.levels)
                and one.organization_id in (None, body)
            }
            if found:
                return sorted(found)
        return []


def _figures(today: date) -> Iterable[Reminder]:
    """Figures not sent in open periods, one reminder for each period and unit that reports."""
    limit = WorkCalendar(today, today + timedelta(days=60)).add(today, SOON).date
    periods = Period.objects.filter(locked_at=None, opens_on__lte=today, due_on__lte=limit).select_related("programme")
    calendar = WorkCalendar(today - timedelta(days=400), today + timedelta(days=60))
    sent = (ReportState.SUBMITTED, ReportState.REVIEWED, ReportState.APPROVED)
    for period in periods:
        owed: dict[int, int] = defaultdict(int)
        duties = ReportingDuty.objects.filter(
            indicator__programme=period.programme, indicator__is_reported=True, valid_to=None
        )
        for unit in duties.values_list("unit_id", flat=True):
            owed[unit] += 1
        for unit in ProgressReport.objects.filter(period=period, state__in=sent).values_list("unit_id", flat=True):
            owed[unit] -= 1
        units = {unit: left for unit, left in owed.items() if left > 0}
        yield from _of_period(period, units, light_of(calendar.between(today, period.due_on)))


def _of_period(period: Period, units: dict[int, int], light: str) -> Iterable[Reminder]:
    programme = period.programme
    for unit in Unit.objects.filter(pk__in=units).order_by("code"):
        text_zh, text_en = in_both(
            gettext_noop("%(programme)s %(period)s: %(n)s figures of %(unit)s are not sent"),
            partial(_figures_in_words, period, unit, units[unit.pk]),
        )
        yield Reminder(
            ("reporter",),
            unit,
            programme.pk,
            "figures",
            text_zh,
            text_en,
            reverse("entry-grid", args=[programme.code, period.code]) + f"?within={unit.code}",
            period.due_on,
            light,
        )


def _declarations(today: date) -> Iterable[Reminder]:
    """Forward steps of declarations whose last day is near or past."""
    for one in dated_steps(open_declarations(), today):
        if one.light not in (LATE, NEAR):
            continue
        project = one.declaration.project
        text_zh, text_en = in_both(
            gettext_noop("%(project)s: %(step)s"),
            partial(_step_in_words, one),
        )
        yield Reminder(
            one.step.roles,
            project.unit,
            project.programme_id,
            "declaration",
            text_zh,
            text_en,
            reverse("inbox"),
            one.window.closes,
            one.light,
            levels=one.step.levels,
        )


def _figures_in_words(period: Period, unit: Unit, count: int) -> dict:
    return {"programme": period.programme.short, "period": period.code, "n": count, "unit": unit.label}


def _step_in_words(dated: DatedStep) -> dict:
    return {"project": dated.declaration.project.name, "step": dated.step.name}


def in_both(message: str, values: Callable[[], dict]) -> tuple[str, str]:
    """The message in Chinese and in English; ``values`` is asked in each language."""
    said = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said.append(translation.gettext(message) % values())
    return said[0], said[1]


def _item(one: Reminder) -> dict:
    return {
        "kind": one.kind,
        "text_zh": one.text_zh,
        "text_en": one.text_en,
        "url": one.url,
        "due_on": one.due_on.isoformat() if one.due_on else "",
        "light": one.light,
    }


def sends_mail() -> bool:
    """Whether this installation has a sender's address; without one reminders stand in the application only."""
    return bool(settings.LUOSHI_MAIL_FROM)


def _send_mail(digests: list[Digest]) -> None:
    """Tell those who left an address, after commit. A letter holds counts only: no place, no project, no person."""
    if not sends_mail():
        return
    people = User.objects.filter(pk__in=[one.user_id for one in digests]).exclude(email="")
    addresses = dict(people.values_list("pk", "email"))
    letters = [
        (one.user_id, *_letter(one.items), addresses[one.user_id]) for one in digests if one.user_id in addresses
    ]
    if letters:
        transaction.on_commit(partial(_deliver, letters))


def _letter(items: list[dict]) -> tuple[str, str]:
    """Subject and text in Chinese."""
    counts = Counter(item["light"] for item in items)
    with translation.override("zh-hans"):
        subject = _("What is due: %(n)s") % {"n": len(items)}
        lines = (
            _("Late: %(late)s. Due within three working days: %(near)s. Waiting for your decision: %(wait)s.")
            % {"late": counts[LATE], "near": counts[NEAR], "wait": counts[WAITING]},
            _("Sign in to see what they are: %(url)s") % {"url": settings.LUOSHI_PUBLIC_URL + reverse("workbench")},
            _("This letter names no place, project or person on purpose. Please do not answer it."),
        )
    return subject, "\n".join(lines)


def _deliver(letters: list[tuple[int, str, str, str]]) -> None:
    """Send over one connection. A mail server that refuses stops nothing: the reminders stand in the application."""
    sent = 0
    try:
        with get_connection() as connection:
            for _user, subject, text, to in letters:
                EmailMessage(subject, text, settings.LUOSHI_MAIL_FROM, [to], connection=connection).send()
                sent += 1
    except (SMTPException, OSError) as error:
        log.error("digest_mail_failed", sent=sent, left=len(letters) - sent, error=type(error).__name__)
