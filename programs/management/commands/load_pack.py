"""manage.py load_pack: load one data pack, or all of them."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from programs.services.packs.files import pack_codes
from programs.services.packs.loading import load_pack
from programs.services.packs.problems import PackRefused
from programs.services.packs.writing import Counts


class Command(BaseCommand):
    """Repeatable. A pack with refused rows is refused as a whole; each refused row is listed with file and line."""

    help = "Load documents, organizations, indicators, targets, tasks and duties of a programme from programs/packs/."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", nargs="?", help="Code of the pack, e.g. pingdingshan-villages-2023.")
        parser.add_argument("--all", action="store_true", help="Every pack.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen, write nothing.")
        parser.add_argument("--reason", default="", help="Why targets change; stored with their new versions.")

    def handle(self, *args: object, **options) -> None:
        if bool(options["code"]) == options["all"]:
            raise CommandError(f"Name one pack, or --all. Known packs: {', '.join(pack_codes())}.")
        refused = 0
        for code in pack_codes() if options["all"] else [options["code"]]:
            try:
                counts = load_pack(code=code, dry_run=options["dry_run"], reason=options["reason"])
            except PackRefused as error:
                refused += 1
                for problem in error.problems:
                    self.stderr.write(str(problem))
                self.stderr.write(f"{code}: {len(error.problems)} rows refused, nothing of it was written.")
                continue
            self._print(code, counts, dry_run=options["dry_run"])
        if refused:
            raise CommandError(f"{refused} packs refused.")

    def _print(self, code: str, counts: Counts, *, dry_run: bool) -> None:
        note = " (dry run, nothing was written)" if dry_run else ""
        if counts.did_nothing:
            self.stdout.write(f"{code}: nothing to change{note}.")
        else:
            parts = [
                f"{n} {label} {what}"
                for what, counter in (("created", counts.created), ("updated", counts.updated))
                for label, n in sorted(counter.items())
                if n
            ]
            self.stdout.write(f"{code}: {', '.join(parts)}{note}.")
        for kept in counts.kept:
            self.stdout.write(f"  kept as set here: {kept}")
