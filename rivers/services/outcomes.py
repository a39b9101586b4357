"""What the steps of a declaration leave on the water itself: effects of transitions, inside their transaction."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import User
from audit.services import record
from programs.models import Decision, Declaration, Inspection, Project, Purpose
from rivers.guards import METHODS, methods_used
from rivers.models import Evaluation, WaterBody
from rivers.queries import classes_of, months_before_evaluation, standard_of


def snapshot(project: Project) -> dict[str, Any]:
    """What a revision keeps beside the form: the water as the register had it that day."""
    water = project.water
    return {
        "seq": water.seq,
        "segment": water.segment_zh,
        "length_km": water.length_km,
        "length_is_approximate": water.length_is_approximate,
        "reservoir_class": water.reservoir_class,
        "responsible": water.responsible_text,
    }


def note_built(*, declaration: Declaration, decision: Decision, actor: User | None) -> None:
    _set(declaration, actor, build_done_on=date.fromisoformat(decision.facts["built_on"]))


def note_passed(*, declaration: Declaration, decision: Decision, actor: User | None) -> None:
    _evaluation(declaration, decision, is_passed=True)
    _set(declaration, actor, evaluated_on=decision.decided_on)


def note_failed(*, declaration: Declaration, decision: Decision, actor: User | None) -> None:
    _evaluation(declaration, decision, is_passed=False)
    _set(declaration, actor, evaluated_on=decision.decided_on)


def note_named(*, declaration: Declaration, decision: Decision, actor: User | None) -> None:
    _set(declaration, actor, named_on=decision.decided_on, naming_number=decision.number)


def note_registered(*, declaration: Declaration, decision: Decision, actor: User | None) -> None:
    _set(
        declaration,
        actor,
        register_number=decision.facts["register_number"],
        sign_updated_on=date.fromisoformat(decision.facts["sign_updated_on"]),
    )


def _evaluation(declaration: Declaration, decision: Decision, *, is_passed: bool) -> Evaluation:
    """The evaluation as decided: from the closed inspection by the template, else the total with its paper."""
    inspection = (
        Inspection.objects.filter(declaration=declaration, purpose=Purpose.EVALUATION, state=Inspection.State.CLOSED)
        .order_by("-id")
        .first()
    )
    facts, water = decision.facts, declaration.project.water
    if inspection is not None:
        found = {
            "score": inspection.total,
            "satisfaction": inspection.satisfaction,
            "methods": methods_used(inspection),
        }
    else:
        found = {
            "score": _number(facts.get("score")),
            "satisfaction": _number(facts.get("satisfied")),
            "methods": [method for method in METHODS if facts.get(method) == "yes"],
        }
    return Evaluation.objects.create(
        water=water,
        decision=decision,
        inspection=inspection,
        panel=facts.get("panel") or "",
        paper_number=facts.get("paper") or "",
        worst_grade=_worst(declaration, water),
        is_passed=is_passed,
        evaluated_on=decision.decided_on,
        **found,
    )


def _worst(declaration: Declaration, water: WaterBody) -> int | None:
    standard = standard_of(declaration.project)
    months = months_before_evaluation(declaration.cycle.year, standard.quality_months if standard else 12)
    return max((row.grade for row in classes_of([water], months[0], months[-1])[water.pk].values()), default=None)


def _number(value: Any) -> Decimal | None:
    return Decimal(str(value)) if value not in (None, "") else None


def _set(declaration: Declaration, actor: User | None, **fields: Any) -> None:
    """Write dates and numbers of the water, with an audit entry of what changed."""
    water = WaterBody.objects.select_for_update().get(project=declaration.project)
    before = {name: getattr(water, name) for name in fields}
    for name, value in fields.items():
        setattr(water, name, value)
    water.save(update_fields=list(fields))
    record(
        "river.update",
        actor=actor,
        obj=water,
        unit_path=declaration.project.unit.path,
        before=before,
        after=fields,
    )
