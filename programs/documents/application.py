"""The application package (申报材料) as PDF: cover, fields, lists, papers with their digests, stages and decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from programs import application
from programs.access import read_access
from programs.documents import pdf
from programs.documents.bulletin import page_sides
from programs.errors import RuleViolation
from programs.models import Declaration
from programs.queries.declarations import DeclarationPage, stage_name, verb_name, with_related
from programs.services import files
from programs.services.jobs import Work

STYLE = "official.css"
EXTRA = """
.c-w { width: 34mm; }
.cover-no { text-align: right; font-size: 12pt; }
.cover-title { margin-top: 30mm; text-align: center; text-indent: 0; font: bold 26pt/40pt "Luoshi Latin", "FandolSong", "Noto Serif CJK SC", serif; letter-spacing: 8pt; }
table.cover { margin-top: 22mm; font-size: 14pt; line-height: 20pt; }
table.cover th, table.cover td { padding: 6pt; }
td small { font-size: 8pt; line-height: 11pt; }
"""
PDF = "application/pdf"


def print_package(work: Work) -> None:
    """The job: print for whoever asked, if they still may see the declaration. ``params``: declaration (id)."""
    user = work.job.requested_by
    found = with_related(Declaration.objects.all()).filter(pk=work.params["declaration"]).first()
    if user is None or found is None:
        raise RuleViolation("not_found", _("The declaration is missing or outside your scope."))
    access = read_access(user)
    if not access.sees(found.project.unit, found.project.programme):
        raise RuleViolation("not_found", _("The declaration is missing or outside your scope."))
    content = package(DeclarationPage(found, user, access), step=work.step)
    name = f"{found.project.code}-{found.cycle.year}-r{found.revision}.pdf"
    stored = files.store_bytes(content, name=name, content_type=PDF)
    with work.finishing() as job:
        job.result = stored


def package(page: DeclarationPage, *, step: Callable[[int, int, str], None]) -> bytes:
    """The PDF, always in Chinese; of the newest revision, or of the draft with its mark when nothing was handed in."""
    with translation.override("zh-hans"):
        step(0, 2, _("collecting"))
        html = render_to_string("pdf/application.html", context_of(page))
        step(1, 2, _("printing"))
        content, _pages = pdf.render(html, style=STYLE, extra=page_sides(0) + EXTRA)
        return content


def context_of(page: DeclarationPage) -> dict[str, Any]:
    """What ``pdf/application.html`` draws."""
    declaration, flow = page.declaration, page.flow
    project = declaration.project
    data = application.newest_data(declaration, page.revisions)
    return {
        "declaration": declaration,
        "project": project,
        "programme": project.programme,
        "flow": flow,
        "stage": stage_name(flow, declaration.stage),
        "is_draft": declaration.revision == 0,
        "demo": settings.LUOSHI_DEMO,
        "issuer": project.applicant.name if project.applicant else project.unit.label,
        "revision": page.revisions[0] if page.revisions else None,
        "values": application.shown(flow, declaration, data),
        "lists": application.lists_in(flow, declaration, data),
        "papers": _papers(page),
        "steps": page.steps,
        "decisions": [
            {
                "row": one,
                "verb": verb_name(flow, one),
                "to": stage_name(flow, one.to_stage),
                "facts": application.facts_of(flow, one),
            }
            for one in page.decisions
        ],
        "printed_at": timezone.localtime(),
        "printed_by": page.user.full_name,
    }


def _papers(page: DeclarationPage) -> list[dict[str, Any]]:
    """Those of the newest revision as they were handed in, then those attached since; ``later`` says when.

    A later step may ask for papers of its own (the county's package: 和美·六(二)), and they belong to the package too.
    """
    kinds = {kind.code: str(kind.name) for kind in page.flow.documents}
    handed_in = page.revisions[0].papers if page.revisions else []
    known = {row["attachment"] for row in handed_in}
    since = [
        {
            "kind": one.kind,
            "name": one.name,
            "version": one.version,
            "sha256": one.file.sha256,
            "sm3": one.file.sm3,
            "later": one.uploaded_at if page.revisions else None,
            "note": one.note,
        }
        for one in page.current_papers
        if one.pk not in known
    ]
    return [
        row | {"kind_name": kinds.get(row["kind"]) or row.get("note") or _("Other paper")}
        for row in [*handed_in, *since]
    ]
