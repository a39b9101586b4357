"""The invented procedure of tests/declarations, and an office that publishes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from accounts.models import User
from programs.models import Declaration, Notice, Role
from programs.services import notices
from programs.services.workdays import load_calendar
from tests.declarations.conftest import Case, case, flow
from tests.factories import make_grant, make_user

__all__ = ["case", "flow"]


@dataclass
class Office:
    """``clerk`` prepares and records, ``approver`` posts, ``colleague`` judges; all at the city."""

    case: Case
    clerk: User
    approver: User
    colleague: User

    @property
    def declaration(self) -> Declaration:
        return self.case.declaration

    def prepare(self, **fields) -> Notice:
        given = {
            "actor": self.clerk,
            "programme": self.case.place.programme,
            "unit": self.case.place.city,
            "declarations": [self.declaration],
            "title": "示例公示",
            "text": "现将结果予以公示。",
            "contact": "示例局，0375-2666666",
            "issuer": "示例局",
            "workdays": 5,
            "clause": self.case.place.programme.basis,
        }
        return notices.prepare(**(given | fields))

    def post(self, **fields) -> Notice:
        return notices.post(actor=self.approver, notice_id=self.prepare(**fields).pk)


@pytest.fixture
def office(case) -> Office:
    load_calendar(years=[2026])
    Declaration.objects.filter(pk=case.declaration.pk).update(stage="accepted")  # where its result is published
    people = []
    for role in (Role.REVIEWER, Role.APPROVER, Role.REVIEWER):
        user = make_user()
        make_grant(user, role, case.place.city)
        people.append(user)
    return Office(case, *people)
