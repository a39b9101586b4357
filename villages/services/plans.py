"""What a county plans over years: its three-year plan, its belts and their milestones; and the quotas a city settles."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import require
from programs.errors import RuleViolation
from programs.models import Programme, Project, Role, Unit
from villages.clauses import clause
from villages.models import Belt, Milestone, Quota, ThreeYearPlan

WRITES = (Role.REPORTER, Role.REVIEWER, Role.APPROVER)
WITH_BELTS = (Unit.Kind.COUNTY, Unit.Kind.COUNTY_LEVEL_CITY)


@transaction.atomic
def save_plan(
    *, actor: User, programme: Programme, unit: Unit, first_year: int, last_year: int, summary: str
) -> ThreeYearPlan:
    """Enter or change a county's plan that begins in ``first_year``; its paper is attached to the plan's project.

    Raises PermissionDenied, RuleViolation ``county`` or ``years``.
    """
    require(actor, WRITES, unit=unit, programme=programme)
    if unit.level != Unit.Level.COUNTY:
        raise RuleViolation(
            "county",
            _("%(unit)s is not at county level.") % {"unit": unit.label},
            rule=_("Counties, county-level cities and districts prepare three-year plans."),
            clause=clause("plans"),
            field="unit",
            next_step=_("Choose the county."),
        )
    if not first_year <= last_year <= first_year + 2:
        raise RuleViolation(
            "years",
            _("%(first)s to %(last)s is not a plan of at most three years.") % {"first": first_year, "last": last_year},
            rule=_("The action plan is for three years."),
            clause=clause("plans"),
            field="last_year",
            next_step=_("Correct the years."),
        )
    project, _created = Project.objects.get_or_create(
        code=f"plan-{unit.code}-{first_year}",
        defaults={
            "programme": programme, "kind": "plan", "unit": unit, "plan_year": first_year, "created_by": actor,
            "name_zh": unit.name, "name_en": unit.name_en,
        },
    )  # fmt: skip
    plan, _created = ThreeYearPlan.objects.update_or_create(
        project=project, defaults={"first_year": first_year, "last_year": last_year, "summary": summary.strip()}
    )
    _note("village.plan", actor, plan, unit, {"first_year": first_year, "last_year": last_year})
    return plan


@transaction.atomic
def save_belt(
    *,
    actor: User,
    programme: Programme,
    unit: Unit,
    name_zh: str,
    name_en: str,
    started_on: date,
    members: list[Unit],
    goals: tuple[str, str, str],
    belt: Belt | None = None,
) -> Belt:
    """Enter or change a belt with its members and what it is to show after one, two and three years.

    Raises RuleViolation ``county`` (a district has no belts), ``members`` (outside the county), ``name``.
    """
    require(actor, WRITES, unit=unit, programme=programme)
    if unit.kind not in WITH_BELTS:
        raise RuleViolation(
            "county",
            _("%(unit)s is not a county or county-level city.") % {"unit": unit.label},
            rule=_("Belts are the task of counties and county-level cities."),
            clause=clause("belts"),
            field="unit",
            next_step=_("A district plans no belts; enter its villages instead."),
        )
    strangers = [one.label for one in members if not one.path.startswith(unit.path) or one.pk == unit.pk]
    if strangers or not members:
        raise RuleViolation(
            "members",
            _("Not in %(unit)s: %(names)s.") % {"unit": unit.label, "names": " / ".join(strangers)}
            if strangers
            else _("The belt has no member."),
            rule=_("A belt joins towns and villages of one county."),
            clause=clause("belts"),
            field="members",
            next_step=_("Choose towns and villages of the county."),
        )
    if belt is None:
        number = (Project.objects.filter(kind="belt", unit=unit).aggregate(n=Max("id"))["n"] or 0) + 1
        project = Project.objects.create(
            programme=programme, kind="belt", code=f"belt-{unit.code}-{number}", unit=unit, plan_year=started_on.year,
            name_zh=name_zh, name_en=name_en, created_by=actor,
        )  # fmt: skip
        belt = Belt(project=project)
    else:
        Project.objects.filter(pk=belt.project_id).update(name_zh=name_zh, name_en=name_en)
    belt.started_on = started_on
    belt.save()
    belt.members.set(members)
    for year_no, goal in enumerate(goals, start=1):
        Milestone.objects.update_or_create(belt=belt, year_no=year_no, defaults={"goal": goal.strip()})
    _note("village.belt", actor, belt, unit, {"name": name_zh, "members": [one.code for one in members]})
    return belt


@transaction.atomic
def reach_milestone(*, actor: User, milestone_id: int, reached_on: date | None, shown: str) -> Milestone:
    """Say on which day a milestone was reached and what shows it; None takes it back."""
    milestone = (
        Milestone.objects.select_for_update(of=("self",))
        .select_related("belt__project__unit", "belt__project__programme")
        .filter(pk=milestone_id)
        .first()
    )
    if milestone is None:
        raise RuleViolation("not_found", _("The milestone is missing."), next_step=_("Reload the page."))
    project = milestone.belt.project
    require(actor, WRITES, unit=project.unit, programme=project.programme)
    if reached_on is not None and not shown.strip():
        raise RuleViolation(
            "shown",
            _("What shows that the milestone is reached is missing."),
            clause=clause("belts"),
            field="shown",
            next_step=_("Name in one sentence what can be seen."),
        )
    milestone.reached_on, milestone.shown = reached_on, shown.strip()
    milestone.save(update_fields=["reached_on", "shown"])
    _note("village.milestone", actor, milestone, project.unit, {"year_no": milestone.year_no, "on": reached_on})
    return milestone


@transaction.atomic
def settle_quota(*, actor: User, quota_id: int, minimum: int, reason: str) -> Quota:
    """Let the city settle what the document leaves open (DI05, DI06). A number that the plan states is not changed here."""
    quota = (
        Quota.objects.select_for_update(of=("self",))
        .select_related("programme__jurisdiction", "unit")
        .filter(pk=quota_id)
        .first()
    )
    if quota is None:
        raise RuleViolation("not_found", _("The quota is missing."), next_step=_("Reload the page."))
    require(actor, Role.APPROVER, unit=quota.programme.jurisdiction, programme=quota.programme)
    if quota.minimum is not None and quota.set_by_id is None:
        raise RuleViolation(
            "stated",
            _("The plan states %(number)s here.") % {"number": quota.minimum},
            clause=quota.clause.path if quota.clause else "",
            field="minimum",
            next_step=_("A number of the plan changes with the plan."),
        )
    if not reason.strip():
        raise RuleViolation(
            "reason", _("The reason is missing."), field="reason", next_step=_("Write on what the decision stands.")
        )
    before = {"minimum": quota.minimum, "is_settled": quota.is_settled}
    quota.minimum, quota.is_settled, quota.set_by, quota.reason = minimum, True, actor, reason.strip()
    quota.save(update_fields=["minimum", "is_settled", "set_by", "reason"])
    record(
        "village.quota", actor=actor, obj=quota, unit_path=quota.unit.path, before=before, reason=reason.strip(),
        after={"minimum": minimum, "is_settled": True},
    )  # fmt: skip
    return quota


def _note(verb: str, actor: User, obj, unit: Unit, after: dict) -> None:
    record(verb, actor=actor, obj=obj, unit_path=unit.path, after=after)
