"""The demonstration's assigned tasks: Zhoukou's year 2024 as history, and a follow-up around the day of loading."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone, translation

from accounts.models import User
from audit.services import record
from programs.models import (
    AssignmentStep,
    Delivery,
    Extension,
    Milestone,
    Organization,
    Problem,
    ProblemStep,
    Programme,
    Role,
    TaskAssignment,
    TaskFeedback,
    Unit,
)
from programs.queries.supervision_cycle import cycle_of
from programs.services.demo.series import read_yaml
from programs.services.demo.story import People
from programs.services.supervision_notices import answer, issue
from programs.services.task_feedback import open_spans

ZHOUKOU, OFFICE, COUNTY = "zhoukou-eldercare-2024", "zhoukou-office", "411602000000"
STATES = TaskAssignment.State
# How far the follow-up of a task has come, its share, and the new date in days from today (None: the first date stays).
OPEN = (
    ("in_progress", 22, 60),
    ("in_progress", 8, 3),
    ("in_progress", 9, -12),
    ("accepted", 6, 40),
    ("reported", 8, 20),
    ("checked", 5, 15),
    ("rectifying", 5, 25),
    ("rechecked", 3, 10),
)
PATHS = {
    "accepted": ["accept"],
    "in_progress": ["accept", "begin"],
    "reported": ["accept", "begin", "report"],
    "checked": ["accept", "begin", "report", "check"],
    "done": ["accept", "begin", "report", "check", "close"],
    "rectifying": ["accept", "begin", "report", "rectify"],
    "rechecked": ["accept", "begin", "report", "rectify", "rectified", "recheck"],
    "closed": ["accept", "begin", "report", "rectify", "rectified", "recheck", "close"],
}
TO = {
    "accept": "accepted", "begin": "in_progress", "report": "reported", "check": "checked", "rectify": "rectifying",
    "rectified": "rectifying", "recheck": "rechecked",
}  # fmt: skip


@dataclass
class Rows:
    """What is written in bulk."""

    assignments: list[TaskAssignment] = field(default_factory=list)
    steps: list[AssignmentStep] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    feedback: list[TaskFeedback] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)


def load_supervision(*, today: date, say: Callable[[str], None]) -> None:
    """Invent the course of every assignment of Zhoukou's plan that still stands untouched; does nothing a second time."""
    programme = Programme.objects.select_related("jurisdiction").filter(code=ZHOUKOU).first()
    office = User.objects.filter(username=OFFICE).first()
    rows = TaskAssignment.objects.filter(task__programme=programme, version=0).select_related(
        "task", "unit", "organization"
    )
    if programme is None or office is None or Problem.objects.filter(programme=programme).exists():
        return
    teller = _Teller(programme, office, today, read_yaml("supervision.yaml"))
    for one in rows.order_by("task__number", "unit__code", "organization"):
        teller.tell(one)
    teller.write()
    _problems(programme, office, today, teller.words)
    _deliveries(programme, office, today, teller.words)
    _notice(programme, office, today, teller.words)
    record(
        "demo.load", obj=programme, unit_path=programme.jurisdiction.path,
        after={"programme": programme.code, "today": today.isoformat(), "assignments": len(teller.rows.assignments)},
    )  # fmt: skip
    say(f"  {programme.code}: {len(teller.rows.assignments)} assigned tasks followed up")


