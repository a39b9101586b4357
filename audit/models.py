"""The append-only record of what was done, and the chain that makes tampering visible."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now


class AuditEntry(models.Model):
    """One row is one act: a write, a sign-in, a sign-out, a refused attempt, a reveal or an export.

    Written in the transaction of the act. ``mac`` is HMAC-SM3 over the canonical form with a key that is
    not in the database, so a row inserted behind the application's back does not verify.
    """

    at = models.DateTimeField(db_default=Now())
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150, default="")
    address = models.GenericIPAddressField(null=True)
    via = models.CharField(max_length=16, default="web")  # web, api, command, job
    verb = models.CharField(max_length=64)  # progress.submit, account.sign_in, export.xlsx …
    object_type = models.CharField(max_length=64, default="")  # app_label.model
    object_id = models.CharField(max_length=64, default="")
    unit_path = models.CharField(max_length=200, default="")  # scope of the object, for filtering
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(default="")
    request_id = models.CharField(max_length=64, default="")
    nonce = models.CharField(max_length=32)
    mac = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_object"),
            models.Index(fields=["actor_id", "-id"], name="audit_actor"),
            models.Index(fields=["verb", "-id"], name="audit_verb"),
            BrinIndex(fields=["at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_name} {self.verb} {self.object_type}#{self.object_id}"


class AuditSeal(models.Model):
    """One row seals one entry: ``digest`` = HMAC-SM3(previous digest || id, moment, canonical entry). Written by a batch job."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="seal")
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.seq} {self.digest[:12]}"
