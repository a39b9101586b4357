"""``manage.py rebuild_summaries [PROGRAMME]``: recompute every summary from the approved figures."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from programs.models import Programme
from programs.services import summaries


class Command(BaseCommand):
    help = "Recompute the summaries of one programme, or of all, from the approved figures. May be run at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("programme", nargs="?", default="", help="Code of a programme; without it, all.")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = None
        if options["programme"]:
            programme = Programme.objects.filter(code=options["programme"]).first()
            if programme is None:
                raise CommandError(f"There is no programme {options['programme']}.")
        keys = summaries.rebuild(programme)
        self.stdout.write(f"{keys} figures (indicator and period) recomputed for every unit.")
