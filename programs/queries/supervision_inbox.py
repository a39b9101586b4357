"""What supervision waits for from one person: tasks, later dates, problems, rectifications, inspections, notices, appeals.

Each kind is one queryset of what is this person's turn; the lists narrowed to "mine", the inbox, the workbench and the
number in the navigation all read the same ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from programs.access import Held, access_of
from programs.models import (
    Extension,
    Inspection,
    Problem,
    Project,
    Purpose,
    RankingAppeal,
    Rectification,
    Role,
    SupervisionNotice,
)
from programs.queries.assignments import TaskLights, waiting_for
from programs.rectification_steps import OWNER_ROLES
from programs.services.extensions import RECTIFICATION_DECIDERS, WAITING
from programs.services.inspections import REVIEWS, who_inspects

TOP = 5  # rows shown of each kind; the list has all of them
NOBODY = Q(pk__in=[])


@dataclass(frozen=True)
class Item:
    """One thing to do: what it is, whose, until when, with its light."""

    title: str
    place: str
    due_on: date | None
    light: str
    words: str
    url: str


@dataclass(frozen=True)
class Section:
    """One kind: how many there are, the most urgent of them, and where the list of all of them is."""

    kind: str
    label: str | Promise
    count: int
    url: str
    items: list[Item]


def extensions_for(user: User) -> QuerySet[Extension]:
    """Requests for a later date that this person decides: never those they asked for, or whose work they reported."""
    access = access_of(user)
    lookups = {"unit_path": "unit__path", "programme": "programme_id"}
    mine = access.within([Role.APPROVER], **lookups) | (
        access.within(RECTIFICATION_DECIDERS, **lookups) & Q(rectification__isnull=False)
    )
    own = Q(asked_by=user) | Q(assignment__reported_by=user) | Q(rectification__reported_by=user)
    return Extension.objects.filter(mine, WAITING).exclude(own)


def problems_for(user: User) -> QuerySet[Problem]:
    """Problems to assign or to vote on (the city's approver) and to put right (the body that owns them)."""
    state, condition = Problem.State, NOBODY
    for held in access_of(user).business:
        place = _place(held, "unit__path", "programme_id")
        if held.role == Role.APPROVER:
            top = Q(programme__jurisdiction__level=held.level)
            condition |= place & top & (Q(state=state.LISTED) | Q(state=state.REPORTED) & ~Q(reported_by=user))
        elif held.role == Role.REPORTER:
            body = Q() if held.organization_id is None else Q(organization=None) | _body(held)
            own = Q(unit__level=held.level) & body
            condition |= place & own & Q(state__in=[state.ASSIGNED, state.RECTIFYING])
    return Problem.objects.filter(condition)


def rectifications_for(user: User) -> QuerySet[Rectification]:
    """Findings to put right (the owner) and to revisit (whoever inspects, but nobody who did the work)."""
    state, condition = Rectification.State, NOBODY
    for held in access_of(user).business:
        if held.role in OWNER_ROLES:
            body = (
                Q() if held.organization_id is None else Q(organization=None) | Q(organization_id=held.organization_id)
            )
            own = _place(held, "unit__path", "programme_id") & Q(unit__level=held.level) & body
            condition |= own & Q(state__in=[state.ASSIGNED, state.IN_PROGRESS])
        revisits = _revisits(held)
        if revisits is not None:
            condition |= revisits & Q(state=state.REPORTED)
    did = Rectification.objects.filter(steps__actor=user, steps__verb__in=("accept", "report"))
    return Rectification.objects.filter(condition).exclude(Q(state=state.REPORTED) & Q(pk__in=did.values("pk")))


def inspections_for(user: User) -> QuerySet[Inspection]:
    """Inspections this person began and has not closed."""
    return Inspection.objects.filter(state=Inspection.State.OPEN, inspector=user)


def notices_for(user: User) -> QuerySet[SupervisionNotice]:
    """Supervision notices that this person answers for the body."""
    condition = NOBODY
    for held in access_of(user).business:
        if held.role == Role.REPORTER:
            body = Q() if held.organization_id is None else Q(organization=None) | _body(held)
            condition |= _place(held, "unit__path", "programme_id") & Q(unit__level=held.level) & body
    return SupervisionNotice.objects.filter(condition, answered_at=None)


def appeals_for(user: User) -> QuerySet[RankingAppeal]:
    """Appeals against a ranking that this person decides: the approver of the programme, never their own."""
    mine = access_of(user).within(
        [Role.APPROVER], unit_path="ranking__programme__jurisdiction__path", programme="ranking__programme_id"
    )
    return RankingAppeal.objects.filter(mine, decided_at=None).exclude(made_by=user)


def count_for(user: User, *more: QuerySet) -> int:
    """How many things of all kinds wait for this person, and rows of ``more``; one query together.

    Inspections of an application are counted with the application.
    """
    first, *rest = (rows.order_by().values("pk") for rows in (*(kind.rows(user) for kind in KINDS), *more))
    return int(first.union(*rest, all=True).count())


def sections_for(user: User, today: date) -> list[Section]:
    """The kinds of which something waits; one query for each kind and one for the working days."""
    lights, found = TaskLights(today), []
    for kind in KINDS:
        order = F(kind.due).asc(nulls_last=True) if kind.due else F("pk").asc()
        rows = kind.rows(user).select_related(*kind.related).annotate(of_all=Window(Count("*"))).order_by(order, "pk")
        shown = list(rows[:TOP])
        if shown:
            items = [kind.item(row, lights) for row in shown]
            found.append(Section(kind.code, kind.label, shown[0].of_all, kind.url(), items))
    return found


def _tasks(user: User) -> QuerySet:
    return waiting_for(access_of(user))


def _open_inspections(user: User) -> QuerySet[Inspection]:
    return inspections_for(user).filter(declaration=None)


def _task(row: Any, lights: TaskLights) -> Item:
    light = lights.of(row.state, row.due_on, row.reported_by_id is not None)
    owner = row.organization.label if row.organization else row.unit.label
    title = f"{row.task.number}. {row.task.summary}"
    url = reverse("assignment", args=[row.pk])
    return Item(title, f"{owner} {row.task.programme.short}", row.due_on, light, lights.words(light, row.due_on), url)


def _extension(row: Any, lights: TaskLights) -> Item:
    title = row.assignment.task.summary if row.assignment else row.rectification.goal
    place = f"{row.unit.label} {row.due_before} → {row.asked_until}"
    return Item(title, place, row.due_before, "wait", str(DECIDE), reverse("extension", args=[row.pk]))


def _problem(row: Any, lights: TaskLights) -> Item:
    working = row.state in (Problem.State.ASSIGNED, Problem.State.RECTIFYING)
    light = lights.of("in_progress", row.due_on, False) if working else "wait"
    words = lights.words(light, row.due_on) if working else row.get_state_display()
    return Item(row.text, row.unit.label, row.due_on, light, words, reverse("problem", args=[row.pk]))


def _rectification(row: Any, lights: TaskLights) -> Item:
    waits = row.state == Rectification.State.REPORTED
    light = "wait" if waits else lights.of("in_progress", row.due_on, False)
    words = str(REVISIT) if waits else lights.words(light, row.due_on)
    owner = row.organization.label if row.organization else row.unit.label
    return Item(row.finding.text, owner, row.due_on, light, words, reverse("rectification", args=[row.pk]))


def _inspection(row: Any, lights: TaskLights) -> Item:
    title = row.project.name if row.project else row.unit.label
    place = f"{row.get_purpose_display()} {row.programme.short}"
    return Item(title, place, None, "wait", str(BEGUN), reverse("inspection-score", args=[row.pk]))


def _notice(row: Any, lights: TaskLights) -> Item:
    light = lights.of("in_progress", row.due_on, False)
    url = reverse("supervision-notice", args=[row.pk])
    return Item(row.demand, f"{row.year}/{row.number}", row.due_on, light, lights.words(light, row.due_on), url)


def _appeal(row: Any, lights: TaskLights) -> Item:
    url = reverse("ranking-appeal-decide", args=[row.pk])
    return Item(row.text, f"{row.unit.label} {row.ranking.programme.short}", None, "wait", str(DECIDE), url)


@dataclass(frozen=True)
class Kind:
    """How one kind is read. ``due``: the column it is sorted by; ``mine``: what narrows its list to this person."""

    code: str
    label: str | Promise
    rows: Callable[[User], QuerySet]
    due: str
    related: tuple[str, ...]
    item: Callable[[Any, TaskLights], Item]
    list_name: str
    mine: str = "?mine=true"

    def url(self) -> str:
        return reverse(self.list_name) + self.mine


DECIDE = pgettext_lazy("light", "to be decided")
REVISIT = pgettext_lazy("light", "to be revisited")
BEGUN = pgettext_lazy("light", "begun")
KINDS = (
    Kind("tasks", _("Assigned tasks"), _tasks, "due_on", ("task__programme", "unit", "organization"), _task, "assignments", ""),
    Kind("notices", _("Supervision notices to answer"), notices_for, "due_on", (), _notice, "supervision-notices"),
    Kind("rectifications", _("Rectifications"), rectifications_for, "due_on", ("finding", "unit", "organization"), _rectification, "rectifications"),
    Kind("problems", _("Problems"), problems_for, "due_on", ("unit",), _problem, "problems"),
    Kind("extensions", _("Later dates to decide"), extensions_for, "due_before", ("assignment__task", "rectification", "unit"), _extension, "extensions"),
    Kind("begun", _("Inspections begun"), _open_inspections, "", ("project", "unit", "programme"), _inspection, "inspections"),
    Kind("appeals", _("Appeals to decide"), appeals_for, "", ("ranking__programme", "unit"), _appeal, "rankings", ""),
)  # fmt: skip


def _place(held: Held, path: str, programme: str) -> Q:
    place = Q(**{f"{path}__startswith": held.path})
    return place & Q(**{programme: held.programme_id}) if held.programme_id is not None else place


def _body(held: Held) -> Q:
    """Rows of the body named by the grant, or of one that it succeeds."""
    return Q(organization_id=held.organization_id) | Q(organization__successor_id=held.organization_id)


def _revisits(held: Held) -> Q | None:
    """Rectifications over which a grant revisits, by the purpose of the inspection and the level that decides the project."""
    condition = NOBODY
    for purpose in Purpose:
        deciders = [
            level for level in (None, *Project.Decider.values)
            if _inspects(held, purpose, Project(decider_level=level) if level else None)
        ]  # fmt: skip
        if not deciders:
            continue
        place = Q(finding__inspection__project__decider_level__in=[one for one in deciders if one])
        if None in deciders:
            place |= Q(finding__inspection__project=None)
        condition |= Q(finding__inspection__purpose=purpose) & place
    if condition == NOBODY:
        return None
    if held.organization_id is not None:
        condition &= ~Q(organization_id=held.organization_id)
    return condition & _place(held, "finding__inspection__unit__path", "programme_id")


def _inspects(held: Held, purpose: Purpose, project: Project | None) -> bool:
    roles, levels = who_inspects(purpose, project)
    wanted = REVIEWS if purpose == Purpose.SELF_EVALUATION else roles
    return held.role in wanted and (not levels or held.level in levels)
