"""``manage.py run_review CODE [--as-of 2026-11-20]``: run one scheduled review here; ``--list`` names them."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.services import acting
from programs.errors import RuleViolation
from programs.models import ReviewRun
from programs.reviews import reviews
from programs.services.reviews import ReviewFailed, run


class Command(BaseCommand):
    help = "Run one scheduled review in this process, for today or for a day that has passed. Safe twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", nargs="?")
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="2026-11-20")
        parser.add_argument("--list", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"] == (options["code"] is not None):
            raise CommandError("Name one review, or give --list.")
        if options["list"]:
            for review in reviews():
                self.stdout.write(f"{review.code}: {review.label}")
            return
        try:
            with acting(via="command"):
                done = run(code=options["code"], as_of=options["as_of"], via=ReviewRun.Via.COMMAND)
        except RuleViolation as refusal:
            raise CommandError(f"{refusal.message} {refusal.next_step}") from refusal
        except ReviewFailed as failed:
            raise CommandError(f"{options['code']} failed: {failed}") from failed
        self.stdout.write(f"{done.review} for {done.as_of}: {done.changed} changed {done.result or ''}".rstrip())
