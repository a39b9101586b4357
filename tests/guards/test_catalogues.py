"""Both languages are complete: a string somebody adds without its Chinese fails here."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

from tests.guards import tree

LANGUAGES = ("zh_Hans", "en")
DOMAINS = ("django", "djangojs")
CATALOGUES = [f"locale/{language}/LC_MESSAGES/{domain}.po" for language in LANGUAGES for domain in DOMAINS]
PLACEHOLDER = re.compile(r"%\(\w+\)[sdifr]|%[sdifr]|\{\w*\}")


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess]:
    """A copy of the sources after ``script/messages``, and what it answered. The project itself is not touched."""
    folder = tmp_path_factory.mktemp("messages")
    for path in tree.files(".py", ".html", ".txt", ".js", ".po", ".toml", ".csv", ""):
        if path.parts[0] not in {"tests", "benchmarks"}:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree.ROOT / path, folder / path)
    (folder / ".venv").symlink_to(sys.prefix)
    environ = os.environ | {"LUOSHI_DATA": str(folder / ".luoshi"), "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    answer = subprocess.run(
        ["script/messages"], cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False
    )
    return folder, answer


def entries(file: Path) -> list[polib.POEntry]:
    return [entry for entry in polib.pofile(str(file)) if not entry.obsolete]


def test_every_message_has_its_chinese(collected):
    _, answer = collected
    assert answer.returncode == 0, (
        f"{answer.stderr}\nAdd the Chinese to locale/parts/<area>.po and run script/messages."
    )


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_catalogue_is_complete_and_committed(collected, catalogue):
    """Everything translated, nothing fuzzy, nothing obsolete, and the committed file says the same as a fresh one."""
    folder, _ = collected
    if not (folder / catalogue).exists():
        assert not (tree.ROOT / catalogue).exists(), "no message is left in this catalogue; remove it"
        pytest.skip("no message of this kind yet")
    fresh = {(entry.msgctxt, entry.msgid): (entry.msgstr, entry.msgstr_plural) for entry in entries(folder / catalogue)}
    assert (tree.ROOT / catalogue).exists(), "run script/messages and commit locale/"
    committed = polib.pofile(str(tree.ROOT / catalogue))
    assert not committed.obsolete_entries()
    assert not [entry.msgid for entry in committed if entry.fuzzy or not entry.translated()]
    stale = {
        key
        for key in fresh.keys() | {(e.msgctxt, e.msgid) for e in committed}
        if fresh.get(key) != _said(committed, key)
    }
    assert not stale, f"run script/messages and commit locale/: {sorted(key[1] for key in stale)[:10]}"


def _said(catalogue: polib.POFile, key: tuple[str | None, str]) -> tuple[str, dict] | None:
    entry = catalogue.find(key[1], msgctxt=key[0] or False)
    return (entry.msgstr, entry.msgstr_plural) if entry else None


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_placeholders_survive_translation(collected, catalogue):
    if not (collected[0] / catalogue).exists():
        pytest.skip("no message of this kind yet")
    wrong = [
        entry.msgid
        for entry in entries(collected[0] / catalogue)
        for said in wordings(entry)
        if said and names(said) != names(source_of(entry, said))
    ]
    assert not wrong, f"placeholders differ in {wrong}"


def wordings(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def source_of(entry: polib.POEntry, said: str) -> str:
    """Chinese has one form, which follows the English plural; English forms follow their own."""
    return entry.msgid if not entry.msgid_plural or said == entry.msgid else entry.msgid_plural


def names(wording: str) -> set[str]:
    """The placeholders of one wording; ``%%`` is a percent sign."""
    return set(PLACEHOLDER.findall(wording.replace("%%", "")))


def test_no_fragment_translates_what_nobody_says(collected):
    """A message that was removed from the code leaves its fragment too."""
    folder, _ = collected
    used = {entry.msgid for catalogue in folder.glob("locale/zh_Hans/LC_MESSAGES/*.po") for entry in entries(catalogue)}
    left = [
        f"{part.name}: {e.msgid}"
        for part in sorted((tree.ROOT / "locale/parts").glob("*.po"))
        for e in entries(part)
        if e.msgid not in used
    ]
    assert not left, "\n".join(left)
