"""Checking a file against what was published: by code, by both digests."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from programs.documents.wording import Wording
from programs.models import Bulletin, Job
from programs.services.files import Digests

SAME, OTHER_VERSION, DIFFERENT = "same", "other_version", "different"


@dataclass(frozen=True)
class Answer:
    """``kind``: same, other_version (a file of this bulletin, but not the published one) or different. ``found``: the file's digests."""

    kind: str
    found: Digests
    words: str = ""


def normal_code(text: str) -> str:
    """``7k3m q2wd94txhb6n`` → ``7K3M-Q2WD-94TX-HB6N``."""
    plain = re.sub(r"[^0-9A-Z]", "", text.upper())
    return "-".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def find(code: str) -> Bulletin | None:
    """The bulletin that carries ``code``, whatever its state: a draft's paper must not pass for unknown."""
    rows = Bulletin.objects.select_related("programme__jurisdiction", "period", "file")
    return rows.filter(code=normal_code(code)).first()


def compare(bulletin: Bulletin, found: Digests) -> Answer:
    """Whether the digests are those of the published file, of another file of the same bulletin, or of none."""
    printed = bulletin.file if bulletin.published_at is not None else None
    if printed is not None and (found.sha256, found.sm3) == (printed.sha256, printed.sm3):
        return Answer(SAME, found)
    if Job.objects.filter(params__bulletin=bulletin.pk, result__sha256=found.sha256, result__sm3=found.sm3).exists():
        return Answer(OTHER_VERSION, found, _("This is a draft of the bulletin, printed before it was published."))
    other = (
        Bulletin.objects.filter(file__sha256=found.sha256, file__sm3=found.sm3, published_at__isnull=False)
        .exclude(pk=bulletin.pk)
        .first()
    )
    if other is not None:
        return Answer(OTHER_VERSION, found, _("This is the bulletin with the code %(code)s.") % {"code": other.code})
    return Answer(DIFFERENT, found)


def facts(bulletin: Bulletin) -> list[tuple[str, str]]:
    """What the public page shows of a published bulletin. No figures, no names of people."""
    words = Wording(bulletin.snapshot)
    return [
        (_("Issued by"), words.issuer), (_("Programme"), words.programme), (_("Period"), words.period),
        (_("Number"), _("No. %(number)s of %(year)s") % {"number": bulletin.issue_no, "year": bulletin.year}),
        (_("Published on"), f"{timezone.localtime(bulletin.published_at):%Y-%m-%d}" if bulletin.published_at else _("not published")),
        (_("Figures as of"), f"{words.as_of:%Y-%m-%d %H:%M:%S}"), (_("Verification code"), bulletin.code),
    ]  # fmt: skip
