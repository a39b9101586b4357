"""Signing in and out, the lock-out, passwords."""

import itertools
import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEntry
from tests.factories import PASSWORD, make_user
from tests.together import at_once

pytestmark = pytest.mark.django_db
NEW = "Another-horse-8"


@pytest.fixture
def url(db):
    return reverse("accounts:sign-in")


@pytest.fixture
def ana():
    return make_user("ana")


def sign_in(url, username="ana", password=PASSWORD, client=None, address="10.0.0.1", **extra):
    return (client or Client()).post(url, {"username": username, "password": password, **extra}, REMOTE_ADDR=address)


def test_a_right_password_signs_in_changes_the_session_and_is_audited(url, ana, client):
    client.get(url)
    session = client.session
    session["kept"] = 1
    session.save()
    before = client.cookies["sessionid"].value if "sessionid" in client.cookies else session.session_key
    client.cookies["sessionid"] = before
    response = sign_in(url, client=client)
    assert response.status_code == 302
    assert client.cookies["sessionid"].value != before
    entry = AuditEntry.objects.get(verb="account.sign_in")
    assert (entry.actor_id, entry.address, entry.via) == (ana.pk, "10.0.0.1", "web")
    assert entry.request_id == response.headers["X-Request-ID"]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_next_never_leads_off_the_site(url, ana, target):
    assert sign_in(url, next=target).headers["Location"] == "/"
    assert sign_in(url, next="/accounts/me/").headers["Location"] == "/accounts/me/"


def test_wrong_password_and_unknown_account_read_the_same(url, ana):
    wrong = sign_in(url, password="x", address="10.0.0.1")
    unknown = sign_in(url, username="nobody", password="x", address="10.0.0.2")
    assert wrong.status_code == unknown.status_code == 422

    def message(response):
        return response.context["form"].non_field_errors()

    assert message(wrong) == message(unknown)
    assert AuditEntry.objects.filter(verb="account.sign_in_failed").count() == 2
    assert PASSWORD not in str(list(AuditEntry.objects.values_list("after", flat=True)))


def test_five_failures_lock_the_account_from_everywhere(url, ana):
    for number in range(5):
        sign_in(url, password="x", address=f"10.0.1.{number}")
    response = sign_in(url, address="10.0.2.1")
    assert response.status_code == 429
    assert "30" in str(response.context["form"].non_field_errors())
    assert AuditEntry.objects.filter(verb="account.locked_out").count() == 2
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=31))
    assert sign_in(url, address="10.0.2.1").status_code == 302


def test_five_failures_lock_the_address_for_every_account(url, ana):
    for number in range(5):
        sign_in(url, username=f"guess{number}", password="x", address="10.0.3.1")
    assert sign_in(url, address="10.0.3.1").status_code == 429
    assert sign_in(url, address="10.0.3.2").status_code == 302


def test_signing_in_oneself_does_not_free_the_guesses_on_a_colleague(url, ana):
    make_user("ben")
    for _turn in range(4):
        sign_in(url, username="ben", password="x", address="10.0.4.1")
    assert sign_in(url, address="10.0.4.1").status_code == 302
    sign_in(url, username="ben", password="x", address="10.0.4.2")
    assert sign_in(url, username="ben", address="10.0.4.3").status_code == 429


@pytest.mark.django_db(transaction=True)
def test_a_hundred_parallel_guesses_are_checked_five_times_at_most(url, monkeypatch):
    """Without one-at-a-time checking every thread would pass the lock-out before the first failure is written."""
    make_user("ana")
    checked = []
    real = User.check_password
    monkeypatch.setattr(User, "check_password", lambda self, raw: checked.append(raw) or real(self, raw))

    def guess(number):
        return [
            sign_in(url, password=f"guess {number}.{turn}", address=f"10.1.{number}.{turn}").status_code
            for turn in range(5)
        ]

    found = at_once(*(lambda number=number: guess(number) for number in range(20)))
    answers = [status for statuses in found for status in statuses]
    assert len(answers) == 100
    assert len(checked) <= 5
    assert set(answers) <= {422, 429}
    assert sign_in(url, address="10.2.0.1").status_code == 429


