"""The figures of a bulletin as plain JSON: built once for a moment, printed as often as wanted.

Decimals are strings, dates ISO. Nothing printed is read from anywhere else, so a bulletin printed again is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils import timezone, translation

from policies.models import DocumentIssue
from programs.as_of import Moment
from programs.models import Bulletin, CorrectionRequest, Indicator, Period, Programme, ProgressRevision, Unit
from programs.queries.dashboard import Board, Cell, children_of, indicators_of
from programs.queries.duties import duties_in
from programs.queries.ranking import WHY_NOT, minimum_share, rank

VERSION = 1
Json = dict[str, Any]


def build(programme: Programme, period: Period, as_of: datetime) -> Json:
    """Everything a bulletin prints, as known at ``as_of``. About ten queries, whatever the size.

    Shape: programme, period, as_of, units [county-level], reporting [units that owe figures], indicators, cells
    {indicator code: {unit code: cell}}, missing, late, ranking, corrections, issues.
    """
    indicators = indicators_of(programme, period.ends_on)
    home = programme.jurisdiction
    children = list(children_of(home, period.ends_on).filter(level=Unit.Level.COUNTY))
    reporting = list(
        Unit.objects.filter(pk__in=duties_in(period).values("unit_id")).select_related("parent").order_by("code")
    )
    units = list({unit.pk: unit for unit in [home, *children, *reporting]}.values())
    board = Board(periods=[period], indicators=indicators, units=units, moment=Moment(as_of), parent=home)
    cells = _cells(board, indicators, units)
    counties = [child.code for child in children]
    return {
        "version": VERSION, "demo": settings.LUOSHI_DEMO, "as_of": as_of.isoformat(),
        "programme": _programme(programme), "period": _period(period), "home": _unit(home),
        "units": [_unit(unit) for unit in children], "reporting": [_unit(unit) for unit in reporting if unit.pk != home.pk],
        "indicators": [_indicator(indicator) for indicator in indicators], "cells": cells,
        "missing": _missing(indicators, cells, counties or [unit.code for unit in reporting], period),
        "late": [[i.code, code] for i in indicators for code in counties if cells[i.code][code]["light"] == "late"],
        "ranking": _ranking(board, indicators, children, minimum_share(programme)),
        "corrections": _corrections(programme, as_of), "issues": _issues(programme),
    }  # fmt: skip


def sm3_of(snapshot: Json) -> str:
    """SM3 over the snapshot's canonical JSON (sorted keys, UTF-8, no white space): 64 hex digits."""
    return hashlib.new("sm3", orjson.dumps(snapshot, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _cells(board: Board, indicators: Sequence[Indicator], units: Sequence[Unit]) -> Json:
    return {
        indicator.code: {unit.code: _cell(board.cell(indicator, unit)) for unit in units} for indicator in indicators
    }


def _cell(cell: Cell) -> Json:
    target = cell.target
    return {
        "value": _text(cell.value), "target": _text(cell.scale), "is_sum": cell.below is not None, "is_shared": cell.is_shared,
        "comparator": target.comparator if target else "", "hardness": target.hardness if target else "",
        "target_state": target.state if target else "", "target_words": target.text_zh if target else "",
        "completion": _text(cell.share), "elapsed": _text(cell.time), "reports": cell.figure.reports, "expected": cell.figure.expected,
        "light": cell.light.kind, "light_code": cell.light.code,
    }  # fmt: skip


def _ranking(board: Board, indicators: Sequence[Indicator], units: Sequence[Unit], minimum: int) -> Json:
    """The dashboard's own ranking: groups of comparable units, who is not ranked and why, the weights."""
    ranking = rank(board, indicators, units, minimum=minimum)
    thin = [(place.unit, WHY_NOT["too_little"]) for group in ranking.groups for place in group.unplaced]
    with translation.override("zh-hans"):
        return {
            "weights": [[indicator.code, _text(indicator.weight)] for indicator in ranking.weighted],
            "minimum": minimum,
            "groups": [
                {"code": group.code, "places": [
                    {"position": place.position, "unit": place.unit.code, "score": str(place.score), "is_rescaled": place.is_rescaled,
                     "counted": _text(place.counted), "total": _text(place.total)}
                    for place in group.places
                ]} for group in ranking.groups if group.places
            ],
            "unranked": [[unit.code, str(why)] for unit, why in [*ranking.unranked, *thin]],
        }  # fmt: skip


def _text(value: Decimal | None) -> str | None:
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _missing(indicators: Sequence[Indicator], cells: Json, codes: Sequence[str], period: Period) -> list[Json]:
    """Units that owe figures which are not approved: counts, and the indicators concerned."""
    found = []
    for code in codes:
        rows = [(i.code, cells[i.code][code]) for i in indicators if i.is_reported]
        owed = sum(cell["expected"] for _code, cell in rows)
        done = sum(min(cell["reports"], cell["expected"]) for _code, cell in rows)
        if done < owed:
            lacking = [name for name, cell in rows if cell["reports"] < cell["expected"]]
            found.append(
                {
                    "unit": code,
                    "expected": owed,
                    "reports": done,
                    "indicators": lacking,
                    "due_on": period.due_on.isoformat(),
                }
            )
    return sorted(found, key=lambda row: (row["reports"] - row["expected"], row["unit"]))


def _corrections(programme: Programme, as_of: datetime) -> list[Json]:
    """Corrections approved since the bulletin before this one (or the start)."""
    published = Bulletin.objects.filter(programme=programme, published_at__isnull=False, as_of__lt=as_of)
    since = published.order_by("-as_of").values_list("as_of", flat=True).first()
    before = ProgressRevision.objects.filter(report=OuterRef("report"), number=OuterRef("base_revision")).values(
        "value"
    )
    rows = CorrectionRequest.objects.filter(
        report__period__programme=programme, state=CorrectionRequest.State.APPROVED, decided_at__lte=as_of
    ).annotate(before=Subquery(before))  # fmt: skip
    if since is not None:
        rows = rows.filter(decided_at__gt=since)
    return [
        {
            "unit": row.report.unit.code, "unit_zh": row.report.unit.name, "unit_en": row.report.unit.name_en, "period": row.report.period.code,
            "indicator": row.report.indicator.code, "before": _text(row.before), "after": _text(row.value), "reason": row.reason,
            "decided_on": timezone.localtime(row.decided_at).date().isoformat(),
        }
        for row in rows.select_related("report__unit", "report__period", "report__indicator").order_by("decided_at", "pk")
    ]  # fmt: skip


def _issues(programme: Programme) -> list[Json]:
    """Known defects that touch a target of the programme."""
    rows = (
        DocumentIssue.objects.filter(targets__indicator__programme=programme, targets__replaced_at=None)
        .distinct()
        .order_by("code")
    )
    return [
        {
            "code": row.code,
            "issue_zh": row.issue_zh,
            "issue_en": row.issue_en,
            "handling_zh": row.handling_zh,
            "handling_en": row.handling_en,
        }
        for row in rows
    ]


def _programme(programme: Programme) -> Json:
    lead, document = programme.lead, programme.document
    return {
        "code": programme.code, "name_zh": programme.name_zh, "name_en": programme.name_en, "short_zh": programme.short_zh, "short_en": programme.short_en,
        "issuer_zh": _full_name(lead.name, programme.jurisdiction) if lead else programme.jurisdiction.name, "issuer_en": (lead.name_en or lead.name) if lead else programme.jurisdiction.name_en,
        "document_zh": document.title_zh, "document_en": document.title_en, "document_no": document.number,
        "basis": f"{programme.basis.path}" if programme.basis else "", "starts_on": programme.starts_on.isoformat(),
    }  # fmt: skip


def _full_name(name: str, home: Unit) -> str:
    """An office as it signs: the list of bureaus writes 市农业农村局 for 平顶山市农业农村局."""
    return home.name + name[1:] if home.name.endswith(name[:1]) and not name.startswith(home.name) else name


def _period(period: Period) -> Json:
    return {
        "code": period.code, "starts_on": period.starts_on.isoformat(), "ends_on": period.ends_on.isoformat(), "due_on": period.due_on.isoformat(),
        "cadence": period.programme.cadence,
    }  # fmt: skip


def _unit(unit: Unit) -> Json:
    parent = unit.parent
    return {
        "code": unit.code, "name_zh": unit.name, "name_en": unit.name_en or unit.name, "level": unit.level, "kind": unit.kind,
        "short_zh": unit.short_name or unit.name, "parent_zh": (parent.short_name or parent.name) if parent else "",
        "parent_en": parent.name_en if parent else "",
    }  # fmt: skip


def _indicator(indicator: Indicator) -> Json:
    return {
        "code": indicator.code, "name_zh": indicator.name_zh, "name_en": indicator.name_en, "short_zh": indicator.short_zh or indicator.name_zh,
        "short_en": indicator.short_en or indicator.name_en, "unit_zh": indicator.unit_zh, "unit_en": indicator.unit_en, "decimals": indicator.decimals,
        "direction": indicator.direction, "counting": indicator.counting, "headline": indicator.is_headline, "reported": indicator.is_reported,
        "weight": _text(indicator.weight), "clause": indicator.clause.path if indicator.clause else "",
    }  # fmt: skip
