"""Which notices are up, and which one speaks about a declaration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from programs.models import Decision, Declaration, Notice, NoticeItem
from programs.workflow import workflow_of, workflows


def notice_of(declaration: Declaration) -> Notice | None:
    """The newest notice about this declaration, whatever its state."""
    return (
        Notice.objects.filter(items__declaration=declaration)
        .select_related("clause", "unit")
        .prefetch_related("objections")
        .order_by("-id")
        .first()
    )


def precedes(notice: Notice, result: Decision) -> bool:
    """Whether the notice was posted before ``result`` was decided: then it did not publish it.

    On the same day it counts when it was prepared after the decision was entered.
    """
    if notice.posted_on is None or notice.posted_on > result.decided_on:
        return False
    return notice.posted_on < result.decided_on or notice.created_at < result.at


def notices_up(today: date) -> QuerySet[Notice]:
    """What anybody may read on ``today``: posted and not past its last day, even if the job that ends it is late."""
    return Notice.objects.filter(state=Notice.State.POSTED, ends_on__gte=today).order_by("-posted_on", "-id")


@dataclass(frozen=True)
class Table:
    """The lines of a notice: labels in the order in which they first appear, and one cell for each."""

    labels: list[str]
    rows: list[list[str]]

    @property
    def pairs(self) -> list[list[tuple[str, str]]]:
        """Each row as (label, cell)."""
        return [list(zip(self.labels, row, strict=True)) for row in self.rows]


def table_of(notice: Notice) -> Table:
    """The notice's table from its items, which are read once."""
    shown = [dict(item.shown) for item in notice.items.all()]
    labels = list(dict.fromkeys(label for row in shown for label in row))
    return Table(labels, [[row.get(label, "") for label in labels] for row in shown])


def stages_with_declarations(rows: QuerySet[Declaration]) -> list[dict]:
    """Stages that are made public, with open declarations: programme, workflow, stage and how many. One query."""
    public = Q(pk__in=[])
    for flow in workflows():
        public |= Q(workflow=flow.code, stage__in=flow.published)
    found = (
        rows.filter(public, is_open=True)
        .values("project__programme__code", "workflow", "stage")
        .annotate(n=Count("id"))
        .order_by("project__programme__position", "workflow", "stage")
    )
    return [
        {
            "programme": row["project__programme__code"],
            "workflow": row["workflow"],
            "stage": row["stage"],
            "flow_name": workflow_of(row["workflow"]).name,
            "stage_name": workflow_of(row["workflow"]).stage(row["stage"]).name,
            "n": row["n"],
        }
        for row in found
    ]


def free_declarations(
    rows: QuerySet[Declaration], *, programme: str, workflow: str, stage: str
) -> QuerySet[Declaration]:
    """Declarations at a stage that are in no notice that is a draft or up."""
    busy = NoticeItem.objects.filter(notice__state__in=[Notice.State.DRAFT, Notice.State.POSTED])
    return (
        rows.filter(is_open=True, project__programme__code=programme, workflow=workflow, stage=stage)
        .exclude(pk__in=busy.values("declaration_id"))
        .select_related(
            "project__unit__parent__parent", "project__programme__jurisdiction", "project__programme__document", "cycle"
        )
        .order_by("project__unit__code", "project__code", "id")
    )
