"""One small city with two counties, a programme in its first months, and people of every role, each with an API key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import keys
from policies.models import Clause, Document
from programs.models import (
    Indicator,
    Organization,
    Period,
    Programme,
    ProgressReport,
    ReportingDuty,
    Role,
    Target,
    Task,
    Unit,
)
from programs.services import progress
from programs.services.entry import Typed, save_drafts
from tests.factories import make_grant, make_organization, make_unit, make_user

V1 = "/api/v1/"


class Caller:
    """A program that calls the API with one person's key."""

    def __init__(self, user: User, scope: str = "write", key: str = "") -> None:
        self.user = user
        self.key = key or keys.create(actor=None, user=user, scope=scope)[1]
        self.client = Client(headers={"Authorization": f"Bearer {self.key}"}, raise_request_exception=False)

    def client_of(self) -> Caller:
        """Another client with the same key, for another thread."""
        return Caller(self.user, key=self.key)

    def get(self, path: str, params: dict | None = None, **headers: str) -> Any:
        return self.client.get(path if path.startswith("/") or "://" in path else V1 + path, params, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(
            V1 + path, {} if body is None else body, content_type="application/json", headers=headers
        )


@dataclass
class City:
    """Names used by the tests."""

    city: Unit
    county: Unit
    other: Unit
    townships: list[Unit]
    others: list[Unit]
    programme: Programme
    done: Indicator
    total: Indicator
    share: Indicator
    last: Period
    now: Period
    clause: Clause
    office: Organization
    task: Task
    target: Target
    own_target: Target
    people: dict[str, User]
    _callers: dict[tuple[str, str], Caller] = field(default_factory=dict)

    def api(self, name: str, scope: str = "write") -> Caller:
        """The caller with this person's key; ``reporter``, ``reviewer`` …, ``other-reporter`` of the other county."""
        if (name, scope) not in self._callers:
            self._callers[name, scope] = Caller(self.people[name], scope)
        return self._callers[name, scope]

    def body(self, **changes: Any) -> dict[str, Any]:
        """A figure that is fine: the first township's, this month."""
        return {
            "indicator": self.done.code,
            "unit": self.townships[0].code,
            "period": self.now.code,
            "value": "12",
            "reason": "",
        } | changes

    def report(
        self,
        value: str = "12",
        *,
        unit: Unit | None = None,
        indicator: Indicator | None = None,
        period: Period | None = None,
        state: str = "submitted",
    ) -> ProgressReport:
        """A report brought to ``state`` by the services."""
        unit, indicator, period = unit or self.townships[0], indicator or self.done, period or self.now
        reporter = self.people["reporter" if unit.path.startswith(self.county.path) else "other-reporter"]
        saved = save_drafts(actor=reporter, period=period, cells=[Typed(indicator.pk, unit.pk, value, "as planned")])[0]
        assert saved.refusal is None, saved.refusal
        ids = [saved.report.pk]
        if state != "draft":
            progress.submit(actor=reporter, report_ids=ids)
        if state == "returned":
            progress.return_reports(
                actor=self.people["approver"], report_ids=ids, comment="two are empty houses", ask="count again"
            )
        if state in {"reviewed", "approved"}:
            reviewer = "reviewer" if unit.path.startswith(self.county.path) else "approver"
            progress.approve(actor=self.people[reviewer], report_ids=ids, comment="seen")
        if state == "approved" and reviewer == "reviewer":
            progress.approve(actor=self.people["approver"], report_ids=ids)
        return ProgressReport.objects.get(pk=ids[0])


ROLES = {
    "reporter": Role.REPORTER, "reviewer": Role.REVIEWER, "approver": Role.APPROVER, "inspector": Role.INSPECTOR, "auditor": Role.AUDITOR,
    "viewer": Role.VIEWER, "system_admin": Role.SYSTEM_ADMIN, "security_admin": Role.SECURITY_ADMIN, "audit_admin": Role.AUDIT_ADMIN,
}  # fmt: skip
OF_THE_CITY = {"approver", "auditor", "system_admin", "security_admin", "audit_admin"}


def make_programme(city: Unit, code: str = "toilets-2026") -> Programme:
    """A monthly programme of ``city`` with its document."""
    document = Document.objects.create(
        code=f"doc-{code}", title_zh="示例方案", number="示政〔2026〕1号", jurisdiction_code=city.code
    )
    return Programme.objects.create(
        code=code, module="villages", name_zh="示例行动", name_en="Example action", jurisdiction=city, document=document, reporting_level="township",
        starts_on=date(2026, 1, 1),
    )  # fmt: skip


def make_period(programme: Programme, start: date, **fields: Any) -> Period:
    """The month that starts on ``start``, open."""
    end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    dates = {
        "starts_on": start,
        "ends_on": end,
        "opens_on": start,
        "due_on": end + timedelta(days=7),
        "locks_on": end + timedelta(days=40),
    }
    return Period.objects.create(**({"programme": programme, "code": f"{start:%Y-%m}"} | dates | fields))


@pytest.fixture
def city(db: None) -> City:
    province = make_unit("province")
    town = make_unit("city", province)
    county, other = make_unit("county", town), make_unit("county", town)
    townships = [make_unit("township", county) for _n in range(3)]
    others = [make_unit("township", other) for _n in range(2)]
    programme = make_programme(town)
    clause = Clause.objects.create(
        document=programme.document, path="示例·四(二)", summary_zh="示例", summary_en="Example"
    )
    common = {"programme": programme, "unit_zh": "户", "clause": clause}
    done = Indicator.objects.create(
        code="toilets-done", name_zh="完成", name_en="Done", counting="cumulative", **common
    )
    total = Indicator.objects.create(
        code="toilets-total", name_zh="总数", name_en="Total", counting="point", direction="neutral", **common
    )
    share = Indicator.objects.create(
        code="toilets-share", name_zh="普及率", name_en="Coverage", counting="ratio", numerator=done, denominator=total, factor=100,
        is_reported=False, decimals=2, **common | {"unit_zh": "%"},
    )  # fmt: skip
    for unit in townships + others:
        for indicator in (done, total):
            ReportingDuty.objects.create(indicator=indicator, unit=unit)
    year_end = date(timezone.localdate().year, 12, 31)
    target = Target.objects.create(
        indicator=done, unit=town, period_kind="by_end", due_on=year_end, value=Decimal("100"), clause=clause
    )
    own = Target.objects.create(
        indicator=done, unit=townships[0], period_kind="by_end", due_on=year_end, value=Decimal("20.5"), clause=clause
    )
    office = make_organization(town)
    task = Task.objects.create(programme=programme, number=1, summary_zh="示例任务", lead=office, clause=clause)
    task.responsible.add(office)
    people = {name: make_user(f"api-{name}") for name in (*ROLES, "other-reporter", "other-viewer")}
    for name, role in ROLES.items():
        make_grant(people[name], role, town if name in OF_THE_CITY else county)
    make_grant(people["other-reporter"], Role.REPORTER, other)
    make_grant(people["other-viewer"], Role.VIEWER, other)
    first = timezone.localdate().replace(day=1)
    last = make_period(programme, (first - timedelta(days=1)).replace(day=1))
    return City(
        city=town, county=county, other=other, townships=townships, others=others, programme=programme, done=done, total=total, share=share,
        last=last, now=make_period(programme, first), clause=clause, office=office, task=task, target=target, own_target=own, people=people,
    )  # fmt: skip
