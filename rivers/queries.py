"""Reading waters: the months that count for an evaluation, the numbers of a level, the register and its totals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from programs.models import Checklist, Declaration, Project, Unit
from rivers.models import Standard, WaterBody, WaterQuality

BANDS = (("2023", (2023, 2023)), ("2024–2025", (2024, 2025)), ("2026–2028", (2026, 2028)))


@dataclass(frozen=True)
class Month:
    """One month and the class in force; ``grade`` None: nobody recorded one, which is not a pass."""

    month: date
    grade: int | None
    source: str = ""

    @property
    def label(self) -> str:
        return str(WaterQuality.Grade(self.grade).label) if self.grade else ""

    @property
    def height(self) -> int:
        """Of its column in the chart, which is 64 high: ten for each class."""
        return 10 * (self.grade or 0)

    @property
    def top(self) -> int:
        return 63 - self.height

    @property
    def is_bad(self) -> bool:
        """Worse than class Ⅳ, the limit of the plan (河湖·二(三))."""
        return self.grade is not None and self.grade > WaterQuality.Grade.IV


def months_before_evaluation(year: int, count: int = 12) -> list[date]:
    """First days of the months whose class counts for the evaluation of October ``year + 1``, oldest first.

    The plan says "all year" without naming the year; the city takes the months up to the September before.
    """
    last = (year + 1) * 12 + 8  # September, counted from 0
    return [date(n // 12, n % 12 + 1, 1) for n in range(last - count + 1, last + 1)]


def classes_of(waters: Iterable[WaterBody], first: date, last: date) -> dict[int, dict[date, WaterQuality]]:
    """Classes in force by water and month from ``first`` to ``last``, in one query."""
    found: dict[int, dict[date, WaterQuality]] = {water.pk: {} for water in waters}
    rows = WaterQuality.objects.filter(water__in=found, month__range=(first, last), replaced_at=None)
    for row in rows.order_by("month"):
        found[row.water_id][row.month] = row
    return found


def months_of(rows: dict[date, WaterQuality], months: Iterable[date]) -> list[Month]:
    """One entry for each of ``months``, empty where no class is recorded."""
    return [
        Month(month, rows[month].grade, rows[month].source) if month in rows else Month(month, None) for month in months
    ]


def standard_of(project: Project) -> Standard | None:
    """The numbers of the project's level; None while the pack has none."""
    return (
        Standard.objects.select_related("filing_clause", "naming_clause", "quality_clause")
        .filter(programme=project.programme_id, level=project.decider_level)
        .first()
    )


def template_of(project: Project, purpose: str) -> Checklist | None:
    """The published score template of the project's level; None: nobody has entered one."""
    return Checklist.objects.filter(
        programme=project.programme_id,
        level=project.decider_level,
        mode=Checklist.Mode.POINTS,
        state=Checklist.State.PUBLISHED,
        purposes__contains=[purpose],
    ).first()


def register(rows: QuerySet[WaterBody]) -> QuerySet[WaterBody]:
    """Waters with what a line of the register shows; ``stage`` and ``year`` are of the newest declaration."""
    newest = Declaration.objects.filter(project=OuterRef("project")).order_by("-cycle__year", "-id")
    return (
        rows.select_related("project__unit", "project__programme", "project__applicant")
        .annotate(
            stage=Subquery(newest.values("stage")[:1]),
            workflow=Subquery(newest.values("workflow")[:1]),
            year=Subquery(newest.values("cycle__year")[:1]),
            declaration_id=Subquery(newest.values("pk")[:1]),
        )
        .order_by("programme_id", "seq")
    )


def totals_by_level(rows: QuerySet[WaterBody]) -> list[dict]:
    """For each level: rivers, reservoirs, all, one count for each period of the plan, kilometres, named; then the sum."""
    counts = {
        "rivers": Count("pk", filter=Q(project__kind="river")),
        "reservoirs": Count("pk", filter=Q(project__kind="reservoir")),
        "total": Count("pk"),
        "named": Count("pk", filter=Q(named_on__isnull=False)),
        **{
            f"band{number}": Count("pk", filter=Q(project__plan_year__range=years))
            for number, (_label, years) in enumerate(BANDS)
        },
    }
    found = {row["level"]: row for row in rows.order_by().values(level=F("project__decider_level")).annotate(**counts)}
    levels = [(level, label) for level, label in Project.Decider.choices if level in found]
    lines: list[dict[str, Any]] = [{**found[level], "label": label} for level, label in levels]
    if lines:
        lines.append({"label": _("all"), "level": ""} | {name: sum(line[name] for line in lines) for name in counts})
    for line in lines:
        line["bands"] = [line[f"band{number}"] for number in range(len(BANDS))]
    return lines


def totals_by_owner(rows: QuerySet[WaterBody]) -> list[dict]:
    """How many waters each unit answers for, by level, in the order of the units' codes."""
    counts = {level: Count("pk", filter=Q(project__decider_level=level)) for level in Project.Decider.values}
    found = (
        rows.order_by("project__unit__code")
        .values(code=F("project__unit__code"), unit=F("project__unit"))
        .annotate(total=Count("pk"), named=Count("pk", filter=Q(named_on__isnull=False)), **counts)
    )
    owners = list(found)
    labels = Unit.objects.in_bulk([owner["unit"] for owner in owners])
    return [owner | {"label": labels[owner["unit"]].label} for owner in owners]
