"""Papers about money in the layout of GB/T 9704-2012: the award order and a fund's ledger. Always in Chinese, never sealed."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from programs.documents import pdf
from programs.documents.bulletin import STYLE, page_sides
from subsidies.ledger import Line
from subsidies.models import AwardOrder, Fund
from subsidies.queries import Chain, FundRow

# a ledger lies on its side: seven columns of figures do not fit 156 mm
LANDSCAPE = """
@page { size: A4 landscape; margin: 26mm 28mm 22mm 24mm; }
.watermark { top: 45mm; width: 245mm; }
h1 { margin: 6pt 0 10pt; }
.c-date { width: 22mm; } .c-paper { width: 56mm; } .c-yuan { width: 27mm; } .c-place { width: 42mm; }
.void { text-decoration: line-through; }
.c-sign { display: flex; justify-content: space-between; margin-top: 10pt; font-size: 12pt; line-height: 18pt; }
.c-sign span { white-space: nowrap; }
.meta { display: flex; justify-content: space-between; font-size: 12pt; line-height: 18pt; letter-spacing: 0; }
"""
ORDER = """
.c-no { width: 10mm; } .c-sum { width: 26mm; } .c-county { width: 34mm; }
"""


def order_pdf(order: AwardOrder, listed: list[Chain], *, total: int) -> bytes:
    """The award order with its list. ``total``: how many awards it holds; fewer ``listed`` are said to be an excerpt.

    A copy for the office: our file never looks like the sealed original, so it carries the word 草稿.
    """
    with translation.override("zh-hans"):
        groups: dict[str, list[Chain]] = defaultdict(list)
        for chain in listed:
            groups[chain.award.rule.name].append(chain)
        clauses = {chain.award.rule.clause.path for chain in listed if chain.award.rule.clause}
        context: dict[str, Any] = {
            "order": order,
            "programme": order.programme,
            "issuer": _signs_as(order.office, order.programme.jurisdiction.name),
            "groups": [
                {"name": name, "count": len(rows), "each": rows[0].award.amount, "sum": _sum(rows)}
                for name, rows in groups.items()
            ],
            "rows": listed,
            "total": _sum(listed),
            "to": _addressees(listed),
            "clauses": sorted(clauses),
            "fund": listed[0].award.fund if listed else None,
            "is_excerpt": total != len(listed),
            "demo": settings.LUOSHI_DEMO,
        }
        html = render_to_string("pdf/award_order.html", context)
        return pdf.render(html, style=STYLE, extra=page_sides(0) + ORDER)[0]


def ledger_pdf(fund: Fund, row: FundRow, year: int, lines: list[Line], *, who: str) -> bytes:
    """A fund's ledger of one year, on its side, for the file."""
    with translation.override("zh-hans"):
        current = next(line for line in row.years if line.year == year)
        context = {
            "fund": fund,
            "year": year,
            "current": current,
            "lines": lines,
            "who": who,
            "now": timezone.localtime(),
            "demo": settings.LUOSHI_DEMO,
            "title": _("Ledger of the fund “%(fund)s”, %(year)s") % {"fund": fund.name, "year": year},
        }
        html = render_to_string("pdf/fund_ledger.html", context)
        return pdf.render(html, style=STYLE, extra=page_sides(0) + LANDSCAPE)[0]


def _signs_as(office: str, home: str) -> str:
    """An office as it signs: the list of bureaus drops the city's name from that of its bureau."""
    if not office:
        return home
    return home + office[1:] if home.endswith(office[:1]) and not office.startswith(home) else office


def _sum(rows: list[Chain]) -> Decimal:
    return sum((chain.award.amount for chain in rows), Decimal("0.00"))


def _addressees(listed: list[Chain]) -> list[str]:
    """The first hands below the city, each once, in the order of the tree."""
    found: dict[str, str] = {}
    for chain in listed:
        if chain.hops:
            party = chain.hops[0].payee
            found.setdefault(party.unit.code if party.organization is None else f"~{party.label}", party.label)
    return [found[key] for key in sorted(found)]
