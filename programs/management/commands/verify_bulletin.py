"""``manage.py verify_bulletin FILE [--code CODE]``: is this file a published bulletin, byte for byte?"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from programs.models import Bulletin
from programs.services.bulletins import verification
from programs.services.files import Digests, digest


class Command(BaseCommand):
    help = "Compare a file with the published bulletins. Exit 0: identical; 1: not identical, or withdrawn; 2: cannot be checked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--code",
            default="",
            help="Verification code printed on the bulletin; without it the file is looked up by its digests.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = self._digest(options["file"])
        self.stdout.write(f"SHA-256 {found.sha256}\nSM3     {found.sm3}")
        bulletin = self._bulletin(options["code"], found)
        answer = verification.compare(bulletin, found)
        label = f"{bulletin.programme.code} {bulletin.year}/{bulletin.issue_no} ({bulletin.code})"
        if answer.kind != verification.SAME:
            raise CommandError(f"NOT IDENTICAL with {label}. {answer.words}".strip(), returncode=1)
        if bulletin.state == Bulletin.State.WITHDRAWN:
            raise CommandError(
                f"Identical with {label}, which was WITHDRAWN on {bulletin.withdrawn_at:%Y-%m-%d}: {bulletin.withdrawn_reason}",
                returncode=1,
            )
        self.stdout.write(
            f"Identical with {label}, published {bulletin.published_at:%Y-%m-%d}, figures as of {bulletin.as_of.isoformat()}"
        )

    def _digest(self, path: Path) -> Digests:
        try:
            with path.open("rb") as stream:
                return digest(stream)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}", returncode=2) from error

    def _bulletin(self, code: str, found: Digests) -> Bulletin:
        rows = Bulletin.objects.select_related("programme", "file").filter(published_at__isnull=False)
        bulletin = (
            rows.filter(code=verification.normal_code(code)).first()
            if code
            else rows.filter(file__sha256=found.sha256).first()
        )
        if bulletin is None:
            what = (
                f"No published bulletin has the code {code}."
                if code
                else "No published bulletin has these digests: NOT IDENTICAL with any."
            )
            raise CommandError(what, returncode=2 if code else 1)
        return bulletin
