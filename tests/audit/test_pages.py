"""The audit log's pages: who sees which entries, and how much of them; the export."""

import io

import openpyxl
import pytest
from django.db import connection
from django.urls import reverse

from audit.export import neutral
from audit.models import AuditEntry
from audit.services import record, seal_pending
from programs.models import Role
from tests.factories import make_grant, make_unit, make_user

pytestmark = pytest.mark.django_db
SECRET = "98765.4321"


@pytest.fixture
def city(db):
    return make_unit("city", make_unit("province"))


@pytest.fixture
def entries(city):
    """One of the city's county, one of another city, one sign-in."""
    county, foreign = make_unit("county", city), make_unit("city", city.parent)
    return [
        record(
            "progress.submit",
            unit_path=county.path,
            before={"value": "1"},
            after={"value": SECRET},
            reason="核减说明",
            object_type="programs.progressreport",
        ),
        record("progress.submit", unit_path=foreign.path, after={"value": SECRET}),
        record("account.sign_in_failed", after={"username": "guess"}),
    ]


@pytest.fixture
def reader(client, city):
    def become(role):
        user = make_user()
        make_grant(user, role, city)
        client.force_login(user, backend="accounts.backends.AccountBackend")
        return client

    return become


def listed(page):
    return [entry.pk for entry in page.context["entries"]]


def test_an_auditor_sees_the_entries_of_the_own_units_with_values(reader, entries):
    client = reader(Role.AUDITOR)
    assert listed(client.get(reverse("audit-log"))) == [entries[0].pk]
    page = client.get(reverse("audit-entry", args=[entries[0].pk])).content.decode()
    assert SECRET in page
    assert "核减说明" in page
    assert client.get(reverse("audit-entry", args=[entries[1].pk])).status_code == 404


def test_the_audit_administrator_sees_every_entry_but_no_business_value(reader, entries):
    client = reader(Role.AUDIT_ADMIN)
    assert listed(client.get(reverse("audit-log"))) == [entry.pk for entry in reversed(entries)]
    page = client.get(reverse("audit-entry", args=[entries[0].pk])).content.decode()
    assert SECRET not in page
    assert "核减说明" not in page
    assert "value" in page, "the names of the fields are shown"
    assert "guess" in client.get(reverse("audit-entry", args=[entries[2].pk])).content.decode()
    table = client.get(reverse("audit-export", kwargs={"form": "csv"})).content.decode("utf-8-sig")
    assert SECRET not in table
    assert "核减说明" not in table


def test_filters_and_pages_by_id(reader, city):
    for number in range(60):
        record("progress.approve" if number % 2 else "progress.submit", unit_path=city.path, object_id=number)
    client = reader(Role.AUDITOR)
    assert len(listed(client.get(reverse("audit-log"), {"verb": "progress.approve"}))) == 30
    assert len(listed(client.get(reverse("audit-log"), {"object_id": "7"}))) == 1
    first = client.get(reverse("audit-log"))
    second = client.get(reverse("audit-log"), {"before": first.context["older"]})
    assert len(listed(first)) == 50
    assert len(listed(second)) == 10
    assert not set(listed(first)) & set(listed(second))


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday"},
        {"verb": "no.such"},
        {"before": "x"},
        {"before": "9" * 40},
        {"object_id": "a\0b"},
        {"actor": "' OR 1=1"},
    ],
)
def test_malformed_filters_are_answered(reader, entries, query):
    assert reader(Role.AUDITOR).get(reverse("audit-log"), query).status_code == 200


def test_the_number_of_queries_does_not_grow(reader, city, django_assert_num_queries):
    client = reader(Role.AUDITOR)
    client.get(reverse("audit-log"))

    def count():
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("audit-log"))
        return len(caught)

    record("progress.submit", unit_path=city.path)
    few = count()
    for number in range(45):
        record("progress.submit", unit_path=city.path, object_id=number)
    assert count() == few


def test_verifying_names_the_break_on_the_page(reader, entries):
    client = reader(Role.AUDIT_ADMIN)
    seal_pending()
    client.post(reverse("audit-verify"))
    assert client.get(reverse("audit-log")).context["last"].verdict.holds
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE audit_auditentry SET verb = 'x.y' WHERE id = %s", [entries[1].pk])
        cursor.execute("SET session_replication_role = DEFAULT")
    client.post(reverse("audit-verify"))
    page = client.get(reverse("audit-log"))
    assert f"entry {entries[1].pk}" in page.content.decode()
    assert AuditEntry.objects.filter(verb="audit.verify").count() == 2


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "|cmd", "%0A=1"])
def test_no_cell_is_run_as_a_formula(text):
    assert neutral(text) == "'" + text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_export_is_neutral_and_is_itself_an_entry(reader, city, form):
    record("progress.submit", unit_path=city.path, reason="=cmd|' /C calc'!A0", after={"value": SECRET})
    client = reader(Role.AUDITOR)
    content = client.get(reverse("audit-export", kwargs={"form": form})).content
    if form == "csv":
        assert "'=cmd" in content.decode("utf-8-sig")
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert any(str(cell.value).startswith("'=cmd") for cell in cells)
        assert any(SECRET in str(cell.value) for cell in cells)
    assert AuditEntry.objects.filter(verb="audit.export").count() == 1