class _Teller:
    """Invents one assignment after the other; the same inputs give the same course."""

    def __init__(self, programme: Programme, office: User, today: date, words: dict[str, Any]) -> None:
        self.programme, self.office, self.today, self.words = programme, office, today, words
        self.people, self.rows = People(programme), Rows()
        self.spans = open_spans(programme, today)

    def tell(self, one: TaskAssignment) -> None:
        rng = random.Random(f"{one.task.number}:{one.unit.code}:{one.organization and one.organization.code}")
        chance = rng.random() * 100
        is_shown = one.unit.code == COUNTY  # the county whose people can be played
        if chance < (40 if is_shown else 70):
            self._past(one, rng, "closed" if rng.random() < 0.08 else "done")
        elif is_shown and chance > 90:
            return  # waits to be accepted
        else:
            self._open(one, rng)

    def _past(self, one: TaskAssignment, rng: random.Random, state: str) -> None:
        """Finished by the end of its year, a few after a later date."""
        due = one.due_on or date(self.programme.starts_on.year, 12, 31)
        if rng.random() < 0.12:
            self._extend(one, due, due + timedelta(days=rng.randint(60, 120)), due - timedelta(days=20))
        begun = self.programme.starts_on + timedelta(days=rng.randint(6, 25))
        self._walk(one, state, begun, (one.due_on or due) - timedelta(days=rng.randint(5, 70)), rng)

    def _open(self, one: TaskAssignment, rng: random.Random) -> None:
        """Carried on: the date was moved to around today, and something is said each month."""
        state, _weight, days = rng.choices(OPEN, weights=[weight for _state, weight, _days in OPEN])[0]
        due = one.due_on or date(self.programme.starts_on.year, 12, 31)
        until = self.today + timedelta(days=days + rng.randint(0, 2 if days < 10 else 12))
        self._extend(one, due, until, due - timedelta(days=15))
        begun = self.programme.starts_on + timedelta(days=rng.randint(6, 25))
        last = min(self.today - timedelta(days=rng.randint(2, 25)), until)
        self._walk(one, state, begun, last, rng)
        if one.state in ("in_progress", "accepted", "rectifying"):
            self._follow(one, rng)

    def _extend(self, one: TaskAssignment, due: date, until: date, asked: date) -> None:
        asker = self._reporter(one)
        self.rows.extensions.append(Extension(
            assignment=one, unit=one.unit, programme=self.programme, due_before=due, asked_until=until,
            reason=self.words["extend"], asked_by=asker, asked_at=_at(asked, 9), is_granted=True,
            answer=self.words["extend_answer"], decided_by=self.office, decided_at=_at(asked + timedelta(days=3), 15),
        ))  # fmt: skip
        one.due_on, one.first_due_on = until, due
        one.state = STATES.IN_PROGRESS
        self._step(one, "extend", STATES.IN_PROGRESS, self.office, asked + timedelta(days=3), self.words["extend"])

    def _walk(self, one: TaskAssignment, state: str, begun: date, last: date, rng: random.Random) -> None:
        path = PATHS[state]
        late_ones = sorted(rng.randint(0, 9) for _verb in path[2:])
        current = STATES.ASSIGNED.value
        for position, verb in enumerate(path):
            if position < 2:
                day = begun + timedelta(days=position)
            else:
                day = last - timedelta(days=10 - late_ones[position - 2])
            target = TO.get(verb) or ("closed" if state == "closed" else "done")
            comment = {
                "accept": self.words["history"], "report": rng.choice(self.words["done"]), "check": self.words["check"],
                "rectify": self.words["rectify"], "rectified": self.words["rectified"], "recheck": self.words["check"],
            }.get(verb, "")  # fmt: skip
            actor = self._actor(one, verb)
            one.state = current
            self._step(one, verb, target, actor, day, comment)
            if verb in ("report", "rectified"):
                one.reported_by = actor
            elif verb == "rectify":
                one.reported_by = None
            current = target
        one.state = current
        self.rows.assignments.append(one)

    def _follow(self, one: TaskAssignment, rng: random.Random) -> None:
        reporter = self._reporter(one)
        for position, span in enumerate(reversed(self.spans[1:])):
            was_late = rng.random() < 0.1
            said = span.due_on + timedelta(days=2) if was_late else span.ends_on + timedelta(days=2)
            if said > self.today:
                continue
            self.rows.feedback.append(TaskFeedback(
                assignment=one, period_code=span.code, text=self.words["follow"],
                problems=self.words["stuck"] if rng.random() < 0.2 else "", is_unchanged=position > 0 and rng.random() < 0.6,
                was_late=was_late, by=reporter, office=self._office(one), at=_at(said, 10),
            ))  # fmt: skip
        if one.unit.code == COUNTY:
            one.timetable, one.contact_office = self.words["timetable"], self.words["office"]
            for position, text in enumerate(self.words["milestones"]):
                due = min(self.today + timedelta(days=(position - 1) * 30), one.due_on or self.today)
                done = due if position == 0 else None
                self.rows.milestones.append(Milestone(assignment=one, text=text, due_on=due, done_on=done))

    def _step(self, one: TaskAssignment, verb: str, target: str, actor: User, day: date, comment: str) -> None:
        self.rows.steps.append(AssignmentStep(
            assignment=one, verb=verb, from_state=one.state, to_state=target, actor=actor, office=self._office(one),
            comment=comment, at=_at(day, 10 + len(self.rows.steps) % 7),
        ))  # fmt: skip
        one.version += 1

    def _reporter(self, one: TaskAssignment) -> User:
        return self.people.of(Role.REPORTER, one.unit) or self.office

    def _actor(self, one: TaskAssignment, verb: str) -> User:
        if verb in ("check", "rectify", "recheck"):
            return self.people.of(Role.REVIEWER, one.unit) or self.office
        return self.office if verb == "close" else self._reporter(one)

    @staticmethod
    def _office(one: TaskAssignment) -> str:
        return one.organization.name if one.organization else one.unit.name

    def write(self) -> None:
        """Everything in bulk; history in the order of its moments."""
        changed = ["state", "version", "due_on", "first_due_on", "reported_by", "timetable", "contact_office"]
        TaskAssignment.objects.bulk_create(  # one statement for all; bulk_update takes ten times as long
            self.rows.assignments, update_conflicts=True, unique_fields=["id"], update_fields=changed
        )
        AssignmentStep.objects.bulk_create(sorted(self.rows.steps, key=lambda step: step.at), batch_size=1000)
        Extension.objects.bulk_create(self.rows.extensions, batch_size=1000)
        TaskFeedback.objects.bulk_create(self.rows.feedback, batch_size=1000)
        Milestone.objects.bulk_create(self.rows.milestones)


