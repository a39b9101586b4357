"""Who may see which rows: one declaration per model, one filter for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Scope:
    """How a row hangs on the tree and on a programme.

    ``unit_path`` is the lookup to a ``Unit.path``; None means the row belongs to the plan itself, which every
    person with a business role may read. ``programme`` is the lookup to a programme's primary key, None when
    the row is not limited to one. ``below`` opens the row also to people whose unit lies under the row's unit,
    where the condition holds: a city's plan, its targets and its published bulletins concern its counties.
    """

    unit_path: str | None = None
    programme: str | None = None
    below: Q | None = None


class ScopedQuerySet(models.QuerySet):
    """``visible_to(user)`` is the only scope filter of the system; base views and base API views apply it."""

    def visible_to(self, user: User):
        from programs.access import access_of

        scope: Scope = self.model.scope  # type: ignore[attr-defined]  # checked by programs.E001
        access = access_of(user)
        if not access.is_business:
            return self.none()
        if scope.unit_path is None and scope.programme is None:
            return self
        condition = Q(pk__in=[])
        for grant in access.business:
            part = Q()
            if scope.unit_path is not None:
                part &= Q(**{f"{scope.unit_path}__startswith": grant.path})
                if scope.below is not None:
                    part |= Q(**{f"{scope.unit_path}__in": grant.path_and_above}) & scope.below
            if scope.programme is not None and grant.programme_id is not None:
                part &= Q(**{scope.programme: grant.programme_id})
            condition |= part
        return self.filter(condition)


class ScopedModel(models.Model):
    """Base of every model in ``programs`` and the initiatives; a system check refuses one without ``scope``."""

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True