def test_demo_accounts_are_shown_and_usable_in_demo_mode_only(url, client, settings):
    make_user("demo", is_demo=True, demo_card={"zh": {"office": "示例局", "role": "审批", "can": "看"}})
    settings.LUOSHI_DEMO = True
    page = client.get(url).content.decode()
    assert 'data-fill-username="demo"' in page
    assert "示例局" in page
    assert sign_in(url, username="demo", client=client).status_code == 302
    assert client.get(reverse("me")).status_code == 200
    settings.LUOSHI_DEMO = False
    assert client.get(reverse("me")).status_code == 302, "its session ends with demo mode"
    assert 'data-fill-username="demo"' not in Client().get(url).content.decode()
    assert sign_in(url, username="demo").status_code == 422


def test_sign_out_takes_a_post_and_is_audited(client, ana):
    client.force_login(ana, backend="accounts.backends.AccountBackend")
    assert client.get(reverse("accounts:sign-out")).status_code == 405
    assert client.post(reverse("accounts:sign-out")).status_code == 302
    assert AuditEntry.objects.filter(verb="account.sign_out", actor_id=ana.pk).exists()
    assert client.get(reverse("me")).status_code == 302


@pytest.fixture
def signed_in(client, ana):
    client.force_login(ana, backend="accounts.backends.AccountBackend")
    return client


def change(client, old, new, again=None):
    return client.post(
        reverse("accounts:password"), {"old_password": old, "new_password1": new, "new_password2": again or new}
    )


def test_changing_the_password_ends_other_sessions_and_keeps_this_one(signed_in, ana):
    other = Client()
    other.force_login(ana, backend="accounts.backends.AccountBackend")
    assert change(signed_in, PASSWORD, NEW).status_code == 302
    assert signed_in.get(reverse("me")).status_code == 200
    assert other.get(reverse("me")).status_code == 302
    assert AuditEntry.objects.filter(verb="account.password_changed").exists()


@pytest.mark.parametrize("new", ["short-A1", "alllowercaseletters", "12345678901234", "ana-ana-ana-A1"[:3] * 4])
def test_weak_passwords_are_refused(signed_in, new):
    assert change(signed_in, PASSWORD, new).status_code == 422


def test_the_last_five_passwords_do_not_come_back_and_the_sixth_may(signed_in):
    used = [PASSWORD] + [f"Horse-number-{n}" for n in range(5)]
    for old, new in itertools.pairwise(used):
        assert change(signed_in, old, new).status_code == 302
    assert change(signed_in, used[-1], used[-1]).status_code == 422
    assert change(signed_in, used[-1], used[1]).status_code == 422
    assert change(signed_in, used[-1], PASSWORD).status_code == 422
    assert change(signed_in, used[-1], "Horse-number-9").status_code == 302
    assert change(signed_in, "Horse-number-9", PASSWORD).status_code == 302


@pytest.mark.parametrize(
    "state", [{"must_change_password": True}, {"password_changed_at": timezone.now() - timedelta(days=91)}]
)
def test_a_password_that_is_due_is_changed_before_anything_else(signed_in, ana, state):
    User.objects.filter(pk=ana.pk).update(**state)
    assert signed_in.get(reverse("me")).headers["Location"] == reverse("accounts:password")
    api = signed_in.get("/api/v1/units/")
    assert api.status_code == 403
    assert api.headers["Content-Type"] == "application/problem+json"
    assert signed_in.get(reverse("accounts:password")).status_code == 200
    change(signed_in, PASSWORD, NEW)
    assert signed_in.get(reverse("me")).status_code == 200


def test_an_htmx_request_of_a_session_that_ended_loads_the_sign_in_page(client):
    response = client.get(reverse("me"), headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == reverse("accounts:sign-in")


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, "1.2.3.4", "10.0.0.9"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 5.5.5.5", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.9"),
        (1, "rubbish", None),
    ],
)
def test_only_trusted_proxies_name_the_address(url, ana, settings, proxies, header, expected):
    settings.LUOSHI_PROXIES = proxies
    Client().post(url, {"username": "ana", "password": PASSWORD}, REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR=header)
    assert AuditEntry.objects.get(verb="account.sign_in").address == expected


@pytest.mark.parametrize("given", ["", "x", "a b c d e f g h", "a" * 65, "<script>alert(1)</script>"])
def test_a_malformed_request_id_is_replaced(client, given):
    answered = client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", answered)


def test_a_given_request_id_is_kept(client):
    assert client.get("/healthz", headers={"X-Request-ID": "gate-0001"}).headers["X-Request-ID"] == "gate-0001"
