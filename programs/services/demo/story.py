"""The year behind the demonstration: who sent which figure when, what came back, what is still missing."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from programs.models import Grant, Indicator, Period, Programme, ProgressDecision, ReportState, Role, Unit
from programs.services.calendar import WorkCalendar

Verb, State = ProgressDecision.Verb, ReportState
JUMPY = (Indicator.Counting.CUMULATIVE, Indicator.Counting.CUMULATIVE_YEAR, Indicator.Counting.FLOW)


@dataclass(frozen=True)
class Step:
    """One decision to be written."""

    verb: str
    before: str
    after: str
    actor: User
    at: datetime
    comment: str = ""
    ask: str = ""
    redo_by: date | None = None


@dataclass
class Version:
    """One revision to be written, with the decisions on it; ``counts_from`` when it became the figure."""

    value: Decimal
    author: User
    at: datetime
    reason: str = ""
    source: str = "web"
    steps: list[Step] = field(default_factory=list)
    counts_from: datetime | None = None


@dataclass
class Story:
    """One cell's history. No versions: nobody reported it. ``draft`` is typed but not submitted."""

    indicator: Indicator
    unit: Unit
    period: Period
    versions: list[Version] = field(default_factory=list)
    state: str = State.DRAFT
    draft: str = ""


class People:
    """Who acts for a unit in a programme, from the grants: the holder whose unit lies nearest."""

    def __init__(self, programme: Programme) -> None:
        rows = Grant.objects.filter(
            revoked_at=None, role__in=[Role.REPORTER, Role.REVIEWER, Role.APPROVER], user__is_demo=True
        ).select_related("user", "unit", "organization")
        self._grants = [g for g in rows if g.programme_id in (None, programme.pk)]

    def of(self, role: str, unit: Unit) -> User | None:
        """The nearest holder of ``role`` over ``unit``; None when the demonstration has nobody there."""
        fitting = [g for g in self._grants if g.role == role and unit.path.startswith(g.unit.path)]
        return max(fitting, key=lambda g: (len(g.unit.path), g.programme_id is not None)).user if fitting else None


