"""The schema kept true: made-up requests of every operation, by a person with a key and by nobody. No 5xx, no other shape."""

from __future__ import annotations

import pytest
import schemathesis
from django.core.cache import cache
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_wsgi
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from accounts.services import keys
from config.wsgi import application
from programs.models import Role
from tests.access.world import build
from tests.factories import make_grant, make_user

CHECKS = [not_a_server_error, response_schema_conformance, content_type_conformance]
EXAMPLES = 6  # for each operation and caller; more on demand, the run takes time
RESOURCES = {  # /api/v1/<resource>/{…}/ → the object of the world that is really there
    "units": lambda w: w.own.code, "organizations": lambda w: w.organization.code, "documents": lambda w: w.document.code,
    "clauses": lambda w: w.clause.pk, "programmes": lambda w: w.programme.code, "indicators": lambda w: w.indicator.code,
    "targets": lambda w: w.target.pk, "tasks": lambda w: w.task.pk, "periods": lambda w: w.period.pk,
    "progress-reports": lambda w: w.report.pk, "bulletins": lambda w: w.bulletin.pk, "draws": lambda w: w.draw.pk,
    "rankings": lambda w: w.ranking.pk,
}  # fmt: skip

pytestmark = [pytest.mark.slow]


@pytest.fixture
def world(db):
    return build()


@pytest.fixture
def key(world) -> str:
    """The key of somebody who may do everything there is to do in the city."""
    person = make_user()
    for role in (Role.REPORTER, Role.REVIEWER, Role.APPROVER, Role.INSPECTOR):
        make_grant(person, role, world.parent)
    _row, secret = keys.create(actor=person, user=person, name="schemathesis", scope="write")
    return secret


def tried(schema, world, headers) -> list[str]:
    """What went wrong, one line for each operation that did."""
    wrong = []
    for result in schema.get_all_operations():
        wrong += tried_one(result.ok(), world, headers)
    return wrong


def tried_one(operation, world, headers) -> list[str]:
    resource = operation.path.removeprefix("/api/v1/").split("/")[0]

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def run(case):
        cache.clear()  # rates are counted there
        if case.path_parameters and resource in RESOURCES:
            case.path_parameters[next(iter(case.path_parameters))] = RESOURCES[resource](world)
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    try:
        run()
    except (schemathesis.errors.SchemathesisError, AssertionError, ExceptionGroup) as error:
        return [f"{operation.label}: {str(error)[:400]}"]
    return []


@pytest.mark.parametrize("caller", ["somebody", "nobody"])
def test_the_whole_api_answers_as_its_schema_says(world, key, caller):
    schema = from_wsgi("/api/schema/", application)
    headers = {"Authorization": f"Bearer {key}"} if caller == "somebody" else {}
    wrong = tried(schema, world, headers)
    assert not wrong, "\n".join(wrong)
