"""The initiative's part of the demonstration: invented plans, belts and places over real villages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from audit.services import record
from programs.documents import pdf
from programs.models import Attachment, Checklist, Declaration, Grant, Programme, Project, StoredFile, Unit
from programs.services import files
from programs.services.declarations import ensure_cycle
from villages.demo_history import Cast, moment, tell
from villages.models import (
    Belt,
    BuildProject,
    Candidate,
    Milestone,
    SupervisionGroup,
    SupervisionRecord,
    ThreeYearPlan,
)
from villages.services.rechecks import open_rechecks
from villages.workflow import RECHECKS

PROGRAMME = "pingdingshan-villages-2023"
WAN = 10_000


def load_demo(*, today: date, say: Callable[[str], None]) -> None:
    """Invent what the pages show, once; nothing without the programme or when places are there already."""
    programme = Programme.objects.filter(code=PROGRAMME).select_related("jurisdiction").first()
    if programme is None or Candidate.objects.exists():
        return
    words = yaml.safe_load(
        (Path(settings.BASE_DIR) / "programs" / "demo" / "villages.yaml").read_text(encoding="utf-8")
    )
    Invention(programme, today, words).run()
    record(
        "demo.load", obj=programme, unit_path=programme.jurisdiction.path,
        after={"programme": programme.code, "part": "villages", "today": today.isoformat(), "places": Candidate.objects.count()},
    )  # fmt: skip
    say(f"  model villages: {Candidate.objects.count()} places, {Belt.objects.count()} belts")


class Invention:
    """Everything is derived from the words on file and the day of loading."""

    def __init__(self, programme: Programme, today: date, words: dict[str, Any]) -> None:
        self.programme, self.today, self.words = programme, today, words
        self.paper = self._paper()
        self.people = {user.username: user for user in User.objects.all()}
        grants = Grant.objects.filter(revoked_at=None).select_related("organization", "unit")
        self.offices = {one.user_id: one.organization.name if one.organization else one.unit.name for one in grants}
        self.entry = {one.unit.code: one.user_id for one in grants if one.role == "reporter"}
        self.review = {one.unit.code: one.user_id for one in grants if one.role == "reviewer"}
        self.by_key = {user.pk: user for user in self.people.values()}
        self.checklist = Checklist.objects.prefetch_related("items").get(code="villages-standard", state="published")
        self.plaques = 0

    def run(self) -> None:
        """Plans, belts, places, then this year's rechecks by the service that opens them."""
        self._plans()
        told = [(self._place(spec), spec) for spec in self.words["places"]]
        self._belts()
        open_rechecks(today=self.today)
        for project, spec in told:
            one = (
                Declaration.objects.filter(project=project, workflow__in=RECHECKS.values())
                .select_related("cycle")
                .first()
            )
            if one is not None and spec.get("recheck", "due") != "due":
                one.project = project
                self._tell(one, spec["recheck"])

    def _place(self, spec: dict[str, Any]) -> Project:
        unit, year = self._unit(spec), self.today.year + spec["year"]
        entry = self._cast(unit).town
        project = Project.objects.create(
            programme=self.programme, kind=spec["kind"], code=f"{spec['kind']}-{unit.code}-{spec['level']}", name_zh=unit.name, name_en=unit.name_en,
            unit=unit, decider_level=spec["level"], plan_year=year, created_by=entry,
        )  # fmt: skip
        self._describe(project, year, spec)
        declaration = Declaration.objects.create(
            project=project, cycle=ensure_cycle(self.programme, year), workflow=f"villages-{spec['level']}", stage="draft", created_by=entry,
            created_at=moment(date(year, 1, 20)), stage_since=moment(date(year, 1, 20)),
        )  # fmt: skip
        if spec["at"] != "draft":
            self._attach(project, declaration)
            self._tell(declaration, spec["at"])
        return project

    def _describe(self, project: Project, year: int, spec: dict[str, Any]) -> None:
        """Hamlets, preferences and works; finished and supervised when the year has come that far."""
        number = Candidate.objects.count()
        is_village, names = project.kind == "village", self.words["hamlets"]
        candidate = Candidate.objects.create(
            project=project, style=self.words["styles"][number % 4] if is_village else "", hamlets=names[: 2 + number % 5] if is_village else [],
            hamlets_are_all=is_village and spec["at"] != "draft", has_industry=number % 2 == 0, has_potential=True, has_tourism=number % 3 == 0,
            has_culture=number % 4 == 0, has_strong_cadres=number % 5 != 0, has_willing_people=True,
        )  # fmt: skip
        if spec["at"] == "draft":
            return
        done = spec["at"] in ("prelim_pass", "city_accepted", "county_accepted", "honoured")
        for position in range(3):
            words = self.words["works"][(number + position) % len(self.words["works"])]
            due = date(year, 9, 10 + position * 5)
            row = BuildProject.objects.create(
                candidate=candidate, position=position, builder=project.unit.name, place=words["place"], content=words["content"],
                investment=(words["wan"] + number % 7) * WAN, finish_by=due, sources=words["sources"], is_tendered=words["tendered"],
                finished_on=due - timedelta(days=4) if done and due <= self.today else None,
            )  # fmt: skip
            formed = date(year, 4, 12)
            if (
                row.is_tendered
                and spec["at"] in ("building", "failed", "prelim_pass", "city_accepted", "honoured")
                and formed <= self.today
            ):
                self._supervise(row, formed)

    def _supervise(self, row: BuildProject, formed: date) -> None:
        group = SupervisionGroup.objects.create(
            works=row, formed_on=formed, township_cadres=1, village_cadres=2, villagers=3
        )
        writer = self._cast(row.candidate.project.unit).town
        for number, text in enumerate(self.words["visits"]):
            on = formed + timedelta(days=40 * (number + 1))
            if on <= self.today:
                SupervisionRecord.objects.create(group=group, on=on, text=text, written_by=writer)

    def _tell(self, declaration: Declaration, stage: str) -> None:
        year = declaration.cycle.year
        self.plaques += 1
        county = self._county(declaration.project.unit)
        plaque = self.words["plaque"][declaration.project.decider_level].format(
            year=year, number=self.plaques, name=county.name
        )
        tell(
            declaration, stage, self._cast(declaration.project.unit), today=self.today,
            facts={"begin": {"started_on": f"{year}-04-08"}, "honour": {"plaque": plaque}, "reply": {"reply": self.words["words"]["reply"]}},
            numbers={verb: text.format(year=year) for verb, text in self.words["numbers"].items()},
        )  # fmt: skip

    def _plans(self) -> None:
        for spec in self.words["plans"]:
            unit, first = Unit.objects.get(code=spec["county"], valid_to=None), self.today.year + spec["first"]
            project = Project.objects.create(
                programme=self.programme, kind="plan", code=f"plan-{unit.code}-{first}", name_zh=unit.name, name_en=unit.name_en, unit=unit,
                plan_year=first,
            )  # fmt: skip
            ThreeYearPlan.objects.create(
                project=project, first_year=first, last_year=first + 2, summary=spec["summary"]
            )
            self._paper_of(project, None, "three-year-plan", self._cast(unit).entry)

    def _belts(self) -> None:
        for number, spec in enumerate(self.words["belts"], start=1):
            unit, year = Unit.objects.get(code=spec["county"], valid_to=None), self.today.year + spec["year"]
            project = Project.objects.create(
                programme=self.programme, kind="belt", code=f"belt-{unit.code}-{number}", name_zh=spec["name"], name_en=spec["name_en"], unit=unit,
                plan_year=year,
            )  # fmt: skip
            belt = Belt.objects.create(project=project, started_on=date(year, 3, 1))
            inside = Candidate.objects.filter(project__unit__path__startswith=unit.path).select_related("project__unit")
            chosen = list(inside.order_by("pk")[: spec["members"]])
            belt.members.set([one.project.unit for one in chosen])
            Candidate.objects.filter(pk__in=[one.pk for one in chosen]).update(belt=belt)
            for year_no, goal in enumerate(spec["goals"], start=1):
                on = date(year + year_no - 1, 12, 5)
                reached = on if year_no <= spec["reached"] and on <= self.today else None
                Milestone.objects.create(
                    belt=belt, year_no=year_no, goal=goal, reached_on=reached, shown=goal if reached else ""
                )

    def _unit(self, spec: dict[str, Any]) -> Unit:
        """The n-th village (or town) inside the named unit that is no candidate yet."""
        wanted = {"kind": Unit.Kind.VILLAGE_COMMITTEE} if spec["kind"] == "village" else {"kind": Unit.Kind.TOWN}
        above = Unit.objects.get(code=spec["in"], valid_to=None)
        rows = Unit.objects.filter(valid_to=None, path__startswith=above.path, projects=None, **wanted).order_by("code")
        found = list(rows[spec["pick"] : spec["pick"] + 1]) or list(rows[:1])
        return found[0]

    def _county(self, unit: Unit) -> Unit:
        return Unit.objects.get(pk=int(unit.path.strip("/").split("/")[2]))

    def _cast(self, unit: Unit) -> Cast:
        county = self._county(unit)
        entry = self.by_key[self.entry[county.code]]
        town = next((self.entry[code] for code in (unit.code, unit.parent.code if unit.parent else "") if code in self.entry), entry.pk)  # fmt: skip
        return Cast(
            town=self.by_key[town], entry=entry, review=self.by_key[self.review[county.code]], city=self.people["city-agri"], offices=self.offices,
            words=self.words["words"], checklist=self.checklist, conclusion=self.words["conclusion"],
        )  # fmt: skip

    def _paper(self) -> StoredFile:
        """One short paper stands for all of them; what it says is that it is invented."""
        content, _pages = pdf.render(f"<h1>{self.words['paper_title']}</h1>", style="official.css")
        return files.store_bytes(content, name="paper.pdf", content_type="application/pdf")

    def _paper_of(
        self, project: Project, declaration: Declaration | None, kind: str, author: User, on: date | None = None
    ) -> None:
        """A paper attached on a day that has come; today when None."""
        at = moment(min(on, self.today), 9) if on else timezone.now()
        Attachment.objects.create(
            project=project,
            declaration=declaration,
            kind=kind,
            file=self.paper,
            name=self.words["papers"][kind],
            uploaded_by=author,
            uploaded_at=at,
        )

    def _attach(self, project: Project, declaration: Declaration) -> None:
        """Papers of the township before it recommends; the plan of the key projects before the county submits."""
        author, year = self._cast(project.unit).town, declaration.cycle.year
        early, late = date(year, 1, 28), date(year, 3, 2)
        self._paper_of(project, None, "plan", author, early)
        for kind in ("creation-plan", *(("resolution",) if project.kind == "village" else ())):
            self._paper_of(project, declaration, kind, author, early)
        self._paper_of(project, declaration, "key-projects", author, late)
