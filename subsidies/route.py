"""The way money takes: from the city down the tree to the payee, or to a bureau (和美·六(四), 河湖·四(四))."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from programs.access import Access, Held
from programs.models import Organization, Programme, Role, Unit
from subsidies.models import Award

SENDS = {
    Unit.Level.CITY: (Role.APPROVER,),
    Unit.Level.COUNTY: (Role.REVIEWER, Role.REPORTER, Role.APPROVER),
    Unit.Level.TOWNSHIP: (Role.REPORTER, Role.REVIEWER, Role.APPROVER),
}
KEEPS_BOOKS_OF = {Unit.Level.VILLAGE: Unit.Level.TOWNSHIP}  # a village's receipt is confirmed by its township
OFFICIALS = (Role.REPORTER, Role.REVIEWER, Role.APPROVER)


@dataclass(frozen=True)
class Party:
    """One hand through which the money goes: a unit, or a body at a unit."""

    unit: Unit
    organization: Organization | None = None

    @property
    def label(self) -> str:
        return self.organization.label if self.organization else self.unit.label

    @property
    def key(self) -> tuple[int | None, int | None]:
        """(unit, organization) as they stand in a transfer: exactly one of them."""
        return (None, self.organization.pk) if self.organization else (self.unit.pk, None)

    @property
    def books_level(self) -> str:
        """Level of the office that keeps this party's books."""
        return KEEPS_BOOKS_OF.get(Unit.Level(self.unit.level), Unit.Level(self.unit.level))

    def acting(self, access: Access, programme: Programme) -> Held | None:
        """The grant under which the person acts for this party; None: they may not.

        A unit acts through people granted at its own level, a body through those whose grant names it, a body nobody is
        granted for through the level it belongs to.
        """
        if self.organization is not None:
            named = (grant for grant in access.held if grant.organization_id == self.organization.pk)
            found = next((g for g in named if g.role in OFFICIALS and g.covers(None, programme)), None)
            if found is not None:
                return found
        roles = SENDS.get(Unit.Level(self.books_level), (Role.APPROVER,))
        return access.acting(roles, levels=(self.books_level,), unit=self.unit, programme=programme)


def route(award: Award, units: dict[int, Unit] | None = None) -> list[Party]:
    """The parties of ``award`` from the city to its payee, in order. ``units``: those on the way, when read before.

    City → county → township → village; a body of the county after the county; a body of the city right after the city.
    """
    home = award.project.programme.jurisdiction
    body = award.payee_organization
    last = body.unit if body is not None else award.payee_unit
    assert last is not None  # the constraint award_has_one_payee
    known = units if units is not None else units_of([award])
    way = [known[key] for key in keys_of(last.path, home.path) if key in known]
    parties = [Party(home), *(Party(unit) for unit in way)]
    return [*parties, Party(last, body)] if body is not None else parties


def keys_of(path: str, above: str) -> list[int]:
    """Keys of the units on ``path`` below ``above``: /1/2/3/4/ below /1/2/ → [3, 4]."""
    return [int(part) for part in path.removeprefix(above).strip("/").split("/") if part] if path != above else []


def units_of(awards: Iterable[Award]) -> dict[int, Unit]:
    """Every unit on the way of these awards, in one query."""
    keys: set[int] = set()
    for award in awards:
        last = award.payee_organization.unit if award.payee_organization else award.payee_unit
        if last is not None:
            keys.update(keys_of(last.path, award.project.programme.jurisdiction.path))
    return Unit.objects.in_bulk(keys)
