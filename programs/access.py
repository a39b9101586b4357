"""What a person may do, and where. Everything else asks this module; nothing else reads grants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from programs.models.units import ADMINISTRATORS, Grant, Role

if TYPE_CHECKING:
    from accounts.models import User
    from programs.models import Programme, Unit


@dataclass(frozen=True)
class Held:
    """One grant in force, with what decisions need of it."""

    role: str
    unit_id: int
    path: str
    level: str
    programme_id: int | None
    organization: str
    organization_en: str = ""
    organization_id: int | None = None
    unit_name: str = ""

    @property
    def path_and_above(self) -> list[str]:
        """``/1/17/204/`` → ``['/1/', '/1/17/', '/1/17/204/']``."""
        parts = self.path.strip("/").split("/")
        return ["/" + "/".join(parts[: i + 1]) + "/" for i in range(len(parts))]

    def covers(self, unit: Unit | None, programme: Programme | None) -> bool:
        in_place = unit is None or unit.path.startswith(self.path)
        in_programme = programme is None or self.programme_id is None or self.programme_id == programme.pk
        return in_place and in_programme


@dataclass(frozen=True)
class Access:
    """All grants one person holds at the moment it was read."""

    held: tuple[Held, ...]

    @property
    def business(self) -> tuple[Held, ...]:
        return tuple(grant for grant in self.held if grant.role not in ADMINISTRATORS)

    @property
    def is_business(self) -> bool:
        return bool(self.business)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.held)

    @property
    def administrator(self) -> str | None:
        return next((grant.role for grant in self.held if grant.role in ADMINISTRATORS), None)

    def has(self, *roles: str) -> bool:
        return bool(self.roles.intersection(roles))

    def can(self, roles: str | Iterable[str], *, unit: Unit | None = None, programme: Programme | None = None) -> bool:
        """Whether one of ``roles`` is held over ``unit`` in ``programme`` (None: anywhere, any)."""
        wanted = {roles} if isinstance(roles, str) else set(roles)
        return any(grant.role in wanted and grant.covers(unit, programme) for grant in self.held)

    def acting(self, roles: Iterable[str], *, levels: Iterable[str], unit: Unit, programme: Programme) -> Held | None:
        """The grant under which the person may act over ``unit``: one of ``roles``, held at one of ``levels``.

        A city's grant does not act for a county: the level is that of the unit the grant names. Empty ``levels``: any.
        """
        wanted, places = set(roles), set(levels)
        found = (
            grant
            for grant in self.held
            if grant.role in wanted and (not places or grant.level in places) and grant.covers(unit, programme)
        )
        return max(found, key=lambda grant: len(grant.path), default=None)

    def sees(self, unit: Unit, programme: Programme | None = None) -> bool:
        return any(grant.covers(unit, programme) for grant in self.business)

    def office(
        self, roles: str | Iterable[str] | None = None, *, unit: Unit | None = None, programme: Programme | None = None
    ) -> str:
        """Name of the body in which the person acts, for the record: who acts is a body and a person (specification 1.5).

        The organization of the first grant that covers the place and names one; else the unit of the nearest such grant.
        Empty without a grant.
        """
        wanted = None if roles is None else ({roles} if isinstance(roles, str) else set(roles))
        fits = [
            grant for grant in self.held if (wanted is None or grant.role in wanted) and grant.covers(unit, programme)
        ]
        named = next((grant.organization for grant in fits if grant.organization), "")
        return named or max(fits, key=lambda grant: len(grant.path)).unit_name if fits else ""

    def paths(self, *roles: str) -> list[str]:
        """Paths of the units over which one of ``roles`` (any business role when none is given) is held."""
        return [grant.path for grant in self.business if not roles or grant.role in roles]

    def within(self, roles: Iterable[str], *, unit_path: str, programme: str) -> Q:
        """Condition on rows whose unit and programme lie inside a grant of one of ``roles``."""
        wanted, condition = set(roles), Q(pk__in=[])
        for grant in self.held:
            if grant.role in wanted:
                part = Q(**{f"{unit_path}__startswith": grant.path})
                if grant.programme_id is not None:
                    part &= Q(**{programme: grant.programme_id})
                condition |= part
        return condition


def read_access(user: User) -> Access:
    """Read the grants in force today from the database."""
    if not user.is_authenticated or not user.is_active:
        return Access(())
    today = timezone.localdate()
    rows = (
        Grant.objects.filter(user_id=user.pk, revoked_at=None)
        .filter(Q(until=None) | Q(until__gte=today))
        .order_by("id")
        .values_list(
            "role",
            "unit_id",
            "unit__path",
            "unit__level",
            "programme_id",
            "organization__name",
            "organization__name_en",
            "organization_id",
            "unit__name",
        )
    )
    return Access(tuple(Held(*row[:5], row[5] or "", row[6] or "", *row[7:]) for row in rows))


def access_of(user: User) -> Access:
    """The person's access, read once per user instance, that is once per request."""
    cached = user.__dict__.get("_access") if hasattr(user, "__dict__") else None
    if cached is None:
        cached = read_access(user)
        user.__dict__["_access"] = cached
    return cached


def require(
    actor: User, roles: str | Iterable[str], *, unit: Unit | None = None, programme: Programme | None = None
) -> Access:
    """Return fresh access or raise PermissionDenied that says which role is wanted. Services call this, always fresh."""
    access = read_access(actor)
    if not access.can(roles, unit=unit, programme=programme):
        wanted = [roles] if isinstance(roles, str) else list(roles)
        names = " / ".join(str(Role(role).label) for role in wanted)
        raise PermissionDenied(
            _(
                "This needs the role %(roles)s over this unit and programme. Ask your security administrator for a grant."
            )
            % {"roles": names}
        )
    return access
