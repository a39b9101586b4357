"""A city with two counties, a lead bureau, a second bureau, two tasks, and people on every side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import User
from programs.models import Organization, Task, TaskAssignment
from programs.services.assignments import assign_all, take
from tests.factories import SmallCity, make_grant, make_organization, make_user, small_city


@dataclass
class Office:
    """``small`` and what supervision adds. ``counties``: assignments of task 1 by county."""

    small: SmallCity
    lead: Organization
    other: Organization
    tasks: list[Task]
    people: dict[str, User]

    def __getattr__(self, name: str) -> Any:
        people = {**self.__dict__["small"].people, **self.__dict__["people"]}
        if name in people:
            return people[name]
        raise AttributeError(name)

    def of_county(self, number: int = 1, county: int = 0) -> TaskAssignment:
        return TaskAssignment.objects.get(task__number=number, unit=self.small.counties[county], organization=None)

    def of_body(self, body: Organization, number: int = 1) -> TaskAssignment:
        return TaskAssignment.objects.get(task__number=number, organization=body)

    def step(self, actor: User, assignment: TaskAssignment, verb: str, comment: str = "words", **fields) -> Any:
        version = TaskAssignment.objects.get(pk=assignment.pk).version
        if verb == "rectify":
            fields = {"workdays": 10} | fields
        return take(
            actor=actor, assignment_id=assignment.pk, verb=verb, comment=comment, **({"version": version} | fields)
        )

    def walk(self, assignment: TaskAssignment, *verbs: str) -> TaskAssignment:
        """Take the steps in order, each by the person of the first county it belongs to."""
        who = {
            "accept": self.reporter, "begin": self.reporter, "report": self.reporter, "rectified": self.reporter,
            "check": self.reviewer, "recheck": self.reviewer, "rectify": self.reviewer, "close": self.approver,
        }  # fmt: skip
        for verb in verbs:
            self.step(who[verb], assignment, verb)
        return TaskAssignment.objects.get(pk=assignment.pk)


@pytest.fixture
def office(db) -> Office:
    small = small_city()
    lead, other = make_organization(small.city), make_organization(small.city)
    people = {
        name: make_user()
        for name in ("lead_reporter", "lead_reviewer", "lead_approver", "other_bureau", "other_bureau_reviewer")
    }
    for name, role, body in (
        ("lead_reporter", "reporter", lead),
        ("lead_reviewer", "reviewer", lead),
        ("lead_approver", "approver", lead),
        ("other_bureau", "reporter", other),
        ("other_bureau_reviewer", "reviewer", other),
    ):
        make_grant(people[name], role, small.city, organization=body)
    tasks = [
        Task.objects.create(
            programme=small.programme, number=number, summary_zh="示例任务", lead=lead, year=year,
            counties_implicitly_responsible=True,
        )
        for number, year in ((1, 2026), (2, None))
    ]  # fmt: skip
    tasks[0].responsible.add(lead, other)
    assign_all(programme=small.programme)
    return Office(small, lead, other, tasks, people)
