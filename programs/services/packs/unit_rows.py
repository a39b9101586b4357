"""One row of a unit list, and what is derived from its name."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field
from pypinyin import lazy_pinyin

from programs.models import Unit
from programs.services.packs.problems import PackRefused, Problem
from programs.services.packs.reading import Row, read_csv

Code12 = Annotated[str, Field(pattern=r"^\d{12}$")]
ABOVE = {"city": "province", "county": "city", "township": "county", "village": "township"}


class Ending(BaseModel):
    """How a name may end: a committee (cut off from the short name) or a kind with its English word."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ending: str
    english: str = ""


@cache
def endings() -> tuple[Ending, ...]:
    """The endings of ``programs/packs/library/name_endings.csv``, longest first. Raises PackRefused."""
    problems: list[Problem] = []
    path = Path(settings.BASE_DIR) / "programs" / "packs" / "library" / "name_endings.csv"
    rows = read_csv(path, Ending, problems)
    if problems:
        raise PackRefused(problems)
    return tuple(sorted((row.data for row in rows), key=lambda row: -len(row.ending)))


class UnitRow(BaseModel):
    """One unit as listed. ``code``: GB/T 2260 + GB/T 10114 + statistical code, or a local code (``source`` = local)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Code12
    name: Annotated[str, Field(max_length=60)]
    name_en: Annotated[str, Field(max_length=120)] = ""
    short_name: Annotated[str, Field(max_length=40)] = ""
    level: Literal["province", "city", "county", "township", "village"]
    kind: Unit.Kind
    parent_code: Code12 | Literal[""] = ""
    located_in_code: Code12 | Literal[""] = ""
    quota_class: Literal["", "county_city", "district", "ambiguous"] = ""
    replaces: Code12 | Literal[""] = ""
    source: Annotated[str, Field(max_length=200)]
    note_zh: Annotated[str, Field(max_length=300)] = ""
    note_en: Annotated[str, Field(max_length=400)] = ""


def check_tree(rows: dict[str, Row[UnitRow]], problems: list[Problem]) -> None:
    """Every parent is listed and one level above; every host is listed."""
    for row in rows.values():
        data = row.data
        if data.level == "province":
            if data.parent_code:
                problems.append(row.refuse("a province has no parent_code"))
            continue
        parent = rows.get(data.parent_code)
        if parent is None:
            problems.append(row.refuse(f"parent_code {data.parent_code or '(empty)'} is not listed"))
        elif parent.data.level != ABOVE[data.level]:
            problems.append(
                row.refuse(
                    f"parent {data.parent_code} is a {parent.data.level}, "
                    f"a {data.level} hangs below a {ABOVE[data.level]}"
                )
            )
        if data.located_in_code and data.located_in_code not in rows:
            problems.append(row.refuse(f"located_in_code {data.located_in_code} is not listed"))
        if data.replaces == data.code:
            problems.append(row.refuse("a unit cannot replace its own code"))


def names_of(data: UnitRow) -> tuple[str, str, str]:
    """English name, short name and pinyin key. The lists have no English names: they are romanised without tones."""
    short = data.short_name or _short(data)
    syllables = lazy_pinyin(data.name)
    return data.name_en or _english(short, data.name, syllables), short[:40], "".join(syllables)[:200]


def _short(data: UnitRow) -> str:
    """Without the committee: a village is called by its name and the word for village, a community by its own."""
    if data.level != "village":
        return data.name
    cut = next((row.ending for row in endings() if not row.english and data.name.endswith(row.ending)), "")
    stem = data.name.removesuffix(cut)
    if not cut or not stem:
        return data.name
    kinds = {row.english: row.ending for row in endings() if row.english}
    if data.kind == Unit.Kind.VILLAGE_COMMITTEE and not stem.endswith((kinds["Village"], kinds["Community"])):
        return stem + kinds["Village"]
    return stem


def _english(short: str, name: str, syllables: list[str]) -> str:
    for row in endings():
        if row.english and short.endswith(row.ending) and len(short) > len(row.ending):
            return f"{_romanised(short.removesuffix(row.ending), name, syllables)} {row.english}"[:120]
    return _romanised(short, name, syllables)[:120]


def _romanised(part: str, name: str, syllables: list[str]) -> str:
    """``part`` is mostly the beginning of ``name``, whose syllables (one a character) are known already."""
    known = name.startswith(part) and len(syllables) == len(name)
    spelled = "".join(syllables[: len(part)] if known else lazy_pinyin(part))
    return spelled.replace("v", "ü").capitalize()  # pypinyin writes v for ü
