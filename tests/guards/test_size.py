"""Files and functions stay small enough to read in one go, and the habits of the house hold."""

import ast
import re

from tests.guards import tree

FILE_LINES, FUNCTION_LINES = 500, 60
SOURCES = [path for path in tree.files(".py") if "migrations" not in path.parts]
FIRST_PARTY = [path for path in SOURCES if path.parts[0] not in {"tests", "benchmarks"}]
SIGNALS = {"receiver", "post_save", "pre_save", "post_delete", "pre_delete", "m2m_changed", "Signal"}
LONG_FUNCTIONS: dict[str, str] = {}  # "file.py:name": why it is longer


def test_files_are_short():
    lengths = {path: tree.text(path).count("\n") for path in [*SOURCES, *tree.files(".html", ".js", ".css")]}
    assert not [f"{path}: {lines} lines; split it by noun" for path, lines in lengths.items() if lines > FILE_LINES]


def test_functions_are_short():
    long = [
        f"{path}:{node.name} {node.end_lineno - node.lineno + 1} lines"
        for path in SOURCES
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= FUNCTION_LINES
        and f"{path}:{node.name}" not in LONG_FUNCTIONS
    ]
    assert not long, "\n".join(long)


def test_no_signals_of_our_own():
    found = [
        f"{path}:{node.lineno}"
        for path in FIRST_PARTY
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(("dispatch", "signals"))
        if {name.name for name in node.names} & SIGNALS
    ]
    assert not found


def test_nothing_happens_inside_save():
    """A bulk update or a migration would not run it; services write (docs/architecture.md)."""
    models = [path for path in FIRST_PARTY if "models" in path.parts or path.name == "models.py"]
    assert models
    methods = {
        (str(path), node.name)
        for path in models
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.FunctionDef)
    }
    assert not {(path, name) for path, name in methods if name in {"save", "delete"}}


def test_nothing_is_left_for_later():
    sources = [path for path in tree.files(".py", ".html", ".js", ".css", "") if path.parts[0] != "tests"]
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert not [path for path in sources if path.stem == "utils" or marks.search(tree.text(path))]


def test_no_swallowed_exception():
    """``except …: pass`` says nothing; contextlib.suppress names what may happen and shows it is meant."""
    found = [
        f"{path}:{node.lineno}"
        for path in FIRST_PARTY
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ExceptHandler) and all(isinstance(statement, ast.Pass) for statement in node.body)
    ]
    assert not found


def test_static_files_are_our_own():
    """No third-party asset is committed: libraries come from packages, fonts from the system."""
    allowed = {".css", ".js", ".svg"}
    ours = [path for path in tree.files() if path.parts[0] == "static"]
    assert ours
    assert not [path for path in ours if path.suffix not in allowed or ".min." in path.name]
    banner = re.compile(r"@license|@preserve|Copyright|Licensed under|sourceMappingURL", re.I)
    assert not [path for path in ours if banner.search(tree.text(path))]
    assert not tree.files(".otf", ".ttf", ".woff", ".woff2", ".mo")


def test_scripts_keep_the_content_security_policy():
    forbidden = re.compile(r"\beval\(|new Function\(|setAttribute\([\"'](style|on\w+)[\"']|\bstyle=|document\.write")
    assert not [path for path in tree.files(".js") if forbidden.search(tree.text(path))]
