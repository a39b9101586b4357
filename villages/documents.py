"""Papers of model villages: the acceptance report and the paper that names an honoured place. Always in Chinese."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from programs.documents import pdf
from programs.documents.bulletin import STYLE, page_sides
from programs.models import Declaration, Inspection, Purpose
from villages.models import Candidate, Honour


def acceptance_report(declaration: Declaration) -> bytes:
    """What was accepted: place, works, inspections item by item, decisions. ``declaration`` with project and cycle loaded."""
    candidate = Candidate.objects.filter(project=declaration.project).prefetch_related("works").first()
    inspections = (
        Inspection.objects.filter(
            declaration=declaration, state=Inspection.State.CLOSED, purpose__in=[Purpose.PRELIMINARY, Purpose.ACCEPTANCE]
        )
        .select_related("checklist")
        .prefetch_related("scores__item__clause")
        .order_by("pk")
    )  # fmt: skip
    works = list(candidate.works.all()) if candidate else []
    return _print(
        "pdf/village_acceptance.html",
        {
            "declaration": declaration,
            "candidate": candidate,
            "works": works,
            "total": sum((row.investment for row in works), 0),
            "inspections": list(inspections),
            "decision": declaration.decisions.filter(verb="accept").order_by("-pk").first(),
        },
        declaration.project,
    )


def honour_paper(honour: Honour) -> bytes:
    """The paper that names the place, gives its plaque and says which award belongs to it; marked when it was revoked."""
    award = honour.project.programme.village_quotas.filter(
        kind=honour.project.kind, level=honour.level, award__isnull=False
    ).first()
    return _print(
        "pdf/village_honour.html", {"honour": honour, "award": award.award if award else None}, honour.project
    )


def _print(template: str, context: dict[str, Any], project: Any) -> bytes:
    programme = project.programme
    with translation.override("zh-hans"):
        lead = programme.lead.name if programme.lead else programme.jurisdiction.name
        html = render_to_string(
            template,
            context | {"project": project, "programme": programme, "issuer": lead, "demo": settings.LUOSHI_DEMO},
        )
        content, _pages = pdf.render(html, style=STYLE, extra=page_sides(0))
    return content
