"""Conditions of the steps of model villages and towns. Each answers the Problem, or None when the rule is kept."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from programs.models import Declaration, Inspection, Project, Purpose
from programs.services.deadlines import Deadlines
from programs.services.declarations.context import StepContext
from programs.workflow import Problem
from villages.guards_honours import honoured_before
from villages.models import BuildProject, Candidate, Honour, Quota, ThreeYearPlan

VILLAGE = "village"
INCOME = "QM3b"  # item of the checklist: collective income of at least 20 (10,000 yuan)
# Applications that use up a county's task: everything from the county's selection on.
COUNTED = (
    "county_selected", "city_submitted", "city_approved", "county_approved", "building", "failed", "prelim_pass",
    "city_accepted", "county_accepted", "honoured",
)  # fmt: skip


def _candidate(context: StepContext) -> Candidate | None:
    return Candidate.objects.filter(project_id=context.declaration.project_id).first()


def county_of(project: Project) -> str:
    """The path of the county-level unit above a project's unit: ``/1/17/204/``."""
    parts = project.unit.path.strip("/").split("/")
    return "/" + "/".join(parts[:3]) + "/"


def _joined(words: list[str]) -> str:
    return pgettext("between names", ", ").join(words)


def works_listed(context: StepContext) -> Problem | None:
    """At least one building project; the database keeps each of them whole."""
    if BuildProject.objects.filter(candidate__project=context.project).exists():
        return None
    return Problem(
        _("The project list is empty."),
        _("List every building project with builder, place, content, investment and date under “Candidate”."),
    )


def hamlets_listed(context: StepContext) -> Problem | None:
    """Villages only: every hamlet is named, and somebody says that these are all."""
    if context.project.kind != VILLAGE:
        return None
    candidate = _candidate(context)
    if candidate is None or not candidate.hamlets:
        return Problem(
            _("No hamlet is listed; a village is built in all its hamlets."),
            _("Enter the hamlets under “Candidate”, one on each line."),
        )
    if not candidate.hamlets_are_all:
        return Problem(
            _("%(count)s hamlets are listed, but nobody has said that these are all.")
            % {"count": len(candidate.hamlets)},
            _("Complete the list and tick “This is every hamlet of the village”."),
        )
    return None


def style_chosen(context: StepContext) -> Problem | None:
    candidate = _candidate(context)
    if context.project.kind != VILLAGE or (candidate and candidate.style):
        return None
    return Problem(_("The kind of village (water, forest, field, culture) is not chosen."))


def resolution_attached(context: StepContext) -> Problem | None:
    if context.project.kind != VILLAGE or "resolution" in context.papers:
        return None
    return Problem(
        _("“%(paper)s” is not attached.") % {"paper": _("Resolution of the village")},
        _("Upload it under Papers, then take the step again."),
        field="paper-resolution",
    )


def three_year_plan_exists(context: StepContext) -> Problem | None:
    """A plan of the county, with its paper, that covers the year."""
    plans = ThreeYearPlan.objects.filter(
        project__unit__path=county_of(context.project),
        project__programme_id=context.project.programme_id,
        first_year__lte=context.year,
        last_year__gte=context.year,
    )
    if not plans.exists():
        return Problem(
            _("The county has no three-year plan that covers %(year)s.") % {"year": context.year},
            _("Enter it on the page of three-year plans and attach its paper."),
        )
    if not plans.filter(project__attachments__replaced_at=None, project__attachments__isnull=False).exists():
        return Problem(
            _("The three-year plan for %(year)s has no paper attached.") % {"year": context.year},
            _("Open the plan and attach the paper."),
        )
    return None


def quota_kept(context: StepContext) -> Problem | None:
    """Soft: the year's task is a minimum, but plan and money are made for it; and an open question stays visible.

    A place that held the honour before adds nothing to the task.
    """
    project = context.project
    quota = Quota.objects.filter(
        programme_id=project.programme_id, unit__path=county_of(project), kind=project.kind, level=project.decider_level
    ).first()
    if quota is None or quota.minimum is None:
        return Problem(
            _("The plan names no number for this unit, kind and level."),
            _("Ask the city to settle it on the page of quotas, or write why the place is put forward."),
        )
    taken = (
        Declaration.objects.filter(
            cycle_id=context.declaration.cycle_id, workflow=context.declaration.workflow, stage__in=COUNTED,
            project__kind=project.kind, project__unit__path__startswith=quota.unit.path,
        )
        .exclude(pk=context.declaration.pk).exclude(honoured_before()).count()
    )  # fmt: skip
    if taken < quota.minimum:
        return None
    return Problem(
        _("%(unit)s has put forward %(taken)s for %(year)s already; its task is %(task)s.")
        % {"unit": quota.unit.label, "taken": taken, "year": context.year, "task": quota.minimum}
    )


