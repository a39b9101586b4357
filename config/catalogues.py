"""Fill the message catalogues from the fragments in ``locale/parts``; called by ``script/messages``.

Each area keeps its Chinese in a fragment of its own, so that people working on different pages do not edit one file.
English messages are their own translation. Messages that Django itself translates need no fragment.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import django
import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"
DJANGO = Path(django.__file__).parent
Key = tuple[str, str]  # context, msgid


def key(entry: polib.POEntry) -> Key:
    """Return what identifies a message: its context and its English text."""
    return entry.msgctxt or "", entry.msgid


def gather(files: Iterable[Path]) -> tuple[dict[Key, polib.POEntry], list[str]]:
    """Return the translated entries of the files, and a line for each that two files translate differently."""
    found: dict[Key, polib.POEntry] = {}
    origin: dict[Key, str] = {}
    conflicts = []
    for file in files:
        for entry in polib.pofile(str(file)):
            if entry.obsolete or entry.fuzzy or not entry.translated():
                continue
            known = found.setdefault(key(entry), entry)
            first = origin.setdefault(key(entry), file.name)
            if (known.msgstr, known.msgstr_plural) != (entry.msgstr, entry.msgstr_plural):
                conflicts.append(f"{entry.msgid!r} is translated differently in {first} and {file.name}")
    return found, conflicts


def fill_chinese(catalogue: Path, ours: dict[Key, polib.POEntry], theirs: dict[Key, polib.POEntry]) -> list[str]:
    """Write the translations into one catalogue and return its messages that have none."""
    po = polib.pofile(str(catalogue), wrapwidth=0)
    for entry in po.obsolete_entries():
        po.remove(entry)
    missing = []
    for entry in po:
        source = ours.get(key(entry)) or theirs.get(key(entry))
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
        entry.msgstr, entry.msgstr_plural = "", {}
        if entry.msgid_plural:
            entry.msgstr_plural = {0: _only_form(source)}
        elif source:
            entry.msgstr = source.msgstr
        if not entry.translated():
            missing.append(f"{entry.msgid!r} ({', '.join(sorted({place for place, _ in entry.occurrences}))})")
    _save(po, catalogue, "zh_Hans", "nplurals=1; plural=0;")
    return missing


def fill_english(catalogue: Path) -> None:
    """Write every message as its own translation."""
    po = polib.pofile(str(catalogue), wrapwidth=0)
    for entry in po.obsolete_entries():
        po.remove(entry)
    for entry in po:
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
        entry.msgstr = "" if entry.msgid_plural else entry.msgid
        entry.msgstr_plural = {0: entry.msgid, 1: entry.msgid_plural} if entry.msgid_plural else {}
    _save(po, catalogue, "en", "nplurals=2; plural=(n != 1);")


def _only_form(source: polib.POEntry | None) -> str:
    if source is None:
        return ""
    return source.msgstr_plural.get(0, source.msgstr)


def _save(po: polib.POFile, catalogue: Path, language: str, plurals: str) -> None:
    """Save without dates, so that a run that changes no message changes no file."""
    po.metadata = {
        "Project-Id-Version": "luoshi",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": plurals,
    }
    po.header, po.metadata_is_fuzzy = "", False
    for entry in po:
        entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None
    po.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    po.save(str(catalogue))


def main() -> int:
    """Fill every catalogue; answers 1 when a message has no Chinese or two Chinese texts."""
    ours, problems = gather(sorted((LOCALE / "parts").glob("*.po")))
    theirs, _ = gather([DJANGO / "conf/locale/zh_Hans/LC_MESSAGES/django.po", *_contrib_catalogues()])
    for catalogue in sorted(LOCALE.glob("zh_Hans/LC_MESSAGES/*.po")):
        problems += [f"no Chinese for {line}" for line in fill_chinese(catalogue, ours, theirs)]
    for catalogue in sorted(LOCALE.glob("en/LC_MESSAGES/*.po")):
        fill_english(catalogue)
    for line in problems:
        print(line, file=sys.stderr)
    return 1 if problems else 0


def _contrib_catalogues() -> list[Path]:
    return sorted(DJANGO.glob("contrib/*/locale/zh_Hans/LC_MESSAGES/django.po"))


if __name__ == "__main__":
    sys.exit(main())
