"""manage.py load_units: bring the administrative tree in line with the packaged lists."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from programs.services.outlines import load_outlines
from programs.services.packs.problems import PackRefused
from programs.services.units import UnitReport, load_units


class Command(BaseCommand):
    """Repeatable; deletes nothing. Refused rows are listed with file, line and reason, and nothing is written."""

    help = "Load units (and county outlines for the map) from programs/packs/units/."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen, write nothing.")
        parser.add_argument("--only", action="append", metavar="410400", help="Six-digit city code; may be repeated.")
        parser.add_argument(
            "--close-missing", action="store_true", help="Close current units that the lists no longer name."
        )
        parser.add_argument("--no-outlines", action="store_true", help="Leave the county outlines alone.")

    def handle(self, *args: object, **options) -> None:
        try:
            report = load_units(
                only=options["only"], dry_run=options["dry_run"], close_missing=options["close_missing"]
            )
        except PackRefused as refused:
            for problem in refused.problems:
                self.stderr.write(str(problem))
            raise CommandError(f"{len(refused.problems)} rows refused, nothing written.") from refused
        self._print(report, dry_run=options["dry_run"])
        if not options["dry_run"] and not options["no_outlines"]:
            outlines = load_outlines()
            note = "" if outlines.source else " (no outline file: no map)"
            self.stdout.write(f"Outlines: {outlines.stored} stored, {outlines.unchanged} unchanged{note}.")

    def _print(self, report: UnitReport, *, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write("Dry run: nothing was written.")
        self.stdout.write(
            f"Units: {report.read} read, {len(report.created)} created, {len(report.renamed)} renamed, "
            f"{len(report.changed)} changed, {len(report.replaced)} replaced, "
            f"{len(report.missing)} missing from the lists, {len(report.closed)} closed."
        )
        for label in ("renamed", "replaced", "missing", "closed"):
            codes = getattr(report, label)
            if codes:
                self.stdout.write(f"  {label}: {', '.join(codes[:20])}{' …' if len(codes) > 20 else ''}")
        if report.did_nothing:
            self.stdout.write("Nothing to change.")
