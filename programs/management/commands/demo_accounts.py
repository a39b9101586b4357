"""manage.py demo_accounts: list the invented people of the demonstration."""

import json

from django.core.management.base import BaseCommand, CommandError, CommandParser

from programs.services.demo_accounts import list_demo_accounts, load_demo_accounts


class Command(BaseCommand):
    """List the loaded accounts, with their common password; in demo mode only."""

    help = "List the demonstration accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON list of objects.")
        parser.add_argument(
            "--load", action="store_true", help="Create or refresh the accounts first (load_demo does it too)."
        )

    def handle(self, *args: object, **options) -> None:
        if options["load"]:
            load_demo_accounts()
        accounts = list_demo_accounts()
        if options["json"]:
            self.stdout.write(json.dumps(accounts, ensure_ascii=False, indent=1))
            return
        if not accounts:
            raise CommandError("There are no demonstration accounts: demo mode is off, or load_demo has not run.")
        for one in accounts:
            self.stdout.write(f"{one['username']:<16} {one['role']:<15} {one['unit']}  {one['name']}  {one['office']}")
