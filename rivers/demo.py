"""The rivers' part of the demonstration: a believable spread over three years, written as history with its own dates."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from programs.models import Attachment, Decision, Declaration, DeclarationRevision, Grant, Programme
from programs.services import notices
from programs.services.declarations import ensure_cycle
from programs.services.demo.series import read_yaml
from programs.workflow import Transition, Workflow, workflow_of
from rivers.demo_papers import Shelf
from rivers.guards import METHODS
from rivers.models import Evaluation, RiverChief, WaterBody, WaterQuality
from rivers.queries import months_before_evaluation
from rivers.services import outcomes
from rivers.workflow import BY_LEVEL

SEED = 20230224
# Month, day and offset to the year of the self-evaluation on which each step is taken.
DAYS: dict[str, tuple[int, int, int]] = {
    "self_evaluate": (10, 12, 0), "submit": (10, 20, 0), "consent": (10, 20, 0), "review": (10, 24, 0),
    "return_own": (10, 15, 0), "return": (10, 26, 0), "report_to_province": (10, 26, 0), "draft_plan": (10, 27, 0), "approve_plan": (10, 28, 0),
    "tech_review": (10, 30, 0), "start_building": (11, 3, 0), "finish_building": (9, 22, 1), "evaluate": (10, 13, 1),
    "fail": (10, 13, 1), "province_evaluate": (10, 27, 1), "publicise": (10, 20, 1), "stop": (11, 3, 1),
    "name": (11, 4, 1), "register": (11, 12, 1),
}  # fmt: skip


@transaction.atomic
def load_demo(*, today: date, say: Callable[[str], None]) -> None:
    """Invent declarations, classes and chiefs of every rivers programme. Does nothing where classes are recorded."""
    words = read_yaml("rivers.yaml")
    for programme in Programme.objects.filter(module="rivers").select_related("jurisdiction"):
        waters = list(
            WaterBody.objects.filter(programme=programme)
            .select_related("project__unit", "project__programme__jurisdiction")
            .order_by("seq")
        )
        if not waters or WaterQuality.objects.filter(water__programme=programme).exists():
            continue
        told = Told(programme, waters, today, words)
        told.run()
        record(
            "demo.load",
            obj=programme,
            unit_path=programme.jurisdiction.path,
            after={"declarations": told.count, "today": today.isoformat()},
        )
        say(f"  {programme.code}: {told.count} declarations of waters")


class Told:
    """One programme's story."""

    def __init__(self, programme: Programme, waters: list[WaterBody], today: date, words: dict[str, Any]) -> None:
        self.programme, self.waters, self.today, self.words = programme, waters, today, words
        self.random = random.Random(SEED)
        self.autumn = today.year if today >= date(today.year, 11, 15) else today.year - 1  # the last one evaluated
        self.count = self.number = 0
        self.evaluations: list[Evaluation] = []
        self.shelf, self.papers = Shelf(words["papers"]), list[Attachment]()
        self.grades: dict[tuple[int, date], int] = {}  # by water and month
        self.offices: dict[int, str] = {}  # by person
        self.people = self._people()

    def _people(self) -> dict[tuple[int, str], User]:
        """Who enters, reviews and decides at each unit."""
        grants = Grant.objects.filter(revoked_at=None, programme__in=[self.programme]) | Grant.objects.filter(
            revoked_at=None, programme=None
        )
        rows = list(grants.select_related("user", "organization").order_by("-programme", "-id"))
        self.offices = {grant.user_id: grant.organization.name for grant in rows if grant.organization}
        return {(grant.unit_id, grant.role): grant.user for grant in rows}

    def run(self) -> None:
        chosen = self._stages()
        self._classes({seq: stage for seq, (stage, _year) in chosen.items()})
        self._chiefs()
        told = {}
        for water in self.waters:
            if water.seq in chosen:
                stage, year = chosen[water.seq]
                told[water.seq] = self._declare(water, stage, year)
        Evaluation.objects.bulk_create(self.evaluations)
        Attachment.objects.bulk_create(self.papers)
        WaterBody.objects.bulk_update(
            self.waters,
            ["build_done_on", "evaluated_on", "named_on", "naming_number", "register_number", "sign_updated_on"],
        )
        self._notice([told[seq] for seq, (stage, _y) in chosen.items() if stage in ("named", "stopped")
                      and told[seq].workflow == "rivers-city" and told[seq].cycle.year == self.autumn - 1])  # fmt: skip

    def _stages(self) -> dict[int, tuple[str, int]]:
        """Stage and year of the self-evaluation by number of the water: earlier years are registered."""
        found: dict[int, tuple[str, int]] = {}
        taken: dict[tuple[str, str], int] = {}
        begun = set(Declaration.objects.filter(project__programme=self.programme).values_list("project_id", flat=True))
        for water in self.waters:
            level, year = water.project.decider_level, water.project.plan_year
            if year is None or water.seq in self.words["without_history"] or water.project_id in begun:
                continue
            if year < self.autumn:
                found[water.seq] = ("registered", year - 1)
                continue
            group = {self.autumn: "this_year", self.autumn + 1: "next_year"}.get(year)
            if group is None:
                continue
            place = taken.get((group, level), 0)
            taken[group, level] = place + 1
            stages = self.words[group][level]
            found[water.seq] = (stages[place % len(stages)], year - 1)
        return found

    def _classes(self, stages: dict[int, str]) -> None:
        """Classes up to the last full month; one bad July for the failed, one gap for the built."""
        last = self.today.replace(day=1) - timedelta(days=1)
        first = min(water.project.plan_year or self.autumn for water in self.waters) - 1
        months = [date(n // 12, n % 12 + 1, 1) for n in range(first * 12 + 9, last.year * 12 + last.month)]
        rows = []
        for water in self.waters:
            usual = self.random.choice((2, 2, 3, 3, 3, 4))
            for month in months:
                grade = min(4, max(1, usual + self.random.choice((-1, 0, 0, 0, 1))))
                if month == date(self.autumn, 7, 1):
                    if stages.get(water.seq) == "failed":
                        grade = WaterQuality.Grade.V
                    elif stages.get(water.seq) == "built":
                        continue
                self.grades[water.pk, month] = grade
                rows.append(WaterQuality(water=water, month=month, grade=grade, source=self.words["source"]))
        WaterQuality.objects.bulk_create(rows, batch_size=1000)

    def _chiefs(self) -> None:
        rows = []
        for number, water in enumerate(self.waters):
            levels = ["city", "county"] if water.project.decider_level == "province" else ["county", "township"]
            for level in levels:
                people = self.words["chiefs"][level]["people"]
                rows.append(
                    RiverChief(
                        water=water,
                        level=level,
                        person=people[number % len(people)],
                        post=self.words["chiefs"][level]["post"],
                        since=date(self.autumn - 2, 3, 1),
                    )
                )
        RiverChief.objects.bulk_create(rows)

    def _declare(self, water: WaterBody, stage: str, year: int) -> Declaration:
        flow = workflow_of(BY_LEVEL[water.project.decider_level])
        score = self.random.randint(8150, 9150) / 100
        draft = {
            "score": f"{score:.2f}",
            "evaluated_on": date(year, 10, 10).isoformat(),
            "summary": self.words["summary"],
        }
        steps = path_to(flow, stage)
        declaration = Declaration.objects.create(
            project=water.project,
            cycle=ensure_cycle(self.programme, year),
            workflow=flow.code,
            stage=stage,
            draft=draft,
            revision=1 if steps else 0,
            is_open=not flow.stage(stage).is_final,
            created_by=self._actor(water, "reporter"),
            created_at=_moment(date(year, 10, 8)),
        )
        water.project.water = water
        if steps:
            DeclarationRevision.objects.create(
                declaration=declaration,
                number=1,
                data=draft | json.loads(json.dumps(outcomes.snapshot(water.project), cls=DjangoJSONEncoder)),
                author=cast("User", self._actor(water, "reporter")),
                created_at=_moment(date(year, 10, 12)),
            )
        rows, before = [], flow.initial
        for step in steps:
            rows.append(self._decision(declaration, step, before, year, water))
            before = step.target
        taken = list(zip(steps, Decision.objects.bulk_create(rows), strict=True))
        for step, decision in taken:
            self._outcome(water, step, decision)
        self.papers += self.shelf.of(declaration, taken)
        if rows:
            declaration.stage_since = rows[-1].at
            declaration.save(update_fields=["stage_since"])
        self.count += 1
        return declaration

    def _decision(
        self, declaration: Declaration, step: Transition, before: str, year: int, water: WaterBody
    ) -> Decision:
        month, day, offset = DAYS[step.verb]
        on = date(year + offset, month, day)
        actor = next((found for role in step.roles if (found := self._actor(water, role, step))), None)
        self.number += 1
        return Decision(
            declaration=declaration,
            revision=1,
            verb=step.verb,
            from_stage=before,
            to_stage=step.target,
            actor=actor,
            office=self.offices.get(actor.pk, "") if actor else "",
            hands_in=step.hands_in,
            comment=self.words["comments"].get(step.verb, "") if step.is_reverse else "",
            number=self.words["number"].format(year=on.year, n=self.number) if step.wants_number else "",
            decided_on=on,
            facts=self._facts(step, on, water),
            at=_moment(on, self.number % 60),
        )

    def _facts(self, step: Transition, on: date, water: WaterBody) -> dict[str, Any]:
        if step.verb == "finish_building":
            return {"built_on": (on - timedelta(days=2)).isoformat()}
        if step.verb == "register":
            number = f"{water.project.decider_level[0].upper()}-{water.seq:02d}"
            return {"register_number": number, "sign_updated_on": (on - timedelta(days=1)).isoformat()}
        if step.verb not in ("evaluate", "fail"):
            return {}
        score = self.random.randint(9010, 9680) / 100 if step.verb == "evaluate" else 78.4
        return {
            "score": f"{score:.2f}",
            "paper": self.words["number"].format(year=on.year, n=self.number),
            "satisfied": f"{self.random.randint(900, 985) / 10:.1f}",
            "panel": self.words["panel"],
            "papers": "yes", "site": "yes", "opinion": "yes", "satisfaction": "yes",
        }  # fmt: skip

    def _outcome(self, water: WaterBody, step: Transition, decision: Decision) -> None:
        """What the step leaves on the water. Awards follow the owner's rules and are left to the money's own part."""
        facts, on = decision.facts, decision.decided_on
        if step.verb == "finish_building":
            water.build_done_on = date.fromisoformat(facts["built_on"])
        elif step.verb in ("evaluate", "fail"):
            water.evaluated_on = on
            months = months_before_evaluation(on.year - 1)
            self.evaluations.append(
                Evaluation(
                    water=water,
                    decision=decision,
                    score=Decimal(facts["score"]),
                    satisfaction=Decimal(facts["satisfied"]),
                    methods=list(METHODS),
                    panel=facts["panel"],
                    paper_number=facts["paper"],
                    worst_grade=max(self.grades.get((water.pk, month), 0) for month in months) or None,
                    is_passed=step.verb == "evaluate",
                    evaluated_on=on,
                )
            )
        elif step.verb == "name":
            water.named_on, water.naming_number = on, decision.number
        elif step.verb == "register":
            water.register_number = facts["register_number"]
            water.sign_updated_on = date.fromisoformat(facts["sign_updated_on"])

    def _actor(self, water: WaterBody, role: str, step: Transition | None = None) -> User | None:
        """The person of the level that takes the step; of the water's own unit when it is a step of its own."""
        unit = water.project.unit
        place = self.programme.jurisdiction if step is not None and unit.level not in step.levels else unit
        return self.people.get((place.pk, role))

    def _notice(self, declarations: list[Declaration]) -> None:
        """The ended notice about this autumn's named and stopped waters, with one objection to each."""
        office = self.people.get((self.programme.jurisdiction_id, "approver"))
        colleagues = [
            grant.user
            for grant in Grant.objects.filter(
                unit=self.programme.jurisdiction, role="approver", programme=self.programme, revoked_at=None
            ).select_related("user")
            if grant.user != office
        ]
        if office is None or not colleagues or not declarations:
            return
        words = self.words["notice"]
        notice = notices.prepare(
            actor=office,
            programme=self.programme,
            unit=self.programme.jurisdiction,
            declarations=declarations,
            title=words["title"].format(year=self.autumn),
            text=words["text"],
            contact=words["contact"],
            issuer=words["issuer"],
            workdays=5,
        )
        notices.post(actor=office, notice_id=notice.pk, on=date(self.autumn, 10, 20))
        notices.end_due(self.today)
        for told in self.words["objections"]:
            item = notice.items.filter(declaration__stage=told["stage"]).first()
            if item is None:
                continue
            objection = notices.record_objection(
                actor=office, notice_id=notice.pk, received_on=date(self.autumn, 10, 22), channel="letter",
                register_no=told["register_no"], text=told["text"], item_id=item.pk,
            )  # fmt: skip
            notices.judge_objection(
                actor=colleagues[0], objection_id=objection.pk, is_major=told["is_major"], is_true=told["is_true"],
                judgement=told["judgement"], answered_on=date(self.autumn, 10, 30), answer=told["answer"],
            )  # fmt: skip


def _moment(day: date, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10, minute)))


def path_to(flow: Workflow, stage: str) -> list[Transition]:
    """The forward steps that lead from the first stage to ``stage``; to a side stage by the last step that ends there."""
    ways: dict[str, list[Transition]] = {flow.initial: []}
    queue = [flow.initial]
    while queue:
        here = queue.pop(0)
        for step in flow.steps_from(here):
            if not step.is_reverse and step.target not in ways:
                ways[step.target] = [*ways[here], step]
                queue.append(step.target)
    if stage in ways:
        return ways[stage]
    last = [step for step in flow.transitions if step.target == stage][-1]
    return [*ways[last.sources[0]], last]
