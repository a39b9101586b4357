"""An invented plan: a village's road is accepted by the city and earns an award from a ring-fenced pot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from programs.models import Declaration, Project, Role, Unit
from programs.modules import ProgrammeModule, ProjectKind, _modules, register
from programs.services.declarations import decide, ensure_cycle
from programs.workflow import Stage, Transition, Workflow, _workflows
from subsidies.models import Award, AwardRule, Fund
from subsidies.services import awards, transfers
from tests.factories import SmallCity, make_clause, make_grant, make_organization, make_unit, make_user, small_city

AMOUNT = Decimal("1500000.00")

FLOW = Workflow(
    code="paid",
    name="Paid",
    version=1,
    stages=(Stage("draft", "Draft"), Stage("accepted", "Accepted"), Stage("named", "Named", is_final=True)),
    transitions=(
        Transition("accept", ("draft",), "accepted", "Accept", (Role.APPROVER,), (Unit.Level.CITY,), accepts=True,
                   effects=("subsidies.services.awards.create",)),
        Transition("undo", ("accepted",), "draft", "Undo", (Role.APPROVER,), (Unit.Level.CITY,), is_reverse=True),
        Transition("name", ("accepted",), "named", "Name", (Role.APPROVER,), (Unit.Level.CITY,), decides=True,
                   effects=("subsidies.services.awards.create",)),
    ),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _english():
    """Refusals are read in English, whatever the catalogue says."""
    with translation.override("en"):
        yield


@pytest.fixture
def flow():
    """The procedure, registered for one test."""
    register(ProgrammeModule("paid", "Paid", 901, (ProjectKind("road", "Road", {"city": "paid"}),), (FLOW,)))
    yield FLOW
    del _modules["paid"], _workflows["paid"]


@dataclass
class Money:
    """The city with its pot and rule, a village's declaration, and the people who keep the books of each level."""

    place: SmallCity
    fund: Fund
    rule: AwardRule
    village: Unit
    project: Project
    declaration: Declaration
    city: Any
    county: Any
    town: Any

    def accept(self, declaration: Declaration | None = None) -> Award | None:
        """Take the step that earns the award."""
        one = declaration or self.declaration
        decide(actor=self.city, declaration_id=one.pk, verb="accept", revision=one.revision)
        return Award.objects.filter(declaration=one, cancelled_at=None).first()

    def another(self, year: int = 2026, unit: Unit | None = None, **fields: Any) -> Declaration:
        """A declaration of a further project."""
        number = Project.objects.count() + 1
        project = Project.objects.create(
            **({"programme": self.place.programme, "kind": "road", "code": f"road-{number}", "name_zh": f"{number}号路",
                "unit": unit or make_unit("village", self.place.townships[0])} | fields)
        )  # fmt: skip
        return self.declare(project, year)

    def declare(self, project: Project, year: int) -> Declaration:
        return Declaration.objects.create(
            project=project, cycle=ensure_cycle(project.programme, year), workflow="paid", stage="draft"
        )

    def order(self, *wanted: Award, number: str = "示财〔2026〕1号") -> Any:
        return awards.issue_order(
            actor=self.city,
            award_ids=[one.pk for one in wanted],
            number=number,
            ordered_on=wanted[0].decision.decided_on,
        )

    def ordered(self) -> Award:
        """The village's award, ordered to be paid."""
        award = self.accept()
        assert award is not None
        self.order(award)
        award.refresh_from_db()
        return award

    def send(
        self, award: Award, hop: int, amount: Any = AMOUNT, voucher: str = "", actor: Any = None, on: date | None = None
    ):
        return transfers.send(
            actor=actor or (self.city, self.county, self.town)[hop],
            award_id=award.pk,
            hop=hop,
            amount=Decimal(amount),
            sent_on=on or award.order.ordered_on,
            voucher=voucher or f"V-{hop}-{award.pk}",
        )

    def receive(self, transfer: Any, amount: Any = AMOUNT, note: str = "", actor: Any = None, on: date | None = None):
        return transfers.receive(
            actor=actor or (self.county, self.town, self.town)[transfer.hop],
            transfer_id=transfer.pk,
            amount=Decimal(amount),
            received_on=on or transfer.sent_on,
            note=note,
        )


def make_fund(programme: Any, /, **fields: Any) -> Fund:
    """A ring-fenced pot for awards, 8 million yuan a year."""
    defaults = {
        "programme": programme, "code": f"fund-{Fund.objects.count() + 1}", "name_zh": "奖补资金", "name_en": "Award pool", "source": "city",
        "amount": Decimal("8000000.00"), "uses": ["award"], "clause": programme.basis,
    }  # fmt: skip
    return Fund.objects.create(**(defaults | fields))


def make_rule(fund: Fund, /, **fields: Any) -> AwardRule:
    """1.5 million yuan for a road that the city accepts, enabled."""
    defaults = {
        "programme": fund.programme, "workflow": "paid", "verb": "accept", "kind": "road", "decider_level": "city", "fund": fund,
        "name_zh": "示例奖补", "name_en": "Sample award", "amount": AMOUNT, "is_enabled": True, "authority": "示政〔2026〕1号", "clause": make_clause(),
    }  # fmt: skip
    return AwardRule.objects.create(**(defaults | fields))


def money_world() -> Money:
    """See Money; the flow must be registered."""
    place = small_city()
    place.programme.module = "paid"
    place.programme.lead = make_organization(place.city)
    place.programme.save()
    fund = make_fund(place.programme)
    rule = make_rule(fund)
    village = make_unit("village", place.townships[0])
    project = Project.objects.create(
        programme=place.programme, kind="road", code="road-1", name_zh="一号路", unit=village
    )
    declaration = Declaration.objects.create(
        project=project, cycle=ensure_cycle(place.programme, 2026), workflow="paid", stage="draft"
    )
    town = make_user()
    make_grant(town, Role.REPORTER, place.townships[0])
    return Money(
        place, fund, rule, village, project, declaration, place.people["approver"], place.people["reviewer"], town
    )


@pytest.fixture
def money(db, flow) -> Money:
    return money_world()


@pytest.fixture
def as_(client):
    """A browser signed in as somebody, in English."""

    def sign_in(user):
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client

    return sign_in
