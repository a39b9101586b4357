"""API keys, and answers given once."""

import io
import json
import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey, IdempotencyKey
from accounts.services import idempotency, keys
from audit.models import AuditEntry
from programs.models import Role
from tests.factories import make_grant, make_unit, make_user
from tests.together import at_once

pytestmark = pytest.mark.django_db
UNITS = "/api/v1/units/"


@pytest.fixture
def ana(db):
    user = make_user("ana")
    make_grant(user, Role.VIEWER, make_unit("city", make_unit("province")))
    return user


def make(user, scope="read", **fields):
    key, text = keys.create(actor=None, user=user, scope=scope)
    ApiKey.objects.filter(pk=key.pk).update(**fields)
    return text


def call(text, method="get", header="Bearer {}"):
    return getattr(Client(REMOTE_ADDR="10.0.0.5"), method)(UNITS, headers={"Authorization": header.format(text)})


def test_a_key_acts_as_its_person_and_its_use_is_noted_once_a_minute(ana):
    text = make(ana)
    assert call(text).status_code == 200
    key = ApiKey.objects.get()
    assert key.last_used_from == "10.0.0.5"
    first = key.last_used_at
    call(text)
    key.refresh_from_db()
    assert key.last_used_at == first
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    call(text)
    key.refresh_from_db()
    assert key.last_used_at > first


def test_neither_the_database_nor_the_audit_log_holds_the_key(ana):
    text = make(ana)
    assert text.startswith("lsh_")
    secret = text.split("_")[2]
    assert secret not in str(list(ApiKey.objects.values())) + str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    "fields", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now() - timedelta(seconds=1)}]
)
def test_an_ended_key_is_refused(ana, fields):
    response = call(make(ana, **fields))
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_demo": True}])
def test_the_key_of_an_account_that_may_not_act_is_dead(ana, settings, change):
    text = make(ana)
    settings.LUOSHI_DEMO = False
    type(ana).objects.filter(pk=ana.pk).update(**change)
    assert call(text).status_code == 401


@pytest.mark.parametrize(
    "text", ["", "x", "lsh_00000000_" + "A" * 43, "lsh_zz_x", "lsh_00000000_" + "é" * 43, "A" * 5000, "a b"]
)
def test_an_unknown_key_is_refused(ana, text):
    make(ana)
    assert call(text).status_code == 401


def test_one_wrong_letter_is_refused(ana):
    text = make(ana)
    assert call(text[:-1] + ("A" if text[-1] != "A" else "B")).status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_read_key_does_not_write(ana, method):
    response = call(make(ana), method)
    assert response.status_code == 403
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_key_does_not_open_pages(ana):
    assert Client().get("/accounts/me/", headers={"Authorization": f"Bearer {make(ana)}"}).status_code == 302


def test_the_command_prints_the_key_once(ana):
    out, err = io.StringIO(), io.StringIO()
    call_command("create_api_key", user="ana", scope="write", days=3, stdout=out, stderr=err)
    key = keys.authenticate(text=out.getvalue().strip(), address=None)
    assert (key.user, key.scope) == (ana, "write")
    assert timedelta(days=2) < key.expires_at - timezone.now() <= timedelta(days=3)
    for wrong in ({"user": "nobody"}, {"days": 0}, {"days": 99999}):
        with pytest.raises(CommandError):
            call_command("create_api_key", **({"user": "ana", "scope": "read"} | wrong))


def run(user, func, key="k", request=b"{}"):
    return idempotency.run_once(
        user=user, key=key, fingerprint=idempotency.fingerprint_of("POST", "/x/", request), func=func
    )


def test_a_repeat_gets_the_stored_answer_and_does_nothing(ana):
    calls = []

    def work():
        calls.append(1)
        return 201, {"id": len(calls)}

    assert run(ana, work) == (201, {"id": 1}, False)
    assert run(ana, work) == (201, {"id": 1}, True)
    assert run(make_user(), work) == (201, {"id": 2}, False), "keys belong to a person"


def test_the_same_key_for_another_request_is_refused(ana):
    run(ana, lambda: (201, {}))
    with pytest.raises(idempotency.KeyReused):
        run(ana, lambda: (201, {}), request=b'{"other": 1}')


def test_what_failed_is_not_remembered(ana):
    with pytest.raises(ZeroDivisionError):
        run(ana, lambda: 1 / 0)
    assert run(ana, lambda: (503, {}))[2] is False
    assert run(ana, lambda: (201, {"a": 1})) == (201, {"a": 1}, False)


@pytest.mark.parametrize("key", ["", "x" * 129, "a\0b"])
def test_a_malformed_key_is_refused(ana, key):
    with pytest.raises(ValueError):
        run(ana, lambda: (200, {}), key=key)


def test_answers_are_forgotten_after_seven_days(ana):
    run(ana, lambda: (200, {}), key="old")
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(days=8))
    run(ana, lambda: (200, {}), key="new")
    assert idempotency.purge() == 1
    assert IdempotencyKey.objects.get().key == "new"


@pytest.mark.django_db(transaction=True)
def test_ten_repeats_at_once_run_once():
    user = make_user()
    calls = []

    def work():
        calls.append(1)
        threading.Event().wait(0.05)
        return 201, {"id": 7}

    answers = [answer[:2] for answer in at_once(*[lambda: run(user, work)] * 10)]
    assert len(calls) == 1
    assert answers == [(201, {"id": 7})] * 10


def test_demo_accounts_command_lists_what_is_loaded(settings):
    settings.LUOSHI_DEMO = True
    make_unit("city", make_unit("province"), code="410400000000")
    out = io.StringIO()
    call_command("demo_accounts", json=True, load=True, stdout=out)
    listed = {one["username"]: one for one in json.loads(out.getvalue())}
    names = "city-agri city-water city-civil yexian-entry yexian-review baofeng-entry auditor viewer sysadmin secadmin auditadmin"
    assert set(names.split()) <= set(listed)
    assert set(listed["auditor"]) == {"username", "password", "name", "role", "unit", "office", "can"}
    assert listed["auditor"]["role"] == "auditor"
    entries = AuditEntry.objects.count()
    call_command("demo_accounts", json=True, load=True, stdout=io.StringIO())
    assert AuditEntry.objects.count() == entries, "loading again changes nothing"


def test_demo_accounts_cannot_be_loaded_outside_demo_mode(settings):
    settings.LUOSHI_DEMO = False
    from django.core.exceptions import ImproperlyConfigured

    with pytest.raises(ImproperlyConfigured):
        call_command("demo_accounts", load=True)
    out = io.StringIO()
    call_command("demo_accounts", json=True, stdout=out)
    assert json.loads(out.getvalue()) == []
