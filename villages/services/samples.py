"""The city's sample of what counties decided (和美·六末段): planned here, drawn by the draws anybody can derive again."""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.errors import Conflict, RuleViolation
from programs.models import Checklist, Declaration, Draw, Programme, Purpose, Unit
from programs.services.draws import prepare, save_lists
from programs.services.draws.preparing import Candidate, Inspector
from programs.services.draws.sources import inspectors
from villages.clauses import clause
from villages.models import CountySample
from villages.queries import DECIDED_BY_COUNTY, counties_of

Basis = CountySample.Basis
OF_CITY = (Unit.Level.CITY, Unit.Level.PROVINCE)


def quota_of(there: int, basis: str, amount: int) -> int:
    """How many of ``there`` places of one county are drawn; a share is rounded up, so that no county goes unseen."""
    return min(amount, there) if basis == Basis.NUMBER else -(-there * amount // 100)


@transaction.atomic
def plan_sample(
    *,
    actor: User,
    programme: Programme,
    year: int,
    basis: str,
    amount: int,
    planned_on: date,
    inspectors_each: int,
    checklist: Checklist,
) -> CountySample:
    """Prepare the draw over every place that a county accepted or honoured in ``year``, with ``amount`` for each county.

    Only inspectors of the city are on the list: a county does not look at its own decision. The lists stay open to change
    until the draw commits to them. Raises Conflict ``sample_exists``, RuleViolation ``nothing_decided``,
    ``amount``, ``checklist_purpose``, ``no_inspectors``; PermissionDenied.
    """
    draw = prepare(
        actor=actor, programme=programme, unit=programme.jurisdiction, title=_title(year), planned_on=planned_on
    )  # takes the programme's lock: two samples of one year are planned one after the other
    _refuse_second(programme, year)
    _refuse_wrong(basis, amount, checklist)
    objects = _places(programme, year)
    people = _of_the_city(programme, inspectors_each)
    there = Counter(one.stratum for one in objects)
    draw = save_lists(
        actor=actor,
        draw_id=draw.pk,
        candidates=objects,
        quota={county: quota_of(number, basis, amount) for county, number in there.items()},
        inspectors=people,
        inspectors_each=inspectors_each,
        checklist=checklist,
    )
    sample = CountySample.objects.create(draw=draw, year=year, basis=basis, amount=amount, planned_by=actor)
    record(
        "village.sample", actor=actor, obj=sample, unit_path=programme.jurisdiction.path,
        after={"year": year, "basis": basis, "amount": amount, "places": len(objects), "draw": draw.code},
    )  # fmt: skip
    return sample


def _title(year: int) -> str:
    with translation.override("zh-hans"):
        return _("Sample of the county-level model places of %(year)s") % {"year": year}


def _refuse_second(programme: Programme, year: int) -> None:
    known = CountySample.objects.filter(draw__programme=programme, year=year).exclude(draw__state=Draw.State.CANCELLED)
    if (found := known.select_related("draw").first()) is not None:
        raise Conflict(
            "sample_exists",
            _("The sample of %(year)s is planned already: %(draw)s.") % {"year": year, "draw": found.draw.code},
            rule=_("One sample for the places that counties decided in one year."),
            clause=clause("county"),
            next_step=_("Go on with that draw; while it is not published it can be cancelled with a reason."),
        )


def _refuse_wrong(basis: str, amount: int, checklist: Checklist) -> None:
    if amount < 1 or (basis == Basis.SHARE and amount > 100):
        raise RuleViolation(
            "amount",
            _("%(amount)s is no number of places and no share.") % {"amount": amount},
            field="amount",
            next_step=_("Enter at least 1; a share is at most 100 per cent."),
        )
    if Purpose.SAMPLE not in checklist.purposes:
        raise RuleViolation(
            "checklist_purpose",
            _("%(list)s does not serve for sample checks.") % {"list": checklist.name},
            field="checklist",
            next_step=_("Choose a published checklist that serves for them."),
        )


def _places(programme: Programme, year: int) -> list[Candidate]:
    """Every place that a county decided in ``year``, grouped by county. RuleViolation when there is none."""
    rows = (
        Declaration.objects.filter(DECIDED_BY_COUNTY, project__programme=programme, cycle__year=year)
        .select_related("project__unit")
        .order_by("project__code")
    )
    counties = counties_of(programme)
    found = [
        Candidate(
            code=one.project.code,
            name=one.project.name_zh,
            stratum=counties.of(one.project.unit).name,
            unit=one.project.unit,
            project=one.project,
        )
        for one in rows
    ]
    if not found:
        raise RuleViolation(
            "nothing_decided",
            _("No county has accepted or honoured a place in %(year)s.") % {"year": year},
            rule=_("The city samples what counties decided."),
            clause=clause("county"),
            next_step=_("Choose another year, or wait until the counties have accepted."),
        )
    return found


def _of_the_city(programme: Programme, each: int) -> list[Inspector]:
    people = [one for one in inspectors(programme, programme.jurisdiction) if one.unit.level in OF_CITY]
    if not 1 <= each <= len(people):
        raise RuleViolation(
            "no_inspectors",
            _("%(each)s inspectors for each place are asked for; the city has %(there)s.")
            % {"each": each, "there": len(people)},
            rule=_("A county does not look at its own decision: only inspectors of the city are sent."),
            clause=clause("county"),
            field="inspectors_each",
            next_step=_("Ask for fewer, or let the security administrator grant the role of inspector to more people."),
        )
    return people