def _problems(programme: Programme, office: User, today: date, words: dict[str, Any]) -> None:
    """The list of July, one problem in each state; those voted on at the end of the year."""
    bodies = {one.code: one for one in Organization.objects.filter(unit=programme.jurisdiction)}
    people, raised = People(programme), date(programme.starts_on.year, 7, 3)
    verbs = {"assign": "assigned", "start": "rectifying", "report": "reported", "vote": "closed"}
    upto = {"listed": 0, "rectifying": 4, "reported": 3, "closed": 4}
    for number, given in enumerate(words["problems"], start=1):
        body = bodies.get(given.get("body", ""))
        unit = Unit.objects.get(code=given["unit"], valid_to=None) if "unit" in given else programme.jurisdiction
        reporter, state = people.of(Role.REPORTER, unit) or office, given["state"]
        voted = date(raised.year, 12, 20) if given.get("verdict") else None
        problem = Problem.objects.create(
            programme=programme, number=number, source=words["source"], raised_on=raised, text=given["text"],
            goal=given.get("goal", ""), unit=unit, organization=body, state=state, verdict=given.get("verdict", ""),
            voted_on=voted, due_on=_due_of(state, raised, today), reported_by=reporter if upto[state] > 2 else None,
            created_by=office,
        )  # fmt: skip
        with translation.override("zh-hans"):
            verdict = f"{problem.get_verdict_display()} {voted:%Y-%m-%d}" if voted else ""
        before = "listed"
        for position, (verb, target) in enumerate(list(verbs.items())[: upto[state]]):
            reached = "rectifying" if verb == "vote" and given.get("verdict") == "unsatisfied" else target
            ProblemStep.objects.create(
                problem=problem, verb=verb, from_state=before, to_state=reached, comment=verdict if verb == "vote" else words["reports"].get(target, ""),
                actor=reporter if verb in ("start", "report") else office,
                at=_at(voted if verb == "vote" and voted else raised + timedelta(days=25 + 48 * position), 10),
            )  # fmt: skip
            before = reached


def _deliveries(programme: Programme, office: User, today: date, words: dict[str, Any]) -> None:
    """What each step of the cycle asked for, recorded some days before the end of its month."""
    for step in cycle_of(programme, office, today).steps:
        day = step.ends_on - timedelta(days=5)
        if day <= today:
            Delivery.objects.bulk_create([
                Delivery(
                    programme=programme, step=step.code, unit=programme.jurisdiction, organization=body,
                    delivered_on=day - timedelta(days=position % 4), note=words["delivered"], recorded_by=office,
                    recorded_at=_at(day, 15),
                ) for position, body in enumerate(step.bodies)
            ])  # fmt: skip


def _due_of(state: str, raised: date, today: date) -> date | None:
    if state == "listed":
        return None
    return date(raised.year, 11, 30) if state == "closed" else today + timedelta(days=45)


def _notice(programme: Programme, office: User, today: date, words: dict[str, Any]) -> None:
    """One supervision notice to the county about what is late there, answered."""
    late = TaskAssignment.objects.filter(
        task__programme=programme, unit__code=COUNTY, organization=None, due_on__lt=today,
        state__in=[STATES.ASSIGNED, STATES.ACCEPTED, STATES.IN_PROGRESS, STATES.RECTIFYING],
    ).order_by("task__number")[:4]  # fmt: skip
    if not late:
        return
    notice = issue(
        actor=office, assignment_ids=[one.pk for one in late], demand=words["demand"], due_on=today + timedelta(days=10),
        today=today,
    )  # fmt: skip
    reporter = People(programme).of(Role.REPORTER, late[0].unit)
    if reporter is not None:
        answer(actor=reporter, notice_id=notice.pk, text=words["answer"])


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(min(hour, 17), 20)))
