"""The report of an inspection on paper; also the acceptance report where an inspection accepts."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string

from programs.documents import pdf
from programs.documents.bulletin import STYLE, page_sides
from programs.forms_inspections import METHODS
from programs.models import Inspection
from programs.queries.inspections import findings_of, groups_of, lines_of, sums_of


def report_of(inspection: Inspection) -> bytes:
    """The PDF of a closed inspection, in the active language: outcome, items with their clauses, findings, who took part.

    ``inspection`` with its project, unit, programme, checklist, inspector and closer loaded.
    """
    lines = lines_of(inspection)
    names = dict(METHODS)
    html = render_to_string(
        "pdf/inspection.html",
        {
            "inspection": inspection,
            "groups": groups_of(lines),
            "sums": sums_of(lines, inspection.checklist.mode),
            "in_points": inspection.checklist.mode == "points",
            "findings": findings_of(inspection),
            "methods": [names.get(code, code) for code in inspection.methods],
            "demo": settings.LUOSHI_DEMO,
        },
    )
    content, _pages = pdf.render(html, style=STYLE, extra=page_sides(0))
    return content
