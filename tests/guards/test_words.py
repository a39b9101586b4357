"""Chinese stands in data and catalogues only; nothing in the project points at somebody's machine."""

import ast
import codecs
import re
from pathlib import Path

from tests.guards import tree

CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
DATA = ("tests/", "benchmarks/", "programs/packs/", "programs/demo/", "programs/numbers.py", "subsidies/money.py")
TYPED = str.maketrans("", "", "万亿亩")  # signs that officials type after a figure, read by programs/numbers.py
COMMENTS = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.S | re.M)
APPS_ONLY = [p for p in tree.files(".py") if "migrations" not in p.parts and not str(p).startswith(DATA)]
HOST = re.compile(r"\b(?:https?|wss?|ftp)://(?:[^\s/@'\"<>]*@)?([A-Za-z0-9.-]+)")
# Loopback, reserved example names, name spaces of standards, and hosts that Chinese readers open to see a source document.
KNOWN_HOSTS = re.compile(
    r"127\.0\.0\.1|localhost|(.+\.)?example(\.(com|org|net|cn))?|(.+\.)?test|testserver|(www\.)?w3\.org|(.+\.)?gov\.cn"
)
MACHINE = re.compile(r"(?<![\w./-])/(?:work|root|home|Users|mnt)/\w")
AUTHORS = re.compile(
    codecs.decode(r"\o(?:pynhqr|naguebcvp|bcranv|pungtcg|pbcvybg|pbqrk|trzvav)\o", "rot13"), re.I
)  # writing aids
HERE = Path("tests/guards/test_words.py")


def literals(path: Path) -> list[tuple[int, str]]:
    """Line and text of every string that is not a docstring."""
    module = tree.parsed(path)
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(module)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    strings = (node for node in ast.walk(module) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [(node.lineno, node.value) for node in strings if id(node) not in documentation]


def says_chinese(text: str) -> bool:
    return bool(CHINESE.search(text.translate(TYPED)))


def test_no_chinese_in_code():
    """Comments and docstrings may quote a clause; what a person reads comes from a catalogue or from data."""
    found = [
        f"{path}:{line} {value[:40]!r}" for path in APPS_ONLY for line, value in literals(path) if says_chinese(value)
    ]
    assert not found, "\n".join(found)


def test_no_chinese_in_pages():
    pages = tree.files(".html", ".js", ".css")
    found = [
        path
        for path in pages
        if says_chinese(COMMENTS.sub("", tree.text(path)) if path.suffix != ".html" else tree.text(path))
    ]
    assert pages
    assert not found


def test_the_search_for_chinese_finds_it():
    assert says_chinese("“驻村”")
    assert not says_chinese("8.5万亩")


def test_nothing_points_at_a_machine():
    """No absolute paths of somebody's home, no host but loopback, examples, standards and sources, no writing aids."""
    found = []
    for path in tree.texts():
        if path != HERE:
            text = tree.text(path)
            strange = {host.rstrip(".") for host in HOST.findall(text)} - {""}
            strange = {host for host in strange if not KNOWN_HOSTS.fullmatch(host)}
            found += [f"{path}: {word}" for word in {*strange, *MACHINE.findall(text), *AUTHORS.findall(text)}]
    assert not found, "\n".join(sorted(found))


def test_lock_has_hashes_and_no_addresses():
    lock = tree.text(Path("requirements.lock"))
    assert "://" not in lock
    assert not re.search(r"^\s*(--(index-url|extra-index-url|find-links|trusted-host)|-[if]\b)", lock, re.M)
    pinned = re.findall(r"^[A-Za-z0-9_.\[\]-]+==\S+", lock, re.M)
    blocks = re.split(r"^(?=[A-Za-z0-9_.\[\]-]+==)", lock, flags=re.M)[1:]
    assert len(pinned) > 50
    assert all("--hash=sha256:" in block for block in blocks)
