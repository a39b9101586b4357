"""Migrate, and fill an empty database: units, data packs and, in demo mode, the demonstration data."""

import time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import User
from programs.models import Programme, Unit, Workday


class Command(BaseCommand):
    """Each step runs in one transaction and only when its data are missing: a killed first start simply goes on."""

    help = "Migrate; load units, packs and (in demo mode) demonstration data if the database has none."

    def handle(self, *args: object, **options: object) -> None:
        """Migrate, then run the steps whose data are missing."""
        call_command("migrate", verbosity=0, interactive=False)
        if not Unit.objects.exists():
            self._step("units", "load_units")
        if not Workday.objects.exists():
            self._step("the calendar", "load_calendar")
        if not Programme.objects.exists():
            self._step("plans", "load_pack", "--all")
        if settings.LUOSHI_DEMO and not User.objects.filter(is_demo=True).exists():
            self._step("demonstration data", "load_demo")

    def _step(self, what: str, *command: str) -> None:
        self.stdout.write(f"First start: loading {what} ...")
        self.stdout.flush()
        begin = time.monotonic()
        with transaction.atomic():
            call_command(*command, stdout=self.stdout, stderr=self.stderr)
        self.stdout.write(f"First start: {what} loaded in {time.monotonic() - begin:.1f} s")