class Teller:
    """Invents the stories of one period; the same inputs give the same stories."""

    def __init__(self, *, programme: Programme, today: date, words: dict, calendar: WorkCalendar) -> None:
        self.programme, self.today, self.words, self.calendar = programme, today, words, calendar
        self.people = People(programme)
        self.now = timezone.now()

    def tell(
        self, period: Period, cells: Sequence[tuple[Indicator, Unit, Decimal, Decimal | None]], *, newest: Period
    ) -> Iterator[Story]:
        """Stories of ``cells`` (indicator, unit, figure, figure of the period before). ``newest`` is the current period."""
        current, last = (
            period.pk == newest.pk,
            period.ends_on >= newest.starts_on - timedelta(days=1) and period.pk != newest.pk,
        )
        for indicator, unit, value, previous in cells:
            rng = random.Random(f"{indicator.code}:{unit.code}:{period.starts_on:%Y%m}")
            unit_rng = random.Random(f"{unit.code}:{period.starts_on:%Y%m}:{self.programme.code}")
            fate = unit_rng.random()
            story = Story(indicator, unit, period)
            if self.people.of(Role.REPORTER, unit) is None:
                continue
            if current:
                self._current(story, value, rng, fate)
            elif last:
                self._last(story, value, previous, rng, fate)
            else:
                self._past(story, value, rng, fate)
            yield story

    def _current(self, story: Story, value: Decimal, rng: random.Random, fate: float) -> None:
        """The open month: some townships are early, a few have begun, most have not."""
        if fate < 0.05:
            self._submit(
                story,
                value,
                self._moment(
                    story.period.starts_on + timedelta(days=1),
                    rng,
                    within=max((self.today - story.period.starts_on).days - 1, 1),
                ),
                rng,
            )
        elif fate < 0.09 and rng.random() < 0.6:
            story.draft = f"{value:f}"

    def _last(self, story: Story, value: Decimal, previous: Decimal | None, rng: random.Random, fate: float) -> None:
        """The month before: mostly approved; some late, some waiting, some returned, some odd."""
        if fate < 0.06:
            return
        odd = rng.random() < 0.04 and 0.06 <= fate < 0.4
        reason = ""
        if odd and previous and previous > 20 and story.indicator.counting == Indicator.Counting.CUMULATIVE:
            value, reason = previous - rng.randint(1, 9), rng.choice(self.words["drop_reasons"])
        elif odd and previous and previous > 20 and story.indicator.maximum == "" and story.indicator.counting in JUMPY:
            value, reason = (previous * Decimal("3.4")).quantize(Decimal(1)), rng.choice(self.words["jump_reasons"])
        moment = self._after(story.period.ends_on, rng, 1, 5)
        self._submit(story, value, moment, rng, reason=reason)
        if fate < 0.16:
            return
        if odd:  # the county passed it on; the bureau looks at it
            self._review(story, rng)
            return
        if fate < 0.2 and rng.random() < 0.25:
            self._return(story, rng)
        elif fate < 0.3:
            self._review(story, rng)
        else:
            self._review(story, rng)
            self._approve(story, rng)

    def _past(self, story: Story, value: Decimal, rng: random.Random, fate: float) -> None:
        """A closed month: approved, sometimes late or after one return; a few figures were never sent."""
        if fate < 0.008:
            return
        slow = fate > 0.95
        self._submit(
            story,
            value,
            self._after(story.period.ends_on, rng, 6 if slow else 1, 9 if slow else 5),
            rng,
            reason=self.words["late_note"] if slow else "",
        )
        if rng.random() < 0.012:
            self._return(story, rng)
            self._submit(story, value, self._later(story, rng), rng)
        self._review(story, rng)
        self._approve(story, rng)
        if rng.random() < 0.002 and value > 20 and (story.period.ends_on + timedelta(days=45)) < self.today:
            self._correct(story, rng)

    def _submit(self, story: Story, value: Decimal, at: datetime, rng: random.Random, *, reason: str = "") -> None:
        reporter = self.people.of(Role.REPORTER, story.unit)
        assert reporter is not None  # ``tell`` passes over the units without one
        version = Version(value, reporter, at, reason)
        version.steps.append(Step(Verb.SUBMIT, story.state, State.SUBMITTED, reporter, at))
        story.versions.append(version)
        story.state = State.SUBMITTED

    def _step(self, story: Story, verb: str, to: str, actor: User, at: datetime, **more) -> None:
        story.versions[-1].steps.append(Step(verb, story.state, to, actor, at, **more))
        story.state = to

    def _review(self, story: Story, rng: random.Random) -> None:
        reviewer, at = self.people.of(Role.REVIEWER, story.unit), self._later(story, rng)
        if reviewer is not None and at < self.now:
            self._step(story, Verb.REVIEW, State.REVIEWED, reviewer, at)

    def _approve(self, story: Story, rng: random.Random) -> None:
        approver, at = self.people.of(Role.APPROVER, story.unit), self._later(story, rng)
        if approver is None or at >= self.now:
            return
        comment = "" if story.state == State.REVIEWED else self.words["direct_approval"]
        self._step(story, Verb.APPROVE, State.APPROVED, approver, at, comment=comment)
        story.versions[-1].counts_from = at

    def _return(self, story: Story, rng: random.Random) -> None:
        reviewer = self.people.of(Role.REVIEWER, story.unit) or self.people.of(Role.APPROVER, story.unit)
        at = self._later(story, rng)
        if reviewer is not None and at < self.now:
            comment, ask = rng.choice(self.words["return_comments"])
            redo_by = self.calendar.add(max(timezone.localdate(at), self.today - timedelta(days=4)), 3).date
            self._step(story, Verb.RETURN, State.RETURNED, reviewer, at, comment=comment, ask=ask, redo_by=redo_by)

    def _correct(self, story: Story, rng: random.Random) -> None:
        """An approved correction some weeks later: a new revision that counts from then on."""
        if story.state != State.APPROVED:
            return
        old = story.versions[-1]
        reporter, approver = old.author, old.steps[-1].actor  # the last step was the approval
        at = self._at(self.calendar.add(timezone.localdate(old.counts_from), 18).date, rng)
        reason = rng.choice(self.words["correction_reasons"])
        version = Version(
            max(Decimal(0), old.value - rng.randint(1, 5)),
            reporter,
            at,
            reason,
            source="correction",
            counts_from=at + timedelta(hours=20),
        )
        version.steps = [
            Step(Verb.SUBMIT, State.APPROVED, State.SUBMITTED, reporter, at, comment=reason),
            Step(Verb.APPROVE, State.SUBMITTED, State.APPROVED, approver, at + timedelta(hours=20)),
        ]
        story.versions.append(version)

    def _after(self, day: date, rng: random.Random, first: int, last: int) -> datetime:
        """A working moment between the ``first`` and ``last`` working day after ``day``, never in the future."""
        return min(self._at(self.calendar.add(day, rng.randint(first, last)).date, rng), self.now - timedelta(hours=30))

    def _moment(self, day: date, rng: random.Random, *, within: int) -> datetime:
        return min(
            self._at(day + timedelta(days=rng.randint(0, within)), rng),
            self.now - timedelta(minutes=rng.randint(20, 600)),
        )

    def _later(self, story: Story, rng: random.Random) -> datetime:
        """Some hours after the story's last step, on a working day."""
        last = story.versions[-1].steps[-1].at
        day = timezone.localdate(last)
        return max(self._at(self.calendar.add(day, rng.randint(1, 2)).date, rng), last + timedelta(minutes=7))

    @staticmethod
    def _at(day: date, rng: random.Random) -> datetime:
        return timezone.make_aware(
            datetime.combine(
                day, time(rng.choice((8, 9, 10, 11, 14, 15, 16, 17)), rng.randint(0, 59), rng.randint(0, 59))
            )
        )


def tally(stories: Sequence[Story]) -> dict[str, int]:
    """How many cells ended in which state; ``missing`` for none."""
    return dict(
        Counter(str(story.state) if story.versions else ("draft" if story.draft else "missing") for story in stories)
    )
