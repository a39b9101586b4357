"""The one byte form of an entry that is signed and chained, and the two digests over it."""

import hashlib
import hmac

import orjson
from django.conf import settings

FIELDS = (
    "actor_id", "actor_name", "address", "via", "verb", "object_type", "object_id", "unit_path",
    "before", "after", "reason", "request_id", "nonce",
)  # fmt: skip
GENESIS = "0" * 64


def content(entry) -> bytes:
    """Canonical JSON of what the application wrote: sorted keys, UTF-8, no white space. ``at`` and ``id`` come from the database."""
    return orjson.dumps({name: getattr(entry, name) for name in FIELDS}, option=orjson.OPT_SORT_KEYS)


def mac_of(entry) -> str:
    """HMAC-SM3 with the audit key: 64 hex digits."""
    return hmac.new(settings.AUDIT_KEY.encode(), content(entry), "sm3").hexdigest()


def digest_of(previous: str, entry) -> str:
    """SM3 of the previous digest, the entry's id and moment, its mac and its content: 64 hex digits."""
    moment = entry.at.timestamp()
    head = f"{previous}|{entry.pk}|{moment:.6f}|{entry.mac}|".encode()
    return hashlib.new("sm3", head + content(entry)).hexdigest()
