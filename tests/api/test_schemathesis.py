"""The schema kept true by made-up requests of every operation: no 5xx, no other status or shape than the schema tells.

Each operation is also asked once the way the access table asks it, so that it answers about something real.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.urls import resolve
from hypothesis import HealthCheck, Phase, example, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi import from_wsgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.services import keys
from config.wsgi import application
from programs.models import Role
from tests.access.table import ROWS, Row
from tests.access.world import World, build
from tests.factories import make_grant, make_user

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance, content_type_conformance]
EXAMPLES = 6  # made up for each operation and caller, the same in every run
UNDESCRIBED = {"api-schema", "api-docs", "api-nowhere"}
ASKED = {(row.name, row.method): row for row in ROWS if row.is_api}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Built once. The requests come through WSGI, whose end would close the connection that holds the transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def key(world) -> str:
    """The key of somebody who may do everything there is to do in the city."""
    person = make_user()
    for role in (Role.REPORTER, Role.REVIEWER, Role.APPROVER, Role.INSPECTOR):
        make_grant(person, role, world.parent)
    _row, secret = keys.create(actor=person, user=person, name="schemathesis", scope="write")
    return secret


def row_of(operation: Any) -> Row | None:
    """The access table's row for an operation of the schema."""
    path = operation.path.format(**{one.name: "1" for one in operation.path_parameters})
    return ASKED.get((resolve(path).view_name, operation.method.lower()))


def real(operation: Any, world: World) -> Any:
    """The request as the access table makes it."""
    row = row_of(operation)
    names = [one.name for one in operation.path_parameters]
    body = {"body": row.data(world), "media_type": "application/json"} if operation.body else {}
    return operation.Case(
        path_parameters=dict(zip(names, row.kwargs(world).values(), strict=True)), query=row.query(world), **body
    )


def differences(operation: Any, world: World, headers: dict[str, str]) -> list[str]:
    """What went wrong with one operation; whatever its requests wrote is undone."""
    pattern = real(operation, world)

    @given(case=operation.as_strategy())
    @example(case=pattern)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def run(case: Any) -> None:
        cache.clear()  # rates are counted there
        case.path_parameters = pattern.path_parameters
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    try:
        run()
    except FailureGroup as group:
        return [f"{operation.label}: {failure.title} {failure.message}" for failure in group.exceptions]
    return []


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("caller", ["somebody", "nobody"])
def test_the_whole_api_answers_as_its_schema_says(world, key, caller):
    headers = {"Authorization": f"Bearer {key}"} if caller == "somebody" else {}
    operations = [result.ok() for result in from_wsgi("/api/schema/", application).get_all_operations()]
    rows = [row_of(operation) for operation in operations]
    assert set(rows) == {row for row in ROWS if row.is_api and row.name not in UNDESCRIBED}
    wrong = [line for operation in operations for line in differences(operation, world, headers)]
    assert not wrong, "\n".join(wrong)
