"""Inspections as their pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.functional import Promise

from accounts.models import User
from programs.access import Access
from programs.models import (
    Checklist,
    ChecklistItem,
    Declaration,
    Finding,
    Inspection,
    InspectionPhoto,
    InspectionScore,
    Programme,
    Project,
    Purpose,
    Unit,
)
from programs.modules import module_of
from programs.services import photos
from programs.services.inspections import who_inspects
from programs.services.scoring import plain, shown, threshold_of
from programs.workflow import find_workflow

Result = InspectionScore.Result
LIGHTS = {Result.PASS: "ok", Result.FAIL: "late", Result.NOT_APPLICABLE: "none", Result.NONE: "todo"}


@dataclass(frozen=True)
class Line:
    """One item with its score, as a row of a page or of the report. ``base``: the four fields as text."""

    item: ChecklistItem
    base: dict[str, str]
    threshold: str
    light: str
    words: Any
    points_of: str  # most points of the item, as text
    by: str = ""
    at: Any = None


@dataclass
class Sums:
    """Where the scoring stands."""

    items: int = 0
    looked_at: int = 0
    failed: int = 0
    points: Decimal | None = None
    most: Decimal | None = None

    @property
    def left(self) -> int:
        return self.items - self.looked_at


@dataclass
class Group:
    """Items under one heading of the checklist."""

    name: str
    lines: list[Line] = field(default_factory=list)


def listed(rows: QuerySet[Inspection]) -> QuerySet[Inspection]:
    """Inspections with what a list shows of them, newest first."""
    return (
        rows.select_related("unit__parent", "programme", "project", "checklist", "inspector")
        .annotate(findings_count=Count("findings", distinct=True))
        .order_by("-id")
    )


def lines_of(inspection: Inspection) -> list[Line]:
    """Every item of the checklist with its score. Two queries."""
    scores = {row.item_id: row for row in inspection.scores.select_related("by")}
    return [
        _line(item, scores.get(item.pk), inspection.checklist.mode)
        for item in inspection.checklist.items.select_related("clause__document").order_by("position", "code")
    ]


def _line(item: ChecklistItem, row: InspectionScore | None, mode: str) -> Line:
    base = shown(row.result, row.value, row.points, row.note) if row else shown("", None, None, "")
    result = Result(base["result"])
    words: str | Promise
    if mode == Checklist.Mode.POINTS and base["points"] and result == Result.NONE:
        light, words = "ok", ""
    else:
        light, words = LIGHTS[result], result.label
    return Line(
        item=item, base=base, threshold=threshold_of(item), light=light, words=words, points_of=plain(item.points),
        by=row.by.full_name if row else "", at=row.at if row else None,
    )  # fmt: skip


def groups_of(lines: Iterable[Line]) -> list[Group]:
    """Lines under the headings of the checklist, in its order."""
    groups: list[Group] = []
    for line in lines:
        if not groups or groups[-1].name != line.item.group:
            groups.append(Group(line.item.group))
        groups[-1].lines.append(line)
    return groups


def sums_of(lines: Sequence[Line], mode: str) -> Sums:
    """How much has been looked at, how much failed, the points so far."""
    in_points = mode == Checklist.Mode.POINTS
    done = [
        line
        for line in lines
        if (line.base["points"] or line.base["result"] == Result.NOT_APPLICABLE if in_points else line.base["result"])
    ]
    return Sums(
        items=len(lines),
        looked_at=len(done),
        failed=sum(line.base["result"] == Result.FAIL for line in lines),
        points=sum((Decimal(line.base["points"]) for line in lines if line.base["points"]), Decimal(0))
        if in_points
        else None,
        most=sum((line.item.points or Decimal(0) for line in lines), Decimal(0)) if in_points else None,
    )


def findings_of(inspection: Inspection) -> list[Finding]:
    """Findings with item, rectification and the earlier finding they repeat. One query."""
    return list(
        inspection.findings.select_related(
            "item", "rectification__unit", "rectification__organization", "repeats__inspection"
        ).order_by("id")
    )


@dataclass(frozen=True)
class Shown:
    """A photo, and where the same picture was used before as far as the person may know."""

    photo: InspectionPhoto
    alike: list[InspectionPhoto]


def photos_of(inspection: Inspection, user: User) -> list[Shown]:
    """At most three photos, each with up to three earlier uses the person may see. At most four queries."""
    rows = inspection.photos.filter(removed_at=None).select_related("item", "uploaded_by")
    return [
        Shown(
            photo,
            list(
                photos.alike(photo)
                .filter(pk__in=InspectionPhoto.objects.visible_to(user).values("pk"))
                .select_related("inspection__project", "inspection__unit")[:3]
            ),
        )
        for photo in rows
    ]


PROCEDURAL = (Purpose.SELF_EVALUATION, Purpose.PRELIMINARY, Purpose.ACCEPTANCE, Purpose.EVALUATION, Purpose.RECHECK)


def purposes_for(
    access: Access, *, unit: Unit, programme: Programme, project: Project | None, declaration: Declaration | None = None
) -> list[Purpose]:
    """Purposes for which the person may inspect here, of those that the procedures of the subject know.

    What belongs to a procedure (an acceptance, say) is known when a step asks for it; anything else when a published
    checklist serves for it.
    """
    if declaration is not None:
        flow = find_workflow(declaration.workflow)
        flows = [flow] if flow else []
    else:
        flows = list(module_of(programme.module).workflows)
    asked = {purpose for flow in flows for purpose in flow.purposes}
    served = {code for codes in _published(programme, project).values_list("purposes", flat=True) for code in codes}
    known = (served - {*PROCEDURAL}) | asked if asked else served
    found = []
    for purpose in Purpose:
        roles, levels = who_inspects(purpose, project)
        if purpose in known and access.acting(roles, levels=levels, unit=unit, programme=programme) is not None:
            found.append(purpose)
    return found


def subject_of(project: Project, purpose: str) -> Declaration | None:
    """The open declaration of ``project`` whose procedure asks for an inspection of this purpose where it stands now."""
    for one in project.declarations.filter(is_open=True).select_related("cycle").order_by("-cycle__year", "-pk"):
        flow = find_workflow(one.workflow)
        if flow is not None and purpose in flow.inspections_from(one.stage):
            return one
    return None


def _published(programme: Programme, project: Project | None) -> QuerySet[Checklist]:
    rows = Checklist.objects.filter(programme=programme, state=Checklist.State.PUBLISHED)
    return rows.filter(Q(level="") | Q(level=project.decider_level)) if project else rows


def checklists_for(programme: Programme, purpose: str, project: Project | None = None) -> QuerySet[Checklist]:
    """Published checklists of a programme that serve for a purpose, those of the project's deciding level and general ones."""
    return _published(programme, project).filter(purposes__contains=[purpose]).order_by("code")


def repeats_of(inspection: Inspection) -> QuerySet[Inspection]:
    """Later inspections that name this one."""
    return inspection.repeats.order_by("id")


def checklist_versions(checklist: Checklist) -> QuerySet[Checklist]:
    """All versions with how many items they have and how many inspections stand on them, newest first."""
    return (
        Checklist.objects.filter(code=checklist.code)
        .annotate(
            items_count=Count("items", distinct=True),
            used=Count("inspections", distinct=True),
        )
        .order_by("-version")
    )


def with_items(rows: QuerySet[Checklist]) -> QuerySet[Checklist]:
    """Checklists with their items and clauses."""
    items = ChecklistItem.objects.select_related("clause__document").order_by("position", "code")
    return rows.prefetch_related(Prefetch("items", items))
