"""The rule of a draw, as short as it can be, so that a stranger can check it by hand. Nothing here reads the database.

- ``commitment`` is the hex SHA-256 of ``seed``.
- In each stratum the chosen are the ``quota`` candidates with the smallest hex SHA-256 of ``seed + ":" + code``.
- To each chosen object go the ``each`` inspectors with the smallest hex SHA-256 of
  ``seed + ":" + object code + ":" + inspector code``; the excused are passed over.

Text is hashed as UTF-8; hex digits are lower case; hashes are compared as text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import orjson


def sha256(text: str) -> str:
    """Hex SHA-256 of ``text`` as UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def choose(seed: str, pool: Iterable[tuple[str, str]], quota: Mapping[str, int]) -> list[str]:
    """Codes drawn from ``pool`` [(code, stratum)], sorted by code."""
    strata: dict[str, list[str]] = {}
    for code, stratum in pool:
        strata.setdefault(stratum, []).append(code)
    return sorted(
        code
        for stratum, wanted in quota.items()
        for code in sorted(strata.get(stratum, []), key=lambda one: sha256(f"{seed}:{one}"))[:wanted]
    )


def assign(
    seed: str, chosen: Iterable[str], inspectors: Iterable[str], excused: Iterable[tuple[str, str]], each: int
) -> dict[str, list[str]]:
    """Inspectors of each chosen object, in the order of their hashes. ``excused``: {(object code, inspector code)}."""
    people, away = list(inspectors), set(excused)
    return {
        code: sorted(
            (one for one in people if (code, one) not in away), key=lambda one: sha256(f"{seed}:{code}:{one}")
        )[:each]
        for code in sorted(chosen)
    }


def lists_hash(
    pool: Iterable[tuple[str, str]],
    quota: Mapping[str, int],
    inspectors: Iterable[str],
    excused: Iterable[tuple[str, str]],
    each: int,
) -> str:
    """Hex SHA-256 of the frozen lists: JSON with sorted keys and rows, without spaces."""
    lists = {
        "each": each,
        "excused": sorted(map(list, excused)),
        "inspectors": sorted(inspectors),
        "pool": sorted(map(list, pool)),
        "quota": dict(quota),
    }
    return hashlib.sha256(orjson.dumps(lists, option=orjson.OPT_SORT_KEYS)).hexdigest()
