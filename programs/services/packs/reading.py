"""Reading CSV and YAML files row by row, keeping the line of each row for messages."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from programs.services.packs.problems import Problem

Data = TypeVar("Data", bound=BaseModel)


@dataclass
class Row(Generic[Data]):
    """One accepted row with the place it came from (``pack/file.csv``, first line of the record)."""

    data: Data
    file: str
    line: int

    def refuse(self, reason: str) -> Problem:
        return Problem(self.file, self.line, reason)


def read_csv(path: Path, model: type[Data], problems: list[Problem]) -> list[Row[Data]]:
    """Rows of a UTF-8 CSV file (a byte-order mark is allowed); bad rows go to ``problems`` and the rest is still read.

    Empty cells are left out, so a column's default applies; an unknown or missing column refuses the file.
    """
    label = f"{path.parent.name}/{path.name}"
    rows: list[Row[Data]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle, strict=True)
            header = next(reader, [])
            if not _header_fits(header, model, label, problems):
                return []
            line = reader.line_num + 1
            for cells in reader:
                start, line = line, reader.line_num + 1
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(header):
                    problems.append(Problem(label, start, f"{len(cells)} cells, the header has {len(header)}"))
                    continue
                given = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}
                _accept(given, model, label, lambda _name, at=start: at, rows, problems)
    except UnicodeDecodeError as error:
        problems.append(Problem(label, 0, f"not UTF-8 text (byte {error.start})"))
    except csv.Error as error:
        problems.append(Problem(label, line, f"not a CSV file: {error}"))
    except FileNotFoundError:
        problems.append(Problem(label, 0, "file is missing"))
    return rows


def read_yaml(path: Path, model: type[Data], problems: list[Problem]) -> Row[Data] | None:
    """One mapping of scalars; None when it was refused. Every problem carries the line of its key."""
    label = f"{path.parent.name}/{path.name}"
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        problems.append(Problem(label, 0, "file is missing"))
        return None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problems.append(
            Problem(label, mark.line + 1 if mark else 0, f"not a YAML file: {getattr(error, 'problem', None) or error}")
        )
        return None
    if not isinstance(node, yaml.MappingNode) or not all(isinstance(value, yaml.ScalarNode) for _, value in node.value):
        problems.append(Problem(label, 1, "one mapping of keys to plain values is expected"))
        return None
    lines = {key.value: key.start_mark.line + 1 for key, _ in node.value}
    rows: list[Row[Data]] = []
    given = {key.value: value.value for key, value in node.value if value.value != ""}
    _accept(given, model, label, lambda name: lines.get(name, 1), rows, problems)
    return rows[0] if rows else None


def _header_fits(header: list[str], model: type[BaseModel], label: str, problems: list[Problem]) -> bool:
    known = set(model.model_fields)
    needed = {name for name, info in model.model_fields.items() if info.is_required()}
    found = len(problems)
    problems.extend(Problem(label, 1, f"unknown column {name!r}") for name in header if name not in known)
    problems.extend(Problem(label, 1, f"column {name!r} is missing") for name in sorted(needed - set(header)))
    problems.extend(
        Problem(label, 1, f"column {name!r} stands twice")
        for name in sorted({n for n in header if header.count(n) > 1})
    )
    return len(problems) == found


def _accept(
    given: dict[str, str], model: type[Data], label: str, line_of, rows: list[Row[Data]], problems: list[Problem]
) -> None:
    try:
        rows.append(Row(model.model_validate(given), label, line_of("")))
    except ValidationError as error:
        for found in error.errors():
            name = str(found["loc"][0]) if found["loc"] else ""
            shown = f"{name} {given[name]!r}: " if name in given else f"{name}: " if name else ""
            problems.append(Problem(label, line_of(name), f"{shown}{found['msg'].removeprefix('Value error, ')}"))
