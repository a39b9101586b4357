"""Writing an audit entry inside the transaction of the act it records."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from audit.canonical import mac_of
from audit.models import AuditEntry


@dataclass(frozen=True)
class Origin:
    """Where an act came from; set once per request, command or job."""

    via: str = "command"
    address: str | None = None
    request_id: str = ""


_origin: ContextVar[Origin] = ContextVar("audit_origin", default=Origin())  # noqa: B039 frozen


@contextmanager
def acting(*, via: str, address: str | None = None, request_id: str = "") -> Iterator[None]:
    """Every entry recorded inside carries this origin."""
    token = _origin.set(Origin(via, address, request_id))
    try:
        yield
    finally:
        _origin.reset(token)


def record(
    verb: str,
    *,
    actor=None,
    obj: models.Model | None = None,
    object_type: str = "",
    object_id: object = "",
    unit_path: str = "",
    before: dict | None = None,
    after: dict | None = None,
    reason: str = "",
) -> AuditEntry:
    """Insert one entry. ``before`` and ``after`` hold the changed fields only; decimals and dates become strings."""
    entry = _entry(verb, actor, obj, object_type, object_id, unit_path, before, after, reason)
    entry.save(force_insert=True)
    return entry


def record_many(verb: str, rows: list[dict], *, actor=None) -> int:
    """Insert one entry per row in one statement; ``rows`` hold the keyword arguments of ``record`` except actor."""
    entries = []
    for row in rows:
        args = {
            "obj": None,
            "object_type": "",
            "object_id": "",
            "unit_path": "",
            "before": None,
            "after": None,
            "reason": "",
        } | row
        entries.append(_entry(verb, actor, **args))
    AuditEntry.objects.bulk_create(entries, batch_size=1000)
    return len(entries)


def _entry(verb, actor, obj, object_type, object_id, unit_path, before, after, reason) -> AuditEntry:
    origin = _origin.get()
    if obj is not None:
        object_type, object_id = obj._meta.label_lower, obj.pk
    entry = AuditEntry(
        actor_id=getattr(actor, "pk", None),
        actor_name=clean(getattr(actor, "username", "") or ""),
        address=origin.address,
        via=origin.via,
        verb=verb,
        object_type=object_type,
        object_id=clean(str(object_id)),
        unit_path=unit_path,
        before=_plain(before),
        after=_plain(after),
        reason=clean(str(reason)),
        request_id=origin.request_id,
        nonce=secrets.token_hex(16),
    )
    entry.mac = mac_of(entry)
    return entry


def _plain(data: dict | None) -> dict | None:
    return None if data is None else _same_after_storage(json.loads(json.dumps(data, cls=DjangoJSONEncoder)))


def _same_after_storage(value: Any) -> Any:
    """``value`` in a form that PostgreSQL gives back unchanged, or the mac would fail later.

    jsonb rewrites floats (1e16 becomes an integer) and refuses NUL; UTF-8 has no lone surrogates; integers beyond
    64 bits are not portable. Such numbers become strings, such characters U+FFFD.
    """
    if isinstance(value, dict):
        return {clean(key): _same_after_storage(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_same_after_storage(one) for one in value]
    if isinstance(value, str):
        return clean(value)
    is_number = isinstance(value, float) or (
        isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63
    )
    return str(value) if is_number else value


def clean(text: str) -> str:
    """``text`` without what PostgreSQL cannot store: NUL and lone surrogates become U+FFFD."""
    return text.replace("\0", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
