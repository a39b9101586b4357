"""API keys: ``lsh_<prefix>_<secret>``. Only the SHA-256 of the whole key is stored."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.backends import may_act
from accounts.models import ApiKey, User
from audit.services import record

DAYS = 365
SEEN_EVERY = timedelta(minutes=1)  # last use is written at most this often
FORM = re.compile(r"lsh_([0-9a-f]{8})_[A-Za-z0-9]{43}")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@transaction.atomic
def create(*, actor: User | None, user: User, scope: str, name: str = "", days: int = DAYS) -> tuple[ApiKey, str]:
    """Make a key for ``user``; returns the row and the key itself, which is never shown again.

    Raises ValueError for an unknown scope or a life that is not 1 to 3,650 days.
    """
    if scope not in ApiKey.Scope.values:
        raise ValueError(f"scope must be one of {', '.join(ApiKey.Scope.values)}")
    if not 1 <= days <= 3650:
        raise ValueError("a key lives 1 to 3650 days")
    prefix = secrets.token_hex(4)
    text = f"lsh_{prefix}_" + "".join(secrets.choice(ALPHABET) for _n in range(43))
    key = ApiKey.objects.create(
        user=user,
        name=name,
        prefix=prefix,
        digest=digest_of(text),
        scope=scope,
        expires_at=timezone.now() + timedelta(days=days),
    )
    record(
        "api_key.create",
        actor=actor,
        obj=key,
        after={"user": user.username, "prefix": prefix, "scope": scope, "expires_at": key.expires_at},
    )
    return key, text


@transaction.atomic
def revoke(*, actor: User | None, key: ApiKey) -> None:
    """End a key at once. Revoking it again changes nothing."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record("api_key.revoke", actor=actor, obj=key, before={"prefix": key.prefix, "scope": key.scope})


def authenticate(*, text: str, address: str | None) -> ApiKey | None:
    """The key in force with this text, or None. Compares digests in constant time; notes the use once a minute."""
    form = FORM.fullmatch(text)
    if form is None:
        return None
    digest, now = digest_of(text), timezone.now()
    candidates = ApiKey.objects.select_related("user").filter(prefix=form[1], revoked_at=None, expires_at__gt=now)
    key = next((one for one in candidates if hmac.compare_digest(one.digest, digest)), None)
    if key is None or not may_act(key.user):
        return None
    if key.last_used_at is None or now - key.last_used_at >= SEEN_EVERY:
        due = Q(last_used_at=None) | Q(last_used_at__lte=now - SEEN_EVERY)
        ApiKey.objects.filter(due, pk=key.pk).update(last_used_at=now, last_used_from=address)
    return key


def digest_of(text: str) -> str:
    """SHA-256 of the whole key: 64 hex digits. The secret has 256 bits, so a slow hash would add nothing."""
    return hashlib.sha256(text.encode()).hexdigest()
