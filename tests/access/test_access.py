"""The access table, tried by real people of every role in every place; and no address outside the table."""

import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from accounts.models import User
from programs.models import ADMINISTRATORS
from tests.access.table import EVERYWHERE, PUBLIC, ROWS, Row
from tests.access.world import World, build
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_navigation(monkeypatch):
    """What the menu shows decides nothing, and takes half the time of a page; tests/dashboards/test_shell.py tests it."""
    monkeypatch.setattr("programs.context._navigation", lambda user, path: [])


METHODS = ("get", "post", "put", "patch", "delete")


def patterns(resolver, namespace=""):
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield f"{namespace}{one.name}" if one.name else None, one
        else:
            yield from patterns(one, namespace + (f"{one.namespace}:" if one.namespace else ""))


def methods_of(pattern: URLPattern) -> list[str]:
    """The methods a route answers: DRF actions, handlers of a class, GET for a function (``require_POST`` aside)."""
    actions = getattr(pattern.callback, "actions", None)
    if actions:
        return [method for method in METHODS if method in actions]
    view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
    if view is None:
        return []
    allowed = [method for method in METHODS if method in view.http_method_names and hasattr(view, method)]
    # Django's FormView answers PUT as POST: one row covers both
    return [
        method
        for method in allowed
        if not (method == "put" and getattr(view, "put", None) is getattr(view.__mro__[-1], "put", None))
    ]


def test_every_address_is_in_the_table():
    listed = {(row.name, row.method) for row in ROWS}
    names = {row.name for row in ROWS}
    missing, real = [], set()
    for name, pattern in patterns(get_resolver()):
        if name is None:
            missing.append(f"{pattern.pattern} has no name")
            continue
        real.add(name)
        if name not in names:
            missing.append(name)
        missing += [
            f"{name} {method}"
            for method in methods_of(pattern)
            if method in {"get", "post"} and (name, method) not in listed and is_own(pattern, method)
        ]
    assert not missing, "Classify these in tests/access/table.py: " + ", ".join(sorted(set(missing)))
    assert not names - real, f"These rows name no address: {sorted(names - real)}"


def is_own(pattern: URLPattern, method: str) -> bool:
    """Whether the method is served on purpose: not the catch-all of the API, nor GET on Django's sign-out view."""
    view = getattr(pattern.callback, "view_class", None) or pattern.callback
    return "Nowhere" not in view.__name__ and (view.__name__, method) not in {("SignOutView", "get")}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Built once for all rows: building takes longer than asking. ``call`` undoes what a request writes."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def call(row: Row, world: World, user: User | None, **changed):
    """The answer to ``user``; whatever it wrote is undone."""
    cache.clear()  # rates of the public pages are counted there
    client = Client()
    if user is not None:
        client.force_login(User.objects.get(pk=user.pk), backend="accounts.backends.AccountBackend")
    url = reverse(row.name, kwargs=row.kwargs(world) | changed)
    with transaction.atomic():
        if row.method == "get":
            response = client.get(url, row.query(world))
        else:
            kind = {"content_type": "application/json"} if row.is_api else {}
            response = getattr(client, row.method)(url, row.data(world), **kind)
        transaction.set_rollback(True)
    return response


def expected(row: Row, role: str, place: str) -> tuple[int, ...]:
    is_hidden = role not in ADMINISTRATORS and place not in row.sees
    if row.roles and role not in row.roles:
        return (403, *row.hidden) if is_hidden else (403,)
    if is_hidden:
        return row.hidden
    return row.ok if isinstance(row.ok, tuple) else (row.ok,)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_role_in_every_place(row, world):
    wrong = []
    for (role, place), user in world.people.items():
        status = call(row, world, user).status_code
        if status not in expected(row, role, place):
            wrong.append(f"{role} at {place}: {status}, expected {expected(row, role, place)}")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("row", [row for row in ROWS if row.roles != PUBLIC], ids=lambda row: row.id)
def test_nobody_gets_in_without_signing_in_or_without_a_grant(row, world):
    answer = call(row, world, None)
    if row.is_api:
        assert answer.status_code == 401
        assert "WWW-Authenticate" in answer.headers
    else:
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("accounts:sign-in"))
    without = call(row, world, make_user())
    allowed = row.ok if isinstance(row.ok, tuple) else (row.ok,)
    assert without.status_code in (allowed if len(row.roles) == 9 else (403,))


@pytest.mark.parametrize("row", [row for row in ROWS if row.sees != EVERYWHERE], ids=lambda row: row.id)
def test_a_foreign_object_and_a_missing_one_answer_the_same(row, world):
    role = next(role for role in row.roles if role not in ADMINISTRATORS)
    outsider = world.people[role, "foreign"]
    if not row.kwargs(world):
        return
    name, value = list(row.kwargs(world).items())[-1]
    missing = 2_000_000_000 if isinstance(value, int) else ("9" * 12 if value.isdigit() else "missing")
    foreign, nothing = call(row, world, outsider), call(row, world, outsider, **{name: missing})
    assert foreign.status_code == nothing.status_code == 404
    assert plain(foreign) == plain(nothing)


def plain(response) -> str:
    """The answer without what differs from request to request: tokens, the address asked for."""
    text = response.content.decode().replace(response.headers["X-Request-ID"], "")
    text = re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+', "", text)
    path = response.request["PATH_INFO"]
    for address in (path, quote(path, safe=""), quote_plus(path), quote(path)):
        text = text.replace(address, "…")
    return text
