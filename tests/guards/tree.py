"""The project's own files as the guards see them: what git tracks, and new files it does not ignore."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = {".mo", ".png", ".jpg", ".ico", ".pdf", ".xlsx", ".gz", ".otf", ".ttf", ".woff", ".woff2", ".zip"}


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Existing files, sorted, as paths relative to the project root; with suffixes only those."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    found = (Path(name) for name in sorted(set(listed)) if name and (ROOT / name).is_file())
    return tuple(path for path in found if not suffixes or path.suffix in suffixes)


@cache
def text(path: Path) -> str:
    """The content of a file given relative to the root."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(text(path), filename=str(path))


def texts() -> list[Path]:
    """Every file that people read."""
    return [path for path in files() if path.suffix not in BINARY]
