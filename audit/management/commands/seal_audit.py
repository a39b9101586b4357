"""manage.py seal_audit: chain everything that is not sealed yet."""

from django.core.management.base import BaseCommand

from audit.services import seal_pending


class Command(BaseCommand):
    """Beat does this every three seconds; the command is for a maintenance without beat."""

    help = "Seal every audit entry that is not sealed yet."

    def handle(self, *args: object, **options) -> None:
        total = 0
        while done := seal_pending(everything=True):
            total += done
        self.stdout.write(f"{total} entries sealed.")
