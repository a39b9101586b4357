"""An invented procedure: a township applies, its county hands in, the city accepts in autumn and honours with a number."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import pytest
from django import forms

from programs.models import Declaration, Project, Role, Unit
from programs.modules import ProgrammeModule, ProjectKind, _modules, register
from programs.services.declarations import start
from programs.workflow import DocumentKind, Fact, Guard, Problem, Stage, Transition, Workflow, _workflows
from tests.factories import SmallCity, make_grant, make_organization, make_user, small_city

County, City, Town = Unit.Level.COUNTY, Unit.Level.CITY, Unit.Level.TOWNSHIP


def length_is_enough(context):
    return None if context.declaration.draft.get("length", 0) >= 10 else Problem("Too short.", "Build more.")


def quota_is_kept(context):
    return Problem("Over the quota.") if context.declaration.draft.get("over") else None


EFFECTS: list[str] = []


def note_effect(*, declaration, decision, actor):
    EFFECTS.append(f"{declaration.pk}:{decision.verb}")
    if declaration.draft.get("explode"):
        raise RuntimeError("effect failed")


FLOW = Workflow(
    code="sample",
    name="Sample",
    version=1,
    stages=(
        Stage("draft", "Draft", next="The township applies."),
        Stage("applied", "Applied"),
        Stage("handed_in", "Handed in"),
        Stage("accepted", "Accepted", publishes=True),
        Stage("honoured", "Honoured", is_final=True),
        Stage("returned", "Returned", is_main=False),
    ),
    transitions=(
        Transition(
            "apply", ("draft", "returned"), "applied", "Apply", (Role.REPORTER,), (Town, County),
            hands_in=True, saves_revision=True, documents=("plan",),
            guards=(Guard("length", "At least 10 km", length_is_enough, clause="A·1"), Guard("quota", "Quota", quota_is_kept, is_hard=False)),
        ),
        Transition("withdraw", ("applied",), "draft", "Withdraw", (Role.REPORTER,), (Town, County), is_reverse=True),
        Transition("hand_in", ("applied",), "handed_in", "Hand in", (Role.REVIEWER, Role.APPROVER), (County,), hands_in=True),
        Transition("return", ("applied", "handed_in"), "returned", "Return", (Role.REVIEWER, Role.APPROVER), (County, City), decides=True, is_reverse=True),
        Transition("accept", ("handed_in",), "accepted", "Accept", (Role.APPROVER,), (City,), accepts=True,
                   effects=("tests.declarations.conftest.note_effect",)),
        Transition("honour", ("accepted",), "honoured", "Honour", (Role.APPROVER,), (City,), decides=True, wants_number=True,
                   facts=(Fact("plaque", "Plaque"), Fact("on", "Day", kind="date", is_required=False))),
    ),
    documents=(DocumentKind("plan", "Plan", belongs_to_project=True),),
)  # fmt: skip


@pytest.fixture
def flow():
    """The procedure, registered for one test."""
    register(ProgrammeModule("sample", "Sample", 900, (ProjectKind("road", "Road", {"city": "sample"}),), (FLOW,)))
    EFFECTS.clear()
    yield FLOW
    del _modules["sample"], _workflows["sample"]


@dataclass
class Case:
    """A declaration in draft, and who can do what with it."""

    place: SmallCity
    project: Project
    declaration: Declaration
    town_reporter: object
    county_reviewer: object
    city_approver: object


@pytest.fixture
def case(db, flow) -> Case:
    place = small_city()
    place.programme.module = "sample"
    place.programme.save()
    town = place.townships[0]
    body = make_organization(town)
    bureau = make_organization(place.city)
    reporter, approver = make_user(), make_user()
    make_grant(reporter, Role.REPORTER, town, organization=body)
    make_grant(approver, Role.APPROVER, place.city, organization=bureau)
    project = Project.objects.create(
        programme=place.programme, kind="road", code="road-1", name_zh="一号路", unit=town, applicant=body
    )
    declaration = start(actor=reporter, project=project, year=2026, data={"length": 12})
    return Case(place, project, declaration, reporter, place.people["reviewer"], approver)


class RoadForm(forms.Form):
    """The application of a road."""

    name = forms.CharField(label="Name of the road")
    km = forms.DecimalField(label="Length", decimal_places=2)
    kind = forms.ChoiceField(label="Kind", choices=[("new", "Brand new"), ("old", "Repaired")])

    def __init__(self, data=None, *, project):
        super().__init__(data)
        self.project = project


@pytest.fixture
def form_flow(flow, monkeypatch):
    """The same procedure with an application to fill in; its own rules are out of the way."""
    steps = tuple(dataclasses.replace(step, guards=()) for step in flow.transitions)
    changed = dataclasses.replace(flow, form="tests.declarations.conftest.RoadForm", transitions=steps)
    monkeypatch.setitem(_workflows, "sample", changed)
    return changed
