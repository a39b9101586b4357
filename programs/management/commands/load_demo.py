"""Load the demonstration: accounts, a year of invented reports, one published bulletin."""

from datetime import date

from django.core.management.base import BaseCommand

from programs.models import Bulletin
from programs.services.demo.load import load_demo
from programs.services.demo.publish import publish_example
from programs.services.demo_accounts import load_demo_accounts


class Command(BaseCommand):
    help = "Create the demo accounts and a year of invented monthly reports, anchored to today. Does nothing the second time."

    def add_arguments(self, parser):
        parser.add_argument(
            "--today", type=date.fromisoformat, default=None, help="Anchor day, YYYY-MM-DD (default: today)."
        )

    def handle(self, *args, today, **options):
        load_demo_accounts()
        load_demo(today=today, say=self.stdout.write)
        if not Bulletin.objects.exists():
            code = publish_example("pingdingshan-villages-2023", "city-agri")
            self.stdout.write(f"  bulletin published, verification code {code}")
