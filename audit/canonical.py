"""The one byte form of an entry that is signed and chained, and the two digests over it."""

import hmac
import ipaddress

import orjson
from django.conf import settings

FIELDS = (
    "actor_id",
    "actor_name",
    "address",
    "via",
    "verb",
    "object_type",
    "object_id",
    "unit_path",
    "before",
    "after",
    "reason",
    "request_id",
    "nonce",
)
GENESIS = "0" * 64


def content(entry) -> bytes:
    """Canonical JSON of what the application wrote: sorted keys, UTF-8, no white space. ``at`` and ``id`` come from the database.

    The address is written out in full, because PostgreSQL may abbreviate it differently from the one that was given.
    """
    fields = {name: getattr(entry, name) for name in FIELDS}
    if entry.address:
        fields["address"] = ipaddress.ip_address(str(entry.address)).exploded
    return orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)


def mac_of(entry) -> str:
    """HMAC-SM3 of the content with the audit key: 64 hex digits."""
    return _keyed(content(entry))


def digest_of(previous: str, entry) -> str:
    """HMAC-SM3 of the previous digest, the entry's id and moment, its mac and its content: 64 hex digits.

    Keyed, so that somebody who can write the tables but has no key cannot chain a changed log anew.
    """
    moment = entry.at.timestamp()
    head = f"{previous}|{entry.pk}|{moment:.6f}|{entry.mac}|".encode()
    return _keyed(head + content(entry))


def _keyed(data: bytes) -> str:
    return hmac.new(settings.AUDIT_KEY.encode(), data, "sm3").hexdigest()
