"""Invented history of one declaration: the rows that ``decide`` would have written on past days, and their inspections.

Only for the demonstration, which is marked as such in the audit log; nothing else writes a stage beside ``decide``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import User
from programs.models import Checklist, Decision, Declaration, DeclarationRevision, Inspection, InspectionScore
from programs.workflow import Transition, workflow_of
from villages.queries import snapshot

# Day and verb of every step of a good year; a place stops at the stage it is told to, or at today.
CITY = (("recommend", 2, 9), ("select", 2, 20), ("submit", 3, 5), ("approve", 3, 27), ("begin", 4, 8), ("pass", 10, 20), ("accept", 11, 16), ("honour", 12, 20))  # fmt: skip
COUNTY = (("recommend", 2, 9), ("approve", 3, 2), ("begin", 3, 20), ("accept", 10, 28), ("honour", 12, 10))
ENDS = {
    "returned": (*CITY[:3], ("return", 3, 18)),
    "failed": (*CITY[:5], ("fail", 10, 30)),
    "withdrawn": (*CITY[:4], ("withdraw", 6, 3)),
    "disqualified": (*CITY[:5], ("disqualify", 9, 15)),
}
RECHECK = {
    "kept": (("keep", 6, 11),),
    "revocation_proposed": (("propose", 11, 17),),
    "revoked": (("propose", 5, 12), ("reply", 5, 15), ("revoke", 5, 28)),
}
PURPOSES = {
    "pass": "preliminary",
    "accept": "acceptance",
    "fail": "preliminary",
    "keep": "recheck",
    "propose": "recheck",
}


@dataclass(frozen=True)
class Cast:
    """Who acts in one county, and the words they use."""

    town: User
    entry: User
    review: User
    city: User
    offices: dict[int, str]
    words: dict[str, str]
    checklist: Checklist
    conclusion: str

    def actor(self, step: Transition) -> User:
        """Somebody whose role and level fit the step."""
        if step.roles == ("reporter",):
            return self.town if "township" in step.levels else self.entry
        return self.city if step.levels == ("city",) else self.review


def moment(day: date, hour: int = 10) -> datetime:
    """A working hour of that day."""
    return timezone.make_aware(datetime.combine(day, time(hour, 20)))


def tell(
    declaration: Declaration, stage: str, cast: Cast, *, today: date, facts: dict[str, dict], numbers: dict[str, str]
) -> list[Decision]:
    """Write the steps up to ``stage`` (or today) and set the declaration there; answers them, oldest first."""
    flow, year = workflow_of(declaration.workflow), declaration.cycle.year
    written: list[Decision] = []
    for verb, month, day in _script(declaration.workflow, stage):
        on = date(year, month, day)
        step = flow.transition(declaration.stage, verb)
        if declaration.stage == stage or on > today or step is None:
            break
        actor = cast.actor(step)
        if verb in PURPOSES:
            _inspect(
                declaration, PURPOSES[verb], actor, cast, on - timedelta(days=2), passed=verb not in ("fail", "propose")
            )
        if step.saves_revision:
            declaration.revision += 1
            DeclarationRevision.objects.create(
                declaration=declaration, number=declaration.revision, data=_plain(snapshot(declaration.project)), author=actor,
                created_at=moment(on), papers=_papers(declaration, moment(on)),
            )  # fmt: skip
        written.append(
            Decision.objects.create(
                declaration=declaration,
                revision=declaration.revision,
                verb=verb,
                from_stage=declaration.stage,
                to_stage=step.target,
                actor=actor,
                office=cast.offices.get(actor.pk, ""),
                hands_in=step.hands_in,
                comment=cast.words.get(verb, "") if step.is_reverse else "",
                number=numbers.get(verb, ""),
                decided_on=on,
                facts=facts.get(verb, {}),
                at=moment(on),
                workflow_version=flow.version,
            )
        )
        declaration.stage, declaration.stage_since = step.target, moment(on)
        for effect in step.effects:
            import_string(effect)(declaration=declaration, decision=written[-1], actor=actor)
    declaration.is_open = not flow.stage(declaration.stage).is_final
    declaration.save(update_fields=["stage", "stage_since", "is_open", "revision"])
    return written


def _papers(declaration: Declaration, at: datetime) -> list[dict]:
    """The papers that were attached by then, as a revision keeps them."""
    rows = declaration.project.attachments.filter(uploaded_at__lte=at, replaced_at=None).select_related("file")
    return [
        {
            "attachment": row.pk, "kind": row.kind, "name": row.name, "version": row.version, "sha256": row.file.sha256,
            "sm3": row.file.sm3,
        }
        for row in rows.order_by("pk")
    ]  # fmt: skip


def _script(workflow: str, stage: str) -> tuple[tuple[str, int, int], ...]:
    if workflow.startswith("villages-recheck"):
        return RECHECK.get(stage, ())
    return ENDS.get(stage) or (CITY if workflow == "villages-city" else COUNTY)


def _inspect(declaration: Declaration, purpose: str, actor: User, cast: Cast, on: date, *, passed: bool) -> None:
    """A closed inspection two days before the step; one that fails fails on waste and sewage."""
    wrong = () if passed else ("QM2c", "QM5")
    one = Inspection.objects.create(
        programme=declaration.project.programme, unit=declaration.project.unit, project=declaration.project, declaration=declaration,
        checklist=cast.checklist, purpose=purpose, inspector=actor, office=cast.offices.get(actor.pk, ""), opened_at=moment(on, 9),
    )  # fmt: skip
    good = {"QM2b": 0, "QM2d": 100, "QM2e": 0, "QM2f": 100, "QM3b": 26, "QM5": 100, "QM6": 100}
    InspectionScore.objects.bulk_create(
        InspectionScore(
            inspection=one, item=item, result="fail" if item.code in wrong else "pass", by=actor, at=moment(on, 11),
            value=82 if item.code in wrong and item.code in good else good.get(item.code),
        )
        for item in cast.checklist.items.all()
    )  # fmt: skip
    one.state, one.inspected_on, one.closed_at, one.closed_by = Inspection.State.CLOSED, on, moment(on, 17), actor
    one.outcome, one.conclusion, one.version = "pass" if passed else "fail", cast.conclusion, 2
    one.save()


def _plain(data: dict) -> dict:
    """Dates and decimals as JSON has them."""
    return {
        key: [{k: v if isinstance(v, bool | list | str) else str(v) for k, v in row.items()} for row in value]
        if key == "works"
        else value
        for key, value in data.items()
    }
