"""``manage.py run_job ID``: run one job here, without a worker; ``--sweep`` runs every job that waits."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from programs.models import Job
from programs.services import jobs


class Command(BaseCommand):
    help = "Run a job in this process if no worker has it. For a machine without a worker, and for finding out why one fails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job", nargs="?", type=int)
        parser.add_argument("--sweep", action="store_true", help="Run every job that waits or lost its worker.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sweep"] == (options["job"] is not None):
            raise CommandError("Name one job, or give --sweep.")
        wanted = (
            Job.objects.filter(jobs.claimable()).order_by("pk")
            if options["sweep"]
            else Job.objects.filter(pk=options["job"])
        )
        keys = list(wanted.values_list("pk", flat=True))
        if not keys and not options["sweep"]:
            raise CommandError(f"There is no job {options['job']}.")
        for key in keys:
            self.stdout.write(f"job {key}: {jobs.execute(key)}")
