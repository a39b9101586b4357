"""manage.py create_api_key: make a key for another system and print it once."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.backends import may_act
from accounts.models import ApiKey, User
from accounts.services import keys


class Command(BaseCommand):
    """The key acts as its person: same units, same roles. Only its digest is stored."""

    help = "Create an API key for an account; it is printed once and cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, help="account name")
        parser.add_argument("--scope", required=True, choices=ApiKey.Scope.values)
        parser.add_argument("--days", type=int, default=keys.DAYS, help=f"days until it expires (default {keys.DAYS})")
        parser.add_argument("--name", default="", help="what the key is for")

    def handle(self, *args: object, **options) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None or not may_act(user):
            raise CommandError(f"There is no active account {options['user']}.")
        try:
            key, text = keys.create(
                actor=None, user=user, scope=options["scope"], name=options["name"], days=options["days"]
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stderr.write(
            f"Key {key.prefix} ({key.scope}) for {user.username}, valid until {key.expires_at:%Y-%m-%d}. Keep it safe: it is not shown again."
        )
        self.stdout.write(text)
