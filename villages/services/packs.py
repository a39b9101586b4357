"""The initiative's own files of a data pack: quotas.csv and pots.csv."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from programs.modules import PackPart
from programs.services.packs.problems import PackRefused, Problem
from programs.services.packs.reading import read_csv
from programs.services.packs.schema import Code12, Flag, PackRow, Text80, Text160, Text300, Text400
from villages.models import Pot, Quota

WAN = 10_000
MaybeFlag = Annotated[bool | None, BeforeValidator(lambda value: {"yes": True, "no": False}.get(value, value))]


class QuotaRow(PackRow):
    """One unit's task of one kind and level. ``award_wan``: units of 10,000 yuan for each."""

    unit: Code12
    kind: Literal["village", "town", "belt"]
    level: Literal["city", "county"]
    minimum: int | None = None
    maximum: int | None = None
    period: Literal["per_year", "not_stated", "within_2_to_3_years"]
    award_wan: Decimal | None = None
    settled: Flag = True
    clause: Text80
    note_zh: Text300 = ""
    note_en: Text400 = ""


class PotRow(PackRow):
    """One sum the plan names. ``yearly`` empty: the plan does not say."""

    code: str
    name_zh: Text80
    name_en: Text160
    amount_wan: Decimal
    yearly: MaybeFlag = None
    for_awards: Flag = False
    clause: Text80


def load(part: PackPart) -> None:
    """Read both files; a pack without them loads nothing. What the city settled is kept. Raises PackRefused."""
    problems: list[Problem] = []
    quotas = read_csv(part.folder / "quotas.csv", QuotaRow, problems) if (part.folder / "quotas.csv").exists() else []
    pots = read_csv(part.folder / "pots.csv", PotRow, problems) if (part.folder / "pots.csv").exists() else []
    seen: set[tuple] = set()
    for row in quotas:
        key = (row.data.unit, row.data.kind, row.data.level)
        if key in seen:
            problems.append(row.refuse(f"the quota {' '.join(key)} stands twice"))
        seen.add(key)
        if row.data.unit not in part.tree.by_code:
            problems.append(row.refuse(f"unit {row.data.unit} is not known"))
        if not row.data.settled and row.data.minimum is not None:
            problems.append(row.refuse("a unit that is not settled has no number"))
    named = [(row.refuse, row.data.clause) for row in quotas] + [(row.refuse, row.data.clause) for row in pots]
    problems.extend(refuse(f"clause {clause} is not known") for refuse, clause in named if clause not in part.clauses)
    if problems:
        raise PackRefused(problems)
    _write_quotas(part, [row.data for row in quotas])
    _write_pots(part, [row.data for row in pots])


def _write_quotas(part: PackPart, rows: list[QuotaRow]) -> None:
    existing = Quota.objects.filter(programme=part.programme).select_related("unit")
    by_hand = {(q.unit_id, q.kind, q.level) for q in existing if q.set_by_id is not None}
    wanted: dict[tuple[int, str, str], dict[str, Any]] = {}
    for row in rows:
        key = (part.tree.by_code[row.unit].pk, row.kind, row.level)
        if key in by_hand:
            part.writer.counts.kept.append(f"quota {row.unit} {row.kind} {row.level}")
            continue
        wanted[key] = {
            "programme_id": part.programme.pk, "unit_id": key[0], "kind": row.kind, "level": row.level, "minimum": row.minimum,
            "maximum": row.maximum, "period": row.period, "award": None if row.award_wan is None else row.award_wan * WAN,
            "is_settled": row.settled, "clause_id": part.clauses[row.clause].pk, "note_zh": row.note_zh, "note_en": row.note_en,
        }  # fmt: skip
    part.writer.upsert(Quota, wanted, key=lambda q: (q.unit_id, q.kind, q.level), existing=existing)


def _write_pots(part: PackPart, rows: list[PotRow]) -> None:
    wanted = {
        row.code: {
            "programme_id": part.programme.pk, "code": row.code, "name_zh": row.name_zh, "name_en": row.name_en, "amount": row.amount_wan * WAN,
            "is_yearly": row.yearly, "is_for_awards": row.for_awards, "clause_id": part.clauses[row.clause].pk,
        }
        for row in rows
    }  # fmt: skip
    part.writer.upsert(Pot, wanted, key=lambda pot: pot.code, existing=Pot.objects.filter(programme=part.programme))
