"""One row of a unit list, and what is derived from its name."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pypinyin import lazy_pinyin

from programs.models import Unit
from programs.services.packs.problems import Problem
from programs.services.packs.reading import Row

Code12 = Annotated[str, Field(pattern=r"^\d{12}$")]
ABOVE = {"city": "province", "county": "city", "township": "county", "village": "township"}

# Endings of village-level names as the statistical list writes them (with its slips), and the English word for each kind.
COMMITTEE = re.compile(r"(村民委员会|居民委员会|村民村委员会|村委员会|村民委会|民委员会|民员委会|居委会|村委会)$")
ENGLISH = {
    "街道筹备组": "Street (preparatory)", "街道办事处": "Street", "街道": "Street", "回族乡": "Hui Township", "回族镇": "Hui Town",
    "乡": "Township", "镇": "Town", "农场": "Farm", "社区": "Community", "村": "Village",
}  # fmt: skip


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
                    f"parent {data.parent_code} is a {parent.data.level}, a {data.level} hangs below a {ABOVE[data.level]}"
                )
            )
        if data.located_in_code and data.located_in_code not in rows:
            problems.append(row.refuse(f"located_in_code {data.located_in_code} is not listed"))
        if data.replaces == data.code:
            problems.append(row.refuse("a unit cannot replace its own code"))


def names_of(data: UnitRow) -> tuple[str, str, str]:
    """English name, short name and pinyin key. The list has no English names: they are romanised, tone marks left out."""
    short = data.short_name or _short(data)
    syllables = lazy_pinyin(data.name)
    return data.name_en or _english(short, data.name, syllables), short[:40], "".join(syllables)[:200]


def _short(data: UnitRow) -> str:
    if data.level != "village":
        return data.name
    stem = COMMITTEE.sub("", data.name)
    if stem != data.name and data.kind == Unit.Kind.VILLAGE_COMMITTEE and not stem.endswith(("村", "社区")):
        stem += "村"
    return stem or data.name


def _english(short: str, name: str, syllables: list[str]) -> str:
    for ending, word in ENGLISH.items():
        if short.endswith(ending) and len(short) > len(ending):
            return f"{_romanised(short.removesuffix(ending), name, syllables)} {word}"[:120]
    return _romanised(short, name, syllables)[:120]


def _romanised(part: str, name: str, syllables: list[str]) -> str:
    """``part`` is mostly the beginning of ``name``, whose syllables (one a character) are known already."""
    known = name.startswith(part) and len(syllables) == len(name)
    spelled = "".join(syllables[: len(part)] if known else lazy_pinyin(part))
    return spelled.replace("v", "ü").capitalize()  # pypinyin writes v for ü