def works_finished(context: StepContext) -> Problem | None:
    open_ones = list(BuildProject.objects.filter(candidate__project=context.project, finished_on=None))
    if not open_ones:
        return works_listed(context)
    return Problem(
        _("%(count)s works are not finished: %(names)s.")
        % {"count": len(open_ones), "names": _joined([str(one) for one in open_ones[:3]])},
        _("Enter the day on which each was finished under “Candidate”."),
    )


def supervision_recorded(context: StepContext) -> Problem | None:
    tendered = BuildProject.objects.filter(candidate__project=context.project, is_tendered=True)
    without = list(tendered.filter(group=None)) or list(tendered.filter(group__records=None))
    if not without:
        return None
    return Problem(
        _("%(count)s tendered works have no supervision group or no record of it: %(names)s.")
        % {"count": len(without), "names": _joined([str(one) for one in without[:3]])},
        _("Enter the group (township cadres, village cadres, villagers) and at least one record of its visits."),
    )


def preliminary_passed(context: StepContext) -> Problem | None:
    return _passed(context, Purpose.PRELIMINARY)


def acceptance_passed(context: StepContext) -> Problem | None:
    return _passed(context, Purpose.ACCEPTANCE)


def recheck_passed(context: StepContext) -> Problem | None:
    return _passed(context, Purpose.RECHECK)


def _passed(context: StepContext, purpose: Purpose) -> Problem | None:
    """The newest closed inspection of this declaration passed, item by item; for an acceptance, one of this attempt."""
    found = context.inspection(purpose)
    if found is not None and purpose != Purpose.RECHECK:
        assert found.closed_at is not None  # the constraint inspection_closed_is_whole
        if found.closed_at < context.declaration.stage_since:
            found = None  # made before the place failed and built on
    if found is None:
        return Problem(
            _("There is no closed inspection “%(purpose)s” of this place for this attempt.")
            % {"purpose": purpose.label},
            _("Inspect it by the checklist and close the inspection; every item must be looked at."),
        )
    if found.outcome == Inspection.Outcome.PASS:
        return _income(context, found)
    failed = [score.item.code for score in found.scores.filter(result="fail").select_related("item")]
    return Problem(
        _("The inspection of %(day)s did not pass: %(items)s.") % {"day": found.inspected_on, "items": _joined(failed)},
        _("Put the items right and inspect again."),
    )


def _income(context: StepContext, found: Inspection) -> Problem | None:
    """For a village the item of the collective income always applies; only for a town it may not."""
    item = found.scores.filter(item__code=INCOME).first()
    if context.project.kind != VILLAGE or item is None or item.result == "pass":
        return None
    return Problem(
        _("Item %(item)s (collective income) was not looked at; it applies to every village.") % {"item": INCOME},
        _("Inspect again and enter the income."),
    )


def recheck_failed(context: StepContext) -> Problem | None:
    found = context.inspection(Purpose.RECHECK)
    if found is not None and found.outcome == Inspection.Outcome.FAIL:
        return None
    return Problem(
        _("No closed recheck of this place has failed."),
        _("Inspect it by the checklist and close the inspection; a place that passed is kept."),
    )


def reply_heard(context: StepContext) -> Problem | None:
    """The place replied, or its term for a reply (a StageDeadline of the step ``reply``) is over."""
    declaration = context.declaration
    if declaration.stage == "replied":
        return None
    window = Deadlines([declaration]).window(declaration, "reply")
    if window is None or window.closes is None:
        return Problem(
            _("The place has not replied, and the city has set no term for a reply."),
            _("Wait for the reply, or let the city set the term."),
        )
    if context.today > window.closes:
        return None
    return Problem(
        _("The place may reply until %(day)s; today is %(today)s.") % {"day": window.closes, "today": context.today},
        _("Wait for the reply or for the end of the term."),
    )


def plaque_is_free(context: StepContext) -> Problem | None:
    number = context.facts.get("plaque", "")
    taken = (
        Honour.objects.filter(level=context.project.decider_level, plaque_no=number).select_related("project").first()
    )
    if taken is None:
        return None
    return Problem(
        _("Plaque %(number)s was given to %(place)s.") % {"number": number, "place": taken.project.name},
        _("Enter the number on the plaque of this place."),
        field="fact-plaque",
    )
