"""The problem list of a programme with lights and the result of the vote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from programs.models import Problem
from programs.queries.assignments import TaskLights

State = Problem.State


@dataclass(frozen=True)
class ProblemRow:
    """One problem with its light and the words beside it."""

    problem: Problem
    light: str
    words: str


def with_lights(problems: QuerySet[Problem], today: date) -> list[ProblemRow]:
    """Rows in the order of the query; two queries."""
    lights = TaskLights(today)
    found = []
    for one in problems:
        light = light_of_problem(one, lights)
        words = _("no plan yet") if one.state == State.LISTED else lights.words(light, one.due_on)
        found.append(ProblemRow(one, light, words))
    return found


def light_of_problem(problem: Problem, lights: TaskLights) -> str:
    """done when closed, wait when reported, todo without a plan, else by the date like an assigned task."""
    if problem.state == State.CLOSED:
        return "done"
    if problem.state == State.REPORTED:
        return "wait"
    if problem.state == State.LISTED:
        return "todo"
    return lights.of("in_progress", problem.due_on, False)
