"""Chaining entries in batches, outside the transactions that wrote them, and checking the chain."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection, transaction

from audit.anchor import read_anchors, write_anchor
from audit.canonical import GENESIS, digest_of, mac_of
from audit.models import AuditEntry, AuditSeal

LOCK = 0x6C756F73  # one sealer at a time: pg_advisory_xact_lock
BATCH = 5000


def seal_pending(limit: int = BATCH) -> int:
    """Chain up to ``limit`` unsealed entries; returns how many. Safe to run twice at once and to be killed."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return 0
        last = AuditSeal.objects.order_by("-seq").first()
        seq, previous = (last.seq, last.digest) if last else (0, GENESIS)
        pending = list(AuditEntry.objects.filter(seal=None).order_by("pk")[:limit])
        seals = []
        for entry in pending:
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
    anchors_checked: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.broken


def verify(*, anchors: dict[int, str] | None = None) -> Verdict:
    """Walk the chain from its start; stop at the first break and name it.

    Finds an entry changed (digest or mac differs), removed (a sequence number or its entry is missing), inserted (mac does
    not verify, sealed or not), reordered (previous digest differs) and a tail cut off (an anchor kept outside the database
    names a seal that is not there). ``anchors`` maps sequence numbers to digests; default: the anchor file.
    """
    verdict = Verdict()
    anchors = read_anchors() if anchors is None else anchors
    expected, previous = 1, GENESIS
    for seal in AuditSeal.objects.select_related("entry").order_by("seq").iterator(chunk_size=2000):
        problem = _problem_with(seal, expected, previous)
        if problem:
            verdict.broken, verdict.entry_id = problem, seal.entry_id
            return verdict
        if seal.seq in anchors:
            if anchors[seal.seq] != seal.digest:
                verdict.broken = f"seal {seal.seq} differs from the anchor kept outside the database"
                verdict.entry_id = seal.entry_id
                return verdict
            verdict.anchors_checked += 1
        verdict.sealed, verdict.root = seal.seq, seal.digest
        expected, previous = expected + 1, seal.digest
    cut = [seq for seq in anchors if seq > verdict.sealed]
    if cut:
        verdict.broken = f"the log ends at seal {verdict.sealed}, but an anchor outside the database names seal {max(cut)}: the tail was cut off"
        return verdict
    for entry in AuditEntry.objects.filter(seal=None).order_by("pk").iterator(chunk_size=2000):
        verdict.unsealed += 1
        if mac_of(entry) != entry.mac and not verdict.broken:
            verdict.broken, verdict.entry_id = f"entry {entry.pk} (not sealed yet) was not written by the application", entry.pk
    return verdict


def _problem_with(seal: AuditSeal, expected: int, previous: str) -> str:
    entry = seal.entry
    if seal.seq != expected:
        return f"seal {expected} is missing (next is {seal.seq}, entry {seal.entry_id})"
    if mac_of(entry) != entry.mac:
        return f"entry {entry.pk} was changed or not written by the application (seal {seal.seq})"
    if seal.previous != previous:
        return f"seal {seal.seq} (entry {entry.pk}) does not continue seal {seal.seq - 1}"
    if digest_of(previous, entry) != seal.digest:
        return f"entry {entry.pk} does not match its seal {seal.seq}"
    return ""
