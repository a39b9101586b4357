"""Candidates: who applies, with hamlets, preferences, building projects and the supervision of tendered works."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, cast

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import Programme, Project, Role, Unit
from programs.services.declarations import start
from programs.services.declarations.starting import is_editable
from programs.services.refusals import future_day
from villages.clauses import clause
from villages.models import BuildProject, Candidate, SupervisionGroup, SupervisionRecord

LEVEL_OF = {"village": Unit.Level.VILLAGE, "town": Unit.Level.TOWNSHIP}
WRITES = (Role.REPORTER, Role.REVIEWER, Role.APPROVER)


class Works(TypedDict):
    """One building project; ``pk`` None for a new one. ``investment`` in yuan."""

    pk: int | None
    builder: str
    place: str
    content: str
    investment: Decimal
    finish_by: date
    sources: list[str]
    is_tendered: bool


@transaction.atomic
def put_forward(*, actor: User, programme: Programme, unit: Unit, level: str, year: int) -> Project:
    """Make ``unit`` a candidate at ``level`` and open its application of ``year``; the one there is comes back.

    A village is of kind village, a township of kind town. Raises PermissionDenied unless the actor enters for the unit,
    RuleViolation ``unit`` for any other unit.
    """
    require(actor, Role.REPORTER, unit=unit, programme=programme)
    kind = next((kind for kind, wanted in LEVEL_OF.items() if unit.level == wanted), None)
    if kind is None:
        raise RuleViolation(
            "unit",
            _("%(unit)s is neither a village nor a township.") % {"unit": unit.label},
            rule=_("Model villages and model towns are created."),
            clause=clause("quota-village"),
            field="unit",
            next_step=_("Choose a village or a township."),
        )
    code = f"{kind}-{unit.code}-{level}"
    project, created = Project.objects.get_or_create(
        code=code,
        defaults={
            "programme": programme,
            "kind": kind,
            "name_zh": unit.name,
            "name_en": unit.name_en,
            "unit": unit,
            "decider_level": level,
            "plan_year": year,
            "created_by": actor,
            "applicant": unit.organizations.filter(valid_to=None).first(),
        },
    )
    if created:
        Candidate.objects.create(project=project)
        _note("village.put_forward", actor, project, {"kind": kind, "level": level, "year": year})
    start(actor=actor, project=project, year=year)
    return project


@transaction.atomic
def save_candidate(
    *, actor: User, project_id: int, version: int, fields: dict[str, Any], works: list[Works]
) -> Candidate:
    """Replace the description and the project list while the application is the township's.

    ``fields``: style, belt, hamlets, hamlets_are_all and the six flags. Works left out of the list are removed. Raises
    Conflict ``newer_version`` or ``wrong_stage``.
    """
    candidate = _locked(actor, project_id)
    _refuse_stale(candidate, version)
    if not any(is_editable(one) for one in candidate.project.declarations.filter(is_open=True)):
        raise Conflict(
            "wrong_stage",
            _("The application is being decided; its description cannot be changed."),
            next_step=_("Ask for it to be returned, or take it back."),
        )
    before = _picture(candidate)
    for name, value in fields.items():
        setattr(candidate, name, value)
    _write_works(candidate, works)
    candidate.version += 1
    candidate.save()
    after = _picture(candidate)
    changed = [key for key in after if after[key] != before[key]]
    _note("village.describe", actor, candidate.project, {k: after[k] for k in changed}, {k: before[k] for k in changed})
    return candidate


@transaction.atomic
def finish_works(*, actor: User, works_id: int, finished_on: date | None) -> BuildProject:
    """Say on which day works were finished; None takes it back."""
    works = _works(actor, works_id)
    _refuse_future(finished_on, "finished_on")
    before, works.finished_on = works.finished_on, finished_on
    works.save(update_fields=["finished_on"])
    _note("village.finish", actor, works.candidate.project, {"works": works.pk, "on": finished_on}, {"on": before})
    return works


@transaction.atomic
def form_group(
    *, actor: User, works_id: int, formed_on: date, township_cadres: int, village_cadres: int, villagers: int
) -> SupervisionGroup:
    """Record the supervision group of works: how many of each kind. Raises RuleViolation ``kinds`` when one is missing."""
    works = _works(actor, works_id)
    _refuse_future(formed_on, "formed_on")
    counts = {"township_cadres": township_cadres, "village_cadres": village_cadres, "villagers": villagers}
    missing = [name for name, count in counts.items() if count < 1]
    if missing:
        words = [str(cast("models.Field", SupervisionGroup._meta.get_field(name)).verbose_name) for name in missing]
        raise RuleViolation(
            "kinds",
            _("The group has no %(kinds)s.") % {"kinds": " / ".join(words)},
            rule=_("Township cadres, village cadres and villagers form it together."),
            clause=clause("works"),
            field=missing[0],
            next_step=_("Enter at least one of each kind."),
        )
    group, _created = SupervisionGroup.objects.update_or_create(works=works, defaults=counts | {"formed_on": formed_on})
    _note("village.group", actor, works.candidate.project, {"works": works.pk, "formed_on": formed_on} | counts)
    return group


@transaction.atomic
def write_record(*, actor: User, works_id: int, on: date, text: str) -> SupervisionRecord:
    """Add what the group saw. Raises RuleViolation ``no_group`` before a group is formed."""
    works = _works(actor, works_id)
    _refuse_future(on, "on")
    group = SupervisionGroup.objects.filter(works=works).first()
    if group is None:
        raise RuleViolation(
            "no_group",
            _("No supervision group is recorded for these works."),
            clause=clause("works"),
            field="on",
            next_step=_("Enter the group first."),
        )
    written = SupervisionRecord.objects.create(group=group, on=on, text=text.strip(), written_by=actor)
    _note("village.record", actor, works.candidate.project, {"works": works.pk, "on": on})
    return written


def _refuse_future(day: date | None, field: str) -> None:
    early = future_day(day, field=field)
    if early is not None:
        raise early


def _write_works(candidate: Candidate, works: list[Works]) -> None:
    kept = {one["pk"] for one in works if one["pk"]}
    known = {row.pk: row for row in candidate.works.all()}
    if kept - set(known):
        raise Conflict(
            "works_gone", _("Works of the list were removed meanwhile."), next_step=_("Reload and enter them again.")
        )
    candidate.works.exclude(pk__in=kept).delete()
    for position, one in enumerate(works):
        row = known.get(one["pk"] or 0, BuildProject(candidate=candidate))
        row.position = position
        for name in ("builder", "place", "content", "investment", "finish_by", "sources", "is_tendered"):
            setattr(row, name, one[name])
        try:
            row.save()
        except IntegrityError as error:
            raise RuleViolation(
                "works",
                _("Works number %(number)s is not whole.") % {"number": position + 1},
                rule=_("Builder, place, content, investment above 0 and date are all required."),
                clause=clause("plans"),
                field="works",
                next_step=_("Fill in the line."),
            ) from error


def _picture(candidate: Candidate) -> dict[str, Any]:
    return {
        "style": candidate.style,
        "belt": candidate.belt_id,
        "hamlets": list(candidate.hamlets),
        "hamlets_are_all": candidate.hamlets_are_all,
        **{name: getattr(candidate, name) for name in Candidate.FLAGS},
        "works": [[w.builder, w.place, w.content, w.investment, w.finish_by] for w in candidate.works.all()],
    }


def _locked(actor: User, project_id: int) -> Candidate:
    candidate = (
        Candidate.objects.select_for_update(of=("self",))
        .select_related("project__unit", "project__programme")
        .filter(project_id=project_id)
        .first()
    )
    if candidate is None:
        raise RuleViolation("not_found", _("The candidate is missing."), next_step=_("Reload the page."))
    require(actor, Role.REPORTER, unit=candidate.project.unit, programme=candidate.project.programme)
    return candidate


def _works(actor: User, works_id: int) -> BuildProject:
    works = (
        BuildProject.objects.select_for_update(of=("self",))
        .select_related("candidate__project__unit", "candidate__project__programme")
        .filter(pk=works_id)
        .first()
    )
    if works is None:
        raise RuleViolation("not_found", _("These works are missing."), next_step=_("Reload the page."))
    require(actor, WRITES, unit=works.candidate.project.unit, programme=works.candidate.project.programme)
    return works


def _refuse_stale(candidate: Candidate, version: int) -> None:
    if candidate.version != version:
        raise Conflict(
            "newer_version",
            _("Somebody else saved this candidate meanwhile."),
            next_step=_("Reload and add your changes to theirs; what you typed is still on this page."),
        )


def _note(verb: str, actor: User, project: Project, after: dict, before: dict | None = None) -> None:
    record(
        verb,
        actor=actor,
        obj=project,
        unit_path=project.unit.path,
        before=before,
        after={"project": project.code} | after,
    )
