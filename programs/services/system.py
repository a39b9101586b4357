"""What the system administrator may change: API keys."""

from __future__ import annotations

from django.db import transaction

from accounts.models import ApiKey, User
from accounts.services import keys
from programs.access import require
from programs.models import Role


@transaction.atomic
def revoke_api_key(*, actor: User, key: ApiKey) -> None:
    """End another system's key at once. Needs the system administrator's role."""
    require(actor, Role.SYSTEM_ADMIN)
    keys.revoke(actor=actor, key=key)
