"""Reads about people and their grants."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from programs.models import Grant


def in_force() -> Q:
    """Condition on grants: not revoked, last day not past."""
    return Q(revoked_at=None) & (Q(until=None) | Q(until__gte=timezone.localdate()))


def grants_in_force(user: User) -> QuerySet[Grant]:
    """The person's grants of today with everything a page shows of them."""
    related = ("unit", "unit__parent", "programme", "organization", "granted_by")
    return Grant.objects.filter(in_force(), user=user).select_related(*related).order_by("id")
