"""Tampering by a superuser of the database: every kind is found, and what is found is named."""

import io
import random
import threading
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction

from audit.anchor import read_anchors
from audit.models import AuditEntry, AuditSeal
from audit.services import acting, record, seal_pending, verify
from audit.services.record import record_many

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anchors(settings, tmp_path):
    settings.AUDIT_ANCHOR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def log():
    for number in range(12):
        record(
            "progress.submit",
            object_type="programs.progressreport",
            object_id=number,
            before={"value": number},
            after={"value": Decimal(number) + 1},
        )
    assert seal_pending() == 12
    return list(AuditEntry.objects.order_by("id"))


def as_superuser(sql, params=()):
    """Run ``sql`` with every trigger off, as somebody at the database console would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # check what the application wrote before it is tampered with
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET session_replication_role = DEFAULT")


def test_an_untouched_log_holds(log):
    verdict = verify()
    assert (verdict.holds, verdict.sealed, verdict.unsealed, verdict.anchors_checked) == (True, 12, 0, 1)


@pytest.mark.parametrize("table", ["audit_auditentry", "audit_auditseal"])
@pytest.mark.parametrize("act", ["UPDATE {} SET %s", "DELETE FROM {}"])
def test_postgresql_refuses_to_change_history(log, table, act):
    column = "verb = 'x'" if table.endswith("entry") else "digest = 'x'"
    sql = act.format(table)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql % column if "%s" in sql else sql)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("after", '{"value": "999"}'),
        ("actor_name", "somebody"),
        ("actor_id", 7),
        ("at", "2020-01-01"),
        ("verb", "x"),
        ("reason", "x"),
        ("unit_path", "/9/"),
        ("via", "api"),
    ],
)
def test_a_changed_entry_is_named(log, column, value):
    as_superuser(f"UPDATE audit_auditentry SET {column} = %s WHERE id = %s", [value, log[4].pk])
    verdict = verify()
    assert not verdict.holds
    assert verdict.entry_id == log[4].pk
    assert verdict.entry_at is not None


@pytest.mark.parametrize("index", [0, 5, 11])
def test_a_removed_entry_is_named_also_the_last(log, index):
    as_superuser("DELETE FROM audit_auditentry WHERE id = %s", [log[index].pk])
    verdict = verify(anchors={})
    assert verdict.entry_id == log[index].pk
    assert "removed" in verdict.broken


def test_an_entry_removed_with_its_seal_leaves_a_gap(log):
    as_superuser("DELETE FROM audit_auditseal WHERE entry_id = %s", [log[5].pk])
    as_superuser("DELETE FROM audit_auditentry WHERE id = %s", [log[5].pk])
    assert "seal 6 is missing" in verify(anchors={}).broken


def test_an_inserted_entry_is_found_before_and_after_sealing(log):
    as_superuser("INSERT INTO audit_auditentry (actor_name, via, verb, object_type, object_id, unit_path, reason, request_id, nonce, mac)"
                 " VALUES ('auditor', 'web', 'progress.approve', '', '1', '', '', '', 'n', repeat('a', 64))")  # fmt: skip
    forged = AuditEntry.objects.latest("id").pk
    assert verify().entry_id == forged
    seal_pending()
    assert verify().entry_id == forged


def test_swapped_seals_are_found(log):
    first, second = log[3].pk, log[4].pk
    as_superuser("UPDATE audit_auditseal SET entry_id = -1 WHERE entry_id = %s", [first])
    as_superuser("UPDATE audit_auditseal SET entry_id = %s WHERE entry_id = %s", [first, second])
    as_superuser("UPDATE audit_auditseal SET entry_id = %s WHERE entry_id = -1", [second])
    assert verify().entry_id == second


def test_reordered_seals_are_found(log):
    as_superuser("UPDATE audit_auditseal SET seq = -1 WHERE seq = 4")
    as_superuser("UPDATE audit_auditseal SET seq = 4 WHERE seq = 5")
    as_superuser("UPDATE audit_auditseal SET seq = 5 WHERE seq = -1")
    assert "seal 4" in verify().broken


def test_a_chain_built_anew_without_the_key_is_found(log, settings):
    """Somebody who knows the code but not the key removes the last entries and seals again."""
    as_superuser("DELETE FROM audit_auditentry WHERE id = %s", [log[2].pk])
    as_superuser("DELETE FROM audit_auditseal")
    kept, settings.AUDIT_KEY = settings.AUDIT_KEY, "guessed"
    seal_pending()
    settings.AUDIT_KEY = kept
    assert not verify(anchors={}).holds


def test_a_tail_cut_off_is_found_by_the_anchor_only(log):
    as_superuser("DELETE FROM audit_auditseal WHERE seq > 9")
    as_superuser("DELETE FROM audit_auditentry WHERE id > %s", [log[8].pk])
    assert verify(anchors={}).holds
    assert "tail was cut off" in verify().broken


def test_random_edits_never_pass(log):
    """One random byte of one random text column at a time, each undone before the next."""
    chance = random.Random(410400)
    columns = ["actor_name", "verb", "object_type", "object_id", "unit_path", "reason", "request_id", "nonce", "mac"]
    for _round in range(150):
        entry, column = chance.choice(log), chance.choice(columns)
        old = getattr(entry, column)
        place = chance.randrange(len(old) + 1)
        new = old[:place] + chance.choice("abcdef0123456789") + old[place + 1 :]
        if new == old:
            continue
        as_superuser(f"UPDATE audit_auditentry SET {column} = %s WHERE id = %s", [new[:64], entry.pk])
        assert verify(anchors={}).entry_id == entry.pk, (column, old, new)
        as_superuser(f"UPDATE audit_auditentry SET {column} = %s WHERE id = %s", [old, entry.pk])
    assert verify().holds


@pytest.mark.parametrize(
    "value",
    [
        1e16,
        0.1,
        1e-7,
        2**70,
        -(2**63),
        "a\0b",
        "\ud800",
        "平顶山",
        True,
        None,
        [1.5, {"x": 2.50}],
        {"深": {"层": Decimal("1.10")}},
    ],
)
def test_what_postgresql_would_rewrite_is_written_so_that_it_verifies(value):
    record("x.y", before={"value": value}, after={"键\0": value}, reason="原因\0", object_id="a\0")
    seal_pending()
    assert verify().holds


@pytest.mark.parametrize("address", ["10.0.0.1", "FE80::0:1", "::ffff:10.1.2.3", "::10.1.2.3", "2001:db8:0:0:1:0:0:1"])
def test_addresses_verify_however_they_are_abbreviated(address):
    with acting(via="web", address=address, request_id="r"):
        record("x.y")
    seal_pending()
    assert verify().holds


def test_record_many_writes_one_verifiable_entry_a_row():
    assert record_many("x.y", [{"object_id": 1, "after": {"a": 1}}, {"object_id": 2}]) == 2
    assert seal_pending() == 2
    assert verify().holds


def test_the_command_prints_counts_and_root_and_names_the_break(log):
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    assert "12 entries sealed" in out.getvalue()
    assert AuditSeal.objects.latest("seq").digest in out.getvalue()
    as_superuser("UPDATE audit_auditentry SET verb = 'x.z' WHERE id = %s", [log[0].pk])
    with pytest.raises(CommandError) as caught:
        call_command("verify_audit", stdout=out)
    assert caught.value.returncode == 1
    assert f"id {log[0].pk}" in str(caught.value)
    assert "x.z" in str(caught.value)


def test_the_command_reads_a_copied_anchor_file_and_refuses_a_damaged_one(log, tmp_path):
    copy = tmp_path / "copy.txt"
    copy.write_text("12 " + AuditSeal.objects.latest("seq").digest + "\n")
    call_command("verify_audit", anchors=str(copy), stdout=io.StringIO())
    copy.write_text("13 " + "0" * 64 + "\n")
    with pytest.raises(CommandError, match="tail was cut off"):
        call_command("verify_audit", anchors=str(copy), stdout=io.StringIO())
    copy.write_text("12 short\n")
    with pytest.raises(CommandError, match="line 1"):
        call_command("verify_audit", anchors=str(copy), stdout=io.StringIO())


def test_entries_behind_the_window_are_sealed_by_the_full_run(log, monkeypatch):
    monkeypatch.setattr("audit.services.seal.WINDOW", 2)
    as_superuser("DELETE FROM audit_auditseal WHERE seq <= 2")
    assert seal_pending() == 0
    assert seal_pending(everything=True) == 2


@pytest.mark.django_db(transaction=True)
def test_sealing_beside_writers_leaves_no_gap_and_nothing_behind():
    """Four writers with open transactions, three sealers: ids commit out of order."""
    stop, failures = threading.Event(), []

    def write(number):
        try:
            for turn in range(25):
                with transaction.atomic():
                    record("x.y", object_id=f"{number}.{turn}")
                    stop.wait(0.002 * (number % 3))
                    record("x.y", object_id=f"{number}.{turn}b")
        except Exception as error:  # noqa: BLE001  reported by the assertion below
            failures.append(error)
        finally:
            connections.close_all()

    def seal():
        try:
            while not stop.is_set():
                seal_pending(limit=7)
        except Exception as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=[number]) for number in range(4)]
    sealers = [threading.Thread(target=seal) for _number in range(3)]
    for thread in writers + sealers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in sealers:
        thread.join()
    while seal_pending():
        pass
    verdict = verify()
    assert not failures
    assert (verdict.broken, verdict.sealed, verdict.unsealed) == ("", 200, 0)
    assert read_anchors()[200] == verdict.root
