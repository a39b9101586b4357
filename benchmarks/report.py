"""The results as JSON, and as the table of the README."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import Line, Samples

HEADER = "| bar | measured | floor | Luoshi | ratio | wanted | |\n|---|---|---:|---:|---:|---:|---|"


def table(lines: Sequence[Line], machine: dict[str, Any], data: str) -> str:
    """Markdown: the table, then the machine it was taken on."""
    rows = "\n".join(_row(line) for line in lines)
    packages = machine["packages"]
    return (
        f"{HEADER}\n{rows}\n\n"
        f"Median (lowest–highest) of the rounds; floor and Luoshi in turn in one run. Data: {data}. Machine: {machine['cores']} cores "
        f"({machine['processor']}), {machine['memory_gib']} GiB, Python {machine['python']}, PostgreSQL {machine['postgresql']} "
        f"(fsync {machine['fsync']}), Django {packages['django']}, Granian {packages['granian']}; load average before the run "
        f"{machine['load_averages'][0]}.\n"
    )


def _row(line: Line) -> str:
    if line.floor is None:
        floor, wanted = "–", f"{'≤' if line.at_most else '≥'} {line.limit:g} {line.unit}"
        ratio = "–"
    else:
        floor = _samples(line.floor, line.unit)
        wanted = f"{'≤' if line.at_most else '≥'} {line.limit:g}"
        ratio = f"{line.ratio:.2f}"
    what = line.what + (f" ({line.note})" if line.note else "")
    return f"| {line.bar} | {what} | {floor} | {_samples(line.product, line.unit)} | {ratio} | {wanted} | {verdict(line)} |"


def verdict(line: Line) -> str:
    """PASS, SHORT of the bar, or WRONG when what had to be equal was not."""
    if not line.exact:
        return "**WRONG**"
    return "PASS" if line.passes else "**SHORT**"


def _samples(samples: Samples, unit: str) -> str:
    if samples.low == samples.high:
        return f"{_number(samples.median)} {unit}"
    return f"{_number(samples.median)} {unit} ({_number(samples.low)}–{_number(samples.high)})"


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def save(folder: Path, lines: Sequence[Line], machine: dict[str, Any], data: dict[str, Any], taken_at: str) -> None:
    """Write ``results.json`` and ``results.md``."""
    document = {"taken_at": taken_at, "machine": machine, "data": data, "lines": [line.as_json() for line in lines]}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    (folder / "results.md").write_text(table(lines, machine, data["words"]))
