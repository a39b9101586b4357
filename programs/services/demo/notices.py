"""Notices of the demonstration: two up, one ended with objections judged and answered. Made by the services themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from accounts.models import User
from policies.models import Clause
from programs.models import Declaration, Notice, NoticeItem, Programme
from programs.services import notices
from programs.services.calendar import WorkCalendar, add_working_days
from programs.services.demo.series import read_yaml
from programs.workflow import workflows


def load_notices(*, today: date, say: Callable[[str], None]) -> None:
    """Prepare and post each notice of ``notices.yaml`` for which its programme has declarations at one of its stages."""
    people = {user.username: user for user in User.objects.filter(is_demo=True)}
    made = 0
    for words in read_yaml("notices.yaml")["notices"]:
        programme = Programme.objects.select_related("jurisdiction").filter(code=words["programme"]).first()
        chosen = [] if programme is None else _declarations(programme, words)
        if programme is None or not chosen or not {words["prepares"], words["posts"]} <= set(people):
            continue
        _tell(words, programme, chosen, people, today)
        made += 1
    notices.end_due(today)
    say(f"  notices: {made}")


def _declarations(programme: Programme, words: dict[str, Any]) -> list[Declaration]:
    """Declarations that the city publishes, at the first of the wanted stages that has any free ones."""
    busy = NoticeItem.objects.filter(notice__state__in=[Notice.State.DRAFT, Notice.State.POSTED]).values(
        "declaration_id"
    )
    rows = (
        Declaration.objects.filter(project__programme=programme, workflow__in=[flow.code for flow in workflows()])
        .exclude(project__decider_level="county")
        .exclude(pk__in=busy)
    )
    for stage in words["stages"]:
        found = list(rows.filter(stage=stage).order_by("-cycle__year", "project__unit__code", "id")[: words["most"]])
        if found:
            return found
    return []


def _tell(
    words: dict[str, Any], programme: Programme, chosen: list[Declaration], people: dict[str, User], today: date
) -> None:
    clerk, approver = people[words["prepares"]], people[words["posts"]]
    clause = Clause.objects.filter(
        document=programme.document, path=words.get("clause", "")
    ).first()  # none: set by the city
    notice = notices.prepare(
        actor=clerk, programme=programme, unit=programme.jurisdiction, declarations=chosen, clause=clause,
        **{name: words[name] for name in ("title", "text", "contact", "issuer", "workdays")},
    )  # fmt: skip
    posted = _back(today, words["posted"])
    notices.post(actor=approver, notice_id=notice.pk, on=posted)
    for raised in words.get("objections", ()):
        received = add_working_days(posted, raised["after"]).date
        objection = notices.record_objection(
            actor=clerk, notice_id=notice.pk, received_on=received,
            **{name: raised[name] for name in ("register_no", "channel", "text")},
        )  # fmt: skip
        notices.judge_objection(
            actor=approver, objection_id=objection.pk, answered_on=add_working_days(received, 3).date,
            **{name: raised[name] for name in ("is_major", "is_true", "judgement", "answer")},
        )  # fmt: skip


def _back(today: date, days: int) -> date:
    """The working day that lies ``days`` working days before ``today``."""
    calendar, day = WorkCalendar(today - timedelta(days=90), today), today
    while days > 0 or not calendar.is_workday(day):
        days -= calendar.is_workday(day)
        day -= timedelta(days=1)
    return day
