"""``manage.py verify_draw ID``: derive a draw again from what is published of it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from programs.models import Draw
from programs.services.draws import payload, problems_of


class Command(BaseCommand):
    help = "Derive a draw again. Exit 0: it is what the rule gives; 1: it differs; 2: there is nothing to check yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("draw", help="Number or code of the draw, or a file with the answer of the API.")

    def handle(self, *args: Any, **options: Any) -> None:
        published = self._read(options["draw"])
        if not published.get("seed"):
            raise CommandError(f"{published.get('code')} is not drawn yet; its seed is not revealed.", returncode=2)
        found = problems_of(published)
        for line in found:
            self.stderr.write(line)
        if found:
            raise CommandError(f"{published['code']} DIFFERS from what the rule gives.", returncode=1)
        count = len(published["chosen"])
        self.stdout.write(
            f"{published['code']}: commitment, lists, {count} objects and their inspectors are what the rule gives."
        )

    def _read(self, wanted: str) -> dict[str, Any]:
        path = Path(wanted)
        if path.is_file():
            try:
                return json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise CommandError(f"{path} cannot be read: {error}", returncode=2) from error
        rows = Draw.objects.select_related("programme").exclude(committed_at=None)
        found = rows.filter(pk=int(wanted)).first() if wanted.isdecimal() else rows.filter(code=wanted).first()
        if found is None:
            raise CommandError(f"No draw {wanted} has been committed to.", returncode=2)
        return payload(found)
