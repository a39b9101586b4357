"""People who sign in, and the keys with which other systems call the API."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """One row is one person's account. What the person may do stands in ``programs.Grant``, never here.

    ``is_staff``, ``is_superuser``, groups and permissions of Django are not used: nobody is above the scope rules.
    """

    first_name = None  # type: ignore[assignment]  # Django's way to leave an inherited field out
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(_("name"), max_length=60)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False, help_text="Invented person of the demonstration data.")
    # {"zh": {"office", "role", "can"}, "en": {…}}: what the sign-in page says of an invented person in demo mode
    demo_card = models.JSONField(default=dict, blank=True)

    REQUIRED_FIELDS = ["full_name"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name


class PasswordUsed(models.Model):
    """One row is a password hash an account once had; the last five may not come back (specification 11.1)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passwords_used")
    password = models.CharField(max_length=128)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d}"


class ApiKey(models.Model):
    """One row is one key of another system. Only its SHA-256 is stored; the key itself is shown once."""

    class Scope(models.TextChoices):
        READ = "read", _("read")
        WRITE = "write", _("read and write")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80, default="", blank=True)
    prefix = models.CharField(max_length=12, db_index=True)  # shown in lists
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=8, choices=Scope, default=Scope.READ)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.scope})"


class IdempotencyKey(models.Model):
    """One row is the answer already given to a request that carried ``Idempotency-Key``; a repeat gets it again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of method, path and body
    status = models.PositiveSmallIntegerField(null=True)  # NULL while the first request is still running
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_user_key")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"
