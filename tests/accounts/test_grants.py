"""Giving and revoking grants, and the accounts they belong to."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import keys
from audit.models import AuditEntry
from programs.access import read_access
from programs.errors import Conflict, RuleViolation
from programs.models import Grant, Role
from programs.services import grants
from tests.factories import PASSWORD, make_grant, make_unit, make_user
from tests.together import at_once, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db):
    return make_unit("city", make_unit("province"))


@pytest.fixture
def security(city):
    user = make_user("guard", full_name="安某")
    make_grant(user, Role.SECURITY_ADMIN, city)
    return user


@pytest.fixture
def ana():
    return make_user("ana", full_name="安娜")


def give(security, user, role, unit, **more):
    return grants.give(actor=security, user=user, role=role, unit=unit, reason="岗位", **more)


def test_a_grant_and_its_end_are_in_force_at_the_next_request_and_audited(security, ana, city):
    client = Client()
    client.force_login(ana, backend="accounts.backends.AccountBackend")
    assert client.get(reverse("documents")).status_code == 403
    grant = give(security, ana, Role.VIEWER, city)
    assert client.get(reverse("documents")).status_code == 200
    grants.revoke(actor=security, grant=grant)
    assert client.get(reverse("documents")).status_code == 403
    given, revoked = AuditEntry.objects.filter(verb__startswith="grant.").order_by("id")
    assert given.after["role"] == "viewer"
    assert (given.actor_id, given.unit_path, given.reason) == (security.pk, city.path, "岗位")
    assert revoked.before == given.after


@pytest.mark.parametrize(("first", "second"), [
    (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN), (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN), (Role.AUDIT_ADMIN, Role.VIEWER), (Role.VIEWER, Role.SYSTEM_ADMIN),
])  # fmt: skip
def test_powers_stay_separate_and_the_refusal_names_what_is_held(security, ana, city, first, second):
    give(security, ana, first, city)
    with pytest.raises(RuleViolation) as caught:
        give(security, ana, second, city)
    assert str(first.label) in str(caught.value.message)
    assert caught.value.clause == "GB/T 22239"
    assert caught.value.next_step
    assert Grant.objects.filter(user=ana).count() == 1


def test_a_role_that_has_expired_does_not_stand_in_the_way(security, ana, city):
    make_grant(ana, Role.SYSTEM_ADMIN, city, until=timezone.localdate() - timedelta(days=1))
    assert give(security, ana, Role.VIEWER, city)
    assert read_access(ana).roles == {"viewer"}


def test_the_last_day_counts_and_a_past_one_is_refused(security, ana, city):
    today = timezone.localdate()
    give(security, ana, Role.VIEWER, city, until=today)
    assert read_access(ana).has(Role.VIEWER)
    with pytest.raises(RuleViolation, match=str(today)):
        give(security, ana, Role.AUDITOR, city, until=today - timedelta(days=1))


def test_the_same_grant_twice_is_a_conflict(security, ana, city):
    give(security, ana, Role.VIEWER, city)
    with pytest.raises(Conflict):
        give(security, ana, Role.VIEWER, city)


def test_nobody_grants_to_oneself_or_changes_the_own_account(security, city):
    own = Grant.objects.get(user=security)
    for act in (
        lambda: give(security, security, Role.VIEWER, city),
        lambda: grants.revoke(actor=security, grant=own),
        lambda: grants.set_active(actor=security, user=security, active=False),
        lambda: grants.reset_password(actor=security, user=security),
    ):
        with pytest.raises(RuleViolation) as caught:
            act()
        assert caught.value.code == "grant_own"


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SECURITY_ADMIN])
def test_only_a_security_administrator_grants(role, ana, city):
    other = make_user()
    make_grant(other, role, city)
    for act in (
        lambda: give(other, ana, Role.VIEWER, city),
        lambda: grants.create_account(actor=other, username="x", full_name="x"),
        lambda: grants.unlock(actor=other, user=ana),
        lambda: grants.set_active(actor=other, user=ana, active=False),
        lambda: grants.reset_password(actor=other, user=ana),
        lambda: grants.revoke(actor=other, grant=make_grant(make_user(), Role.VIEWER, city)),
    ):
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_granting_at_once_give_one_role():
    city = make_unit("city", make_unit("province"))
    guards = [make_user(), make_user()]
    for guard in guards:
        make_grant(guard, Role.SECURITY_ADMIN, city)
    ana = make_user()
    roles = zip(guards, (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN), strict=True)
    answers = at_once(*(lambda guard=guard, role=role: give(guard, ana, role, city) for guard, role in roles))
    assert told(answers) == ["done", "grant_one_administrator_role"]


@pytest.fixture
def browser(security, client):
    client.force_login(security, backend="accounts.backends.AccountBackend")
    return client


def test_a_new_account_signs_in_with_its_one_time_password_and_must_change_it(browser):
    page = browser.post(reverse("person-new"), {"username": "fresh", "full_name": "新人"})
    password = page.context["password"]
    assert page.headers["Cache-Control"] == "no-store"
    assert password not in str(list(AuditEntry.objects.values_list("before", "after", "reason")))
    fresh = Client()
    assert fresh.post(reverse("accounts:sign-in"), {"username": "fresh", "password": password}).status_code == 302
    assert fresh.get(reverse("me")).headers["Location"] == reverse("accounts:password")
    again = browser.post(reverse("person-new"), {"username": "fresh", "full_name": "又一个"})
    assert again.status_code == 422
    assert "又一个" in again.content.decode(), "nothing typed is lost"


def test_switching_off_ends_sessions_and_keys_at_the_next_request(browser, ana, city):
    make_grant(ana, Role.VIEWER, city)
    _key, text = keys.create(actor=None, user=ana, scope="read")
    theirs = Client()
    theirs.force_login(ana, backend="accounts.backends.AccountBackend")
    assert theirs.get(reverse("me")).status_code == 200
    browser.post(reverse("person-act", args=[ana.pk, "deactivate"]))
    assert theirs.get(reverse("me")).status_code == 302
    assert keys.authenticate(text=text, address=None) is None
    browser.post(reverse("person-act", args=[ana.pk, "activate"]))
    assert keys.authenticate(text=text, address=None) is not None


def test_unlocking_lets_the_person_in_again(browser, ana):
    url = reverse("accounts:sign-in")
    for _turn in range(5):
        Client().post(url, {"username": "ana", "password": "x"}, REMOTE_ADDR="10.0.0.1")
    assert Client().post(url, {"username": "ana", "password": PASSWORD}, REMOTE_ADDR="10.0.0.1").status_code == 429
    assert ana.username in browser.get(reverse("people")).context["locked"]
    browser.post(reverse("person-act", args=[ana.pk, "unlock"]))
    assert Client().post(url, {"username": "ana", "password": PASSWORD}, REMOTE_ADDR="10.0.0.1").status_code == 302


def test_a_reset_password_replaces_the_old_one(browser, ana):
    page = browser.post(reverse("person-act", args=[ana.pk, "reset"]))
    ana.refresh_from_db()
    assert ana.check_password(page.context["password"])
    assert ana.must_change_password


def test_the_form_grants_by_unit_code_and_says_what_is_wrong_in_place(browser, ana, city):
    url = reverse("person", args=[ana.pk])
    wrong = browser.post(url, {"role": "viewer", "unit": "999999999999", "reason": "岗位"})
    assert wrong.status_code == 422
    assert wrong.context["form"].errors["unit"]
    assert browser.post(url, {"role": "viewer", "unit": city.code, "reason": "岗位"}).status_code == 302
    twice = browser.post(url, {"role": "viewer", "unit": city.code, "reason": "岗位"})
    assert twice.status_code == 409
    assert "岗位" in twice.content.decode()
    found = browser.get(url, {"find": city.name})
    assert city in found.context["units"]


def test_people_are_found_with_a_fixed_number_of_queries(browser, city, django_assert_max_num_queries):
    for _number in range(25):
        make_grant(make_user(), Role.VIEWER, city)
    with django_assert_max_num_queries(10):
        page = browser.get(reverse("people"), {"q": city.name})
    assert len(page.context["page"].object_list) == 26
    assert User.objects.count() == 26
