"""The demonstration's inspections: samples of county decisions, what they found, and how it is being put right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from audit.services import record
from programs.models import (
    Checklist,
    ChecklistItem,
    Finding,
    Grant,
    Inspection,
    InspectionScore,
    Project,
    Rectification,
    RectificationStep,
    Unit,
)
from programs.services.calendar import WorkCalendar
from programs.services.demo.series import read_yaml
from programs.services.findings import write_findings
from programs.services.rectifications import escalate
from programs.services.scoring import meets

TARGETS = {
    "accept": Rectification.State.IN_PROGRESS,
    "report": Rectification.State.REPORTED,
    "report_again": Rectification.State.REPORTED,
    "send_back": Rectification.State.IN_PROGRESS,
    "close": Rectification.State.CLOSED,
}


def load_inspections(*, today: date, say: Callable[[str], None]) -> None:
    """Invent the samples of inspections.yaml, once; nothing without villages or their checklist."""
    words = read_yaml("inspections.yaml")
    checklist = (
        Checklist.objects.filter(code=words["checklist"], state=Checklist.State.PUBLISHED)
        .select_related("programme__jurisdiction")
        .first()
    )
    if checklist is None or Finding.objects.exists():
        return
    told = Samples(checklist, today, words)
    for one in words["inspections"]:
        told.tell(one)
    told.begin()
    escalate(today=today)
    record(
        "demo.load", obj=checklist.programme, unit_path=checklist.programme.jurisdiction.path,
        after={"part": "inspections", "today": today.isoformat(), "inspections": told.made},
    )  # fmt: skip
    say(f"  inspections: {told.made} samples, {Rectification.objects.count()} rectifications")


class Samples:
    """Everything is derived from the words on file and the day of loading."""

    def __init__(self, checklist: Checklist, today: date, words: dict[str, Any]) -> None:
        self.checklist, self.today, self.words = checklist, today, words
        self.items = {item.code: item for item in checklist.items.order_by("position")}
        self.people = {user.username: user for user in User.objects.filter(is_active=True)}
        self.calendar = WorkCalendar(today - timedelta(days=120), today + timedelta(days=200))
        self.made = 0
        grants = Grant.objects.filter(revoked_at=None).select_related("organization")
        self.bodies = {one.user_id: one.organization for one in grants if one.organization}

    def tell(self, one: dict[str, Any]) -> None:
        """One closed inspection with its findings and what became of them."""
        project, who = self._project(one), self.people.get(one["by"])
        if project is None or who is None:
            return
        inspection = self._open(project, who, one["day"])
        scores = [self._score(inspection, item, one, who) for item in self.items.values()]
        InspectionScore.objects.bulk_create(scores)
        failed = any(score.result == "fail" for score in scores)
        inspection.state = Inspection.State.CLOSED
        inspection.outcome = Inspection.Outcome.FAIL if failed else Inspection.Outcome.PASS
        inspection.conclusion = self.words["conclusion"][inspection.outcome]
        inspection.inspected_on, inspection.closed_at = self._day(one["day"]), self._moment(one["day"], 17)
        inspection.closed_by, inspection.version, inspection.methods = who, 2, ["documents", "on_site"]
        inspection.save()
        self.made += 1
        found = {
            row.item.code: row for row in write_findings(inspection=inspection, actor=who, scores=scores) if row.item
        }
        for plan in one.get("rectify", []):
            self._rectify(found[plan["item"]], plan, one, who)

    def begin(self) -> None:
        """One inspection is being scored just now."""
        who = self.people.get("inspector")
        project = self._project({"county": "410482", "project": 0}) or self._project({"county": "410421", "project": 1})
        if who is None or project is None:
            return
        inspection = self._open(project, who, 0)
        first = list(self.items.values())[:6]
        InspectionScore.objects.bulk_create([self._score(inspection, item, {}, who) for item in first])
        InspectionScore.objects.filter(inspection=inspection, item=first[0]).update(note=self.words["open_note"])
        inspection.version = 1
        inspection.save(update_fields=["version"])
        self.made += 1

    def _project(self, one: dict[str, Any]) -> Project | None:
        county = Unit.objects.filter(code=f"{one['county']}000000", valid_to=None).first()
        if county is None:
            return None
        rows = Project.objects.filter(
            programme=self.checklist.programme, kind="village", unit__path__startswith=county.path
        ).select_related("unit")
        return rows.order_by("decider_level", "code")[one["project"] : one["project"] + 1].first()

    def _open(self, project: Project, who: User, days: int) -> Inspection:
        body = self.bodies.get(who.pk)
        return Inspection.objects.create(
            programme=self.checklist.programme, unit=project.unit, project=project, checklist=self.checklist,
            purpose=self.words["purpose"], inspector=who, organization=body, office=body.name if body else "",
            opened_at=self._moment(days, 9),
        )  # fmt: skip

    def _score(self, inspection: Inspection, item: ChecklistItem, one: dict[str, Any], who: User) -> InspectionScore:
        value = None
        if item.threshold is not None:  # judged by number, not by eye
            value = Decimal(one.get("values", {}).get(item.code) or item.threshold)
        failed = item.code in one.get("failed", {})
        if value is not None and item.comparator:
            failed = not meets(item, value)
        return InspectionScore(
            inspection=inspection, item=item, result="fail" if failed else "pass", value=value,
            note=one.get("failed", {}).get(item.code, ""), by=who, at=self._moment(one.get("day", 0), 10),
        )  # fmt: skip

    def _rectify(self, finding: Finding, plan: dict[str, Any], one: dict[str, Any], who: User) -> None:
        reporter, revisits = self.people[plan["reporter"]], self.people.get(plan.get("revisit", ""), who)
        body = self.bodies[reporter.pk]
        deadline = self.calendar.add(self._day(one["day"]), plan["workdays"])
        steps = plan["steps"]
        last = list(steps)[-1] if steps else None
        state = TARGETS[last] if last else Rectification.State.ASSIGNED
        made = Rectification.objects.create(
            programme=self.checklist.programme, unit=body.unit, organization=body, finding=finding, goal=plan["goal"],
            state=state, due_on=deadline.date, first_due_on=deadline.date, due_is_provisional=deadline.provisional,
            assigned_by=who, assigned_at=self._moment(one["day"], 17),
            reported_by=reporter if "report" in steps else None,
            closed_at=self._moment(steps["close"], 16) if "close" in steps else None,
        )  # fmt: skip
        rows = [
            RectificationStep(
                rectification=made, verb="assign", to_state=Rectification.State.ASSIGNED, actor=who,
                office=finding.inspection.office, comment=plan["goal"], at=self._moment(one["day"], 17),
            )
        ]  # fmt: skip
        before: str = Rectification.State.ASSIGNED
        for verb, days in steps.items():
            ours = verb in ("accept", "report", "report_again")
            actor = reporter if ours else revisits
            office = self.bodies.get(actor.pk)
            rows.append(
                RectificationStep(
                    rectification=made, verb="report" if verb == "report_again" else verb, from_state=before,
                    to_state=TARGETS[verb], actor=actor, office=office.name if office else "",
                    comment=plan.get("words", {}).get(verb, ""), at=self._moment(days, 16),
                    revisited_on=None if ours else self._day(days),
                )
            )  # fmt: skip
            before = TARGETS[verb]
        RectificationStep.objects.bulk_create(rows)

    def _day(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def _moment(self, days: int, hour: int) -> datetime:
        moment = timezone.make_aware(datetime.combine(self._day(days), time(hour, 20)))
        return min(moment, timezone.now())
