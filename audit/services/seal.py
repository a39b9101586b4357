"""Chaining entries in batches, outside the transactions that wrote them, and checking the chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import connection, transaction

from audit.anchor import read_anchors, write_anchor
from audit.canonical import GENESIS, digest_of, mac_of
from audit.models import AuditEntry, AuditSeal

LOCK = 0x6C756F73  # one sealer at a time: pg_advisory_xact_lock
BATCH = 5000
CHUNK = 2000  # rows held in memory while verifying
WINDOW = 200_000  # ids before the newest sealed one that are looked at each time; ids are given out before they commit


def seal_pending(limit: int = BATCH, *, everything: bool = False) -> int:
    """Chain up to ``limit`` unsealed entries; returns how many. Safe to run twice at once and to be killed.

    Looks at recent ids only, so that a run costs the same in the tenth year; ``everything`` (hourly) also finds entries
    of a transaction that stayed open while more than ``WINDOW`` others were written.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return 0
        last = AuditSeal.objects.order_by("-seq").first()
        seq, previous = (last.seq, last.digest) if last else (0, GENESIS)
        unsealed = AuditEntry.objects.filter(seal=None)
        if last and not everything:
            unsealed = unsealed.filter(pk__gt=last.entry_id - WINDOW)
        seals = []
        for entry in unsealed.order_by("pk")[:limit]:
            seq += 1
            digest = digest_of(previous, entry)
            seals.append(AuditSeal(seq=seq, entry=entry, previous=previous, digest=digest))
            previous = digest
        AuditSeal.objects.bulk_create(seals, batch_size=1000)
    if seals:
        write_anchor(seq, previous)
    return len(seals)


@dataclass
class Verdict:
    """Outcome of a verification. ``broken`` names the first break, empty when the chain holds."""

    sealed: int = 0
    unsealed: int = 0
    root: str = GENESIS
    broken: str = ""
    entry_id: int | None = None
    entry_at: datetime | None = None
    entry_verb: str = ""
    anchors_checked: int = 0

    @property
    def holds(self) -> bool:
        return not self.broken

    def blame(self, problem: str, entry_id: int | None = None, entry: AuditEntry | None = None) -> None:
        """Note the first break."""
        self.broken, self.entry_id = problem, entry_id
        if entry is not None:
            self.entry_at, self.entry_verb = entry.at, entry.verb


def verify(*, anchors: dict[int, str] | None = None) -> Verdict:
    """Walk the chain from its start; stop at the first break and name it.

    Finds an entry changed (digest or mac differs), removed (a sequence number or its entry is missing), inserted (mac does
    not verify, sealed or not), reordered (previous digest differs) and a tail cut off (an anchor kept outside the database
    names a seal that is not there). ``anchors`` maps sequence numbers to digests; default: the anchor file, read before
    the walk, because new seals are anchored after their commit.
    """
    anchors = read_anchors() if anchors is None else anchors
    verdict = Verdict()
    expected, previous = 1, GENESIS
    for seal, entry in _sealed():
        problem = _problem_with(seal, entry, expected, previous) or _differs_from_anchor(seal, anchors)
        if problem:
            verdict.blame(problem, seal.entry_id, entry)
            return verdict
        verdict.anchors_checked += seal.seq in anchors
        verdict.sealed, verdict.root = seal.seq, seal.digest
        expected, previous = expected + 1, seal.digest
    cut = [seq for seq in anchors if seq > verdict.sealed]
    if cut:
        verdict.blame(
            f"the log ends at seal {verdict.sealed}, but an anchor outside the database names seal {max(cut)}: the tail was cut off"
        )
        return verdict
    for entry in AuditEntry.objects.filter(seal=None).order_by("pk").iterator(chunk_size=CHUNK):
        verdict.unsealed += 1
        if verdict.holds and mac_of(entry) != entry.mac:
            verdict.blame(
                f"entry {entry.pk} (not sealed yet) was not written by the application, or changed", entry.pk, entry
            )
    return verdict


def _sealed() -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    """Every seal in order with its entry; None for an entry that is gone (an inner join would hide its seal)."""
    seals = AuditSeal.objects.order_by("seq").iterator(chunk_size=CHUNK)
    while chunk := list(islice(seals, CHUNK)):
        entries = AuditEntry.objects.in_bulk([seal.entry_id for seal in chunk])
        yield from ((seal, entries.get(seal.entry_id)) for seal in chunk)


def _problem_with(seal: AuditSeal, entry: AuditEntry | None, expected: int, previous: str) -> str:
    if seal.seq != expected:
        return f"seal {expected} is missing (next is {seal.seq}, entry {seal.entry_id})"
    if entry is None:
        return f"entry {seal.entry_id} was removed (seal {seal.seq})"
    if mac_of(entry) != entry.mac:
        return f"entry {entry.pk} was changed or not written by the application (seal {seal.seq})"
    if seal.previous != previous:
        return f"seal {seal.seq} (entry {entry.pk}) does not continue seal {seal.seq - 1}"
    if digest_of(previous, entry) != seal.digest:
        return f"entry {entry.pk} does not match its seal {seal.seq}"
    return ""


def _differs_from_anchor(seal: AuditSeal, anchors: dict[int, str]) -> str:
    if anchors.get(seal.seq, seal.digest) == seal.digest:
        return ""
    return f"seal {seal.seq} differs from the anchor kept outside the database"
