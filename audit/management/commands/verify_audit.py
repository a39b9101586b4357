"""manage.py verify_audit: walk the chain; exit 1 and name the first broken entry."""

import json
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from audit.anchor import parse_anchors
from audit.services import Verdict, verify


class Command(BaseCommand):
    """Exit status 0: the log is intact; 1: it is not (or the anchors cannot be read)."""

    help = "Verify the audit log against its chain and the anchors kept outside the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anchors",
            metavar="FILE",
            help="anchor file, for example a copy on a write-once medium; default: the one in the state folder",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: object, **options) -> None:
        verdict = verify(anchors=self._anchors(options["anchors"]))
        if options["json"]:
            self.stdout.write(json.dumps(asdict(verdict) | {"intact": verdict.holds}, cls=DjangoJSONEncoder))
        else:
            self._print(verdict)
        if not verdict.holds:
            raise CommandError(f"BROKEN: {where(verdict)}", returncode=1)

    @staticmethod
    def _anchors(name: str | None) -> dict[int, str] | None:
        if name is None:
            return None
        try:
            return parse_anchors(Path(name).read_text(encoding="ascii"))
        except (OSError, ValueError) as error:
            raise CommandError(f"The anchor file cannot be read: {error}") from error

    def _print(self, verdict: Verdict) -> None:
        self.stdout.write(
            f"{verdict.sealed} entries sealed and verified, {verdict.unsealed} not sealed yet, {verdict.anchors_checked} anchors checked."
        )
        self.stdout.write(f"Root: {verdict.root}")
        if verdict.holds:
            self.stdout.write("The audit log is intact.")


def where(verdict: Verdict) -> str:
    """The first break with the id, time and verb of its entry."""
    about = [f"id {verdict.entry_id}"] if verdict.entry_id is not None else []
    about += [verdict.entry_at.isoformat()] if verdict.entry_at else []
    about += [verdict.entry_verb] if verdict.entry_verb else []
    return verdict.broken + (f" [{', '.join(about)}]" if about else "")
