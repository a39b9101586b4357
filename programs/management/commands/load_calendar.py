"""manage.py load_calendar: fill the working-day calendar."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from programs.services.workdays import load_calendar, wanted_years


class Command(BaseCommand):
    """Repeatable; days edited by the city are left alone."""

    help = "Load working days and holidays from the holiday library."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--years", nargs="+", type=int, metavar="2026", help="Default: 2020 to next year.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen, write nothing.")

    def handle(self, *args: object, **options) -> None:
        years = options["years"] or list(wanted_years(timezone.localdate()))
        if any(not 1950 <= year <= 2100 for year in years):
            raise CommandError("A year has four digits, from 1950 to 2100.")
        report = load_calendar(years=years, dry_run=options["dry_run"])
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was written.")
        self.stdout.write(
            f"Calendar: {report.created} days created, {report.updated} updated, {report.unchanged} unchanged, "
            f"{report.kept} kept as edited."
        )
        if moved := {area: n for area, n in report.recounted.items() if n}:
            self.stdout.write(f"Dates counted again: {moved}.")
        if report.provisional:
            self.stdout.write(
                f"Not published in the library: {', '.join(map(str, report.provisional))}. "
                "Deadlines in these years are provisional (Monday to Friday)."
            )
