"""What the pages of a project and its declarations show of a model village, town, belt or plan."""

from __future__ import annotations

from accounts.models import User
from programs.access import access_of
from programs.models import Decision, Project, Role
from programs.modules import Panel
from villages.models import Belt, Candidate, Honour, ThreeYearPlan
from villages.queries import sanctions_in_force


def panels(project: Project, user: User) -> list[Panel]:
    """The candidate's description, honours and what a revocation brought; or the belt; or the plan."""
    if project.kind == "belt":
        belt = Belt.objects.filter(project=project).prefetch_related("members", "milestones").first()
        return [Panel("villages/_belt.html", {"belt": belt})] if belt else []
    if project.kind == "plan":
        plan = ThreeYearPlan.objects.filter(project=project).first()
        return [Panel("villages/_plan.html", {"plan": plan})] if plan else []
    candidate = (
        Candidate.objects.filter(project=project)
        .select_related("belt__project")
        .prefetch_related("works__group__records")
        .first()
    )
    if candidate is None:
        return []
    writes = access_of(user).can(Role.REPORTER, unit=project.unit, programme=project.programme)
    sanctions = list(sanctions_in_force().filter(unit=project.unit).select_related("decision"))
    honours = list(Honour.objects.filter(project=project).select_related("revoked_by"))
    accepted = (
        Decision.objects.filter(declaration__project=project, verb="accept").order_by("-pk").values_list("declaration_id", flat=True).first()
    )  # fmt: skip
    context = {
        "accepted": accepted,
        "candidate": candidate,
        "works": list(candidate.works.all()),
        "writes": writes,
        "honours": honours,
    }
    return [
        Panel("villages/_honours.html", {"honours": honours, "sanctions": sanctions}),
        Panel("villages/_candidate.html", context),
    ]
