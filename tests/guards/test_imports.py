"""Imports go one way (docs/architecture.md), also inside functions and for type checking."""

import ast
from pathlib import Path

import pytest

from tests.guards import tree

INITIATIVES = ("villages", "farmland", "rivers", "eldercare", "cooperatives", "civil_affairs", "poverty")
ORDER = [{"audit"}, {"accounts"}, {"policies"}, {"programs"}, {"subsidies"}, set(INITIATIVES), {"config"}]
LAYER = {app: number for number, apps in enumerate(ORDER) for app in apps}
OUTSIDE = {"tests", "benchmarks"}  # they import everything, nothing imports them
KNOWN_EXCEPTIONS: dict[tuple[str, str], str] = {}  # (file, imported app): why


def sources() -> list[Path]:
    return [path for path in tree.files(".py") if path.parts[0] in LAYER]


def imported(path: Path) -> set[tuple[int, str]]:
    """Line and dotted name of everything the file imports; relative imports resolved."""
    found = set()
    for node in ast.walk(tree.parsed(path)):
        if isinstance(node, ast.Import):
            found |= {(node.lineno, alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = path.parts[: len(path.parts) - node.level] if node.level else ()
            found.add((node.lineno, ".".join([*package, *filter(None, [node.module])])))
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in {
            "import_module",
            "import_string",
        }:
            found |= {
                (node.lineno, arg.value)
                for arg in node.args
                if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            }
    return found


def wrong_arrow(importer: str, target: str) -> bool:
    """Whether an app may not import another; an initiative may not import its neighbours either."""
    if target in OUTSIDE:
        return True
    if importer == target or target not in LAYER:
        return False
    return LAYER[target] >= LAYER[importer]


def test_imports_go_one_way():
    wrong = [
        f"{path}:{line} imports {name}"
        for path in sources()
        for line, name in sorted(imported(path))
        if wrong_arrow(path.parts[0], name.split(".")[0]) and (str(path), name.split(".")[0]) not in KNOWN_EXCEPTIONS
    ]
    assert not wrong, "\n".join(wrong)


def test_every_app_has_its_place():
    apps = {path.parts[0] for path in tree.files(".py") if len(path.parts) > 1} - OUTSIDE
    assert apps <= set(LAYER), f"give {apps - set(LAYER)} a place in ORDER and in docs/architecture.md"


@pytest.mark.parametrize(
    ("importer", "target", "wrong"),
    [
        ("programs", "villages", True), ("villages", "programs", False), ("villages", "farmland", True), ("audit", "accounts", True),
        ("programs", "config", True), ("config", "villages", False), ("config", "tests", True), ("programs", "django", False),
    ],
)  # fmt: skip
def test_the_rule_itself(importer, target, wrong):
    assert wrong_arrow(importer, target) is wrong


def test_lazy_and_relative_imports_are_seen(monkeypatch):
    code = ast.parse(
        "def f():\n    from villages import models\n    from ..x import y\n    import_module('rivers.apps')\n"
    )
    monkeypatch.setattr(tree, "parsed", lambda path: code)
    assert {name for _, name in imported(Path("programs/services/a.py"))} == {"villages", "programs.x", "rivers.apps"}
