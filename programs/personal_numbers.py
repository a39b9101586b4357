"""Numbers of people and accounts in a text that is to be published (specification 7.8)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programs.errors import RuleViolation

# zero-width and soft characters are taken out first; blanks, dots and dashes of any width may stand between groups
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00b7\u30fb_", "-"))
RUN = re.compile(r"\d(?:[ \t\-.]{0,3}\d)*(?:[ \t\-.]{0,3}[Xx](?![A-Za-z]))?")
DAY = re.compile(r"(?:19|20)\d\d[-.](?:0?[1-9]|1[0-2])[-.](?:0?[1-9]|[12]\d|3[01])")
GROUP = re.compile(r"\d+[Xx]?|[Xx]")
MOST_GROUPS = 8  # nobody writes one number in more pieces
ID_LENGTH, MOBILE_LENGTH = 18, 11
CARD = range(16, 20)
SHORTEST_GROUP = 3  # of a mobile number written in groups
CARD_GROUP = 4
MOST_ERRORS = 20  # shown at once

Text = tuple[str, str | Promise, str]  # field of the form, what it is called, what it says


@dataclass(frozen=True)
class Found:
    """One number, masked: the first two and the last two characters stay."""

    kind: str | Promise
    masked: str


def find_numbers(text: str) -> list[Found]:
    """Every 18-character id, 11-digit mobile and 16 to 19-digit account number in ``text``, in order, masked.

    Full-width digits and blanks or dashes between groups do not hide one. A number in one piece counts whatever its
    digits; one in groups only if it could be what it looks like, so that a row of dates or figures passes.
    """
    plain = unicodedata.normalize("NFKC", text).translate(INVISIBLE).translate(DASHES)
    plain = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in plain)
    found: list[Found] = []
    for run in RUN.finditer(plain):
        if not DAY.sub("", run[0]).strip(" \t-."):
            continue  # dates only
        found += _in_groups(GROUP.findall(run[0]))
    return found


def _in_groups(groups: list[str]) -> Iterator[Found]:
    start = 0
    while start < len(groups):
        for end in range(min(len(groups), start + MOST_GROUPS), start, -1):
            kind = _kind(groups[start:end])
            if kind:
                number = "".join(groups[start:end])
                yield Found(kind, f"{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}")
                start = end - 1
                break
        start += 1


def _kind(groups: list[str]) -> str | Promise:
    number, is_whole = "".join(groups), len(groups) == 1
    digits = number.rstrip("Xx")
    mobile = digits[2:] if len(digits) == MOBILE_LENGTH + 2 and digits.startswith("86") else digits
    if len(number) == ID_LENGTH and (is_whole or _has_birthday(number)):
        return _("id number")
    if digits != number:
        return ""
    if len(mobile) == MOBILE_LENGTH and mobile[0] == "1" and (is_whole or _is_mobile(mobile, groups)):
        return _("mobile number")
    if len(digits) in CARD and (is_whole or _is_card(groups)):
        return _("account number")
    return ""


def _has_birthday(number: str) -> bool:
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return 1900 <= born.year <= 2100


def _is_mobile(number: str, groups: list[str]) -> bool:
    return number[1] in "3456789" and all(len(one) >= SHORTEST_GROUP or one == "86" for one in groups)


def _is_card(groups: list[str]) -> bool:
    return all(len(one) == CARD_GROUP for one in groups[:-1]) and len(groups) >= CARD_GROUP


def refuse(texts: Iterable[Text], *, next_step: str) -> None:
    """Refuse personal numbers in texts that are published: RuleViolation ``personal_number`` naming every place.

    Specification 7.8. What was found is shown masked, so that the message is no leak of its own.
    """
    errors = [
        RuleViolation(
            "personal_number",
            gettext("“%(place)s” contains what looks like an %(kind)s: %(masked)s.")
            % {"place": label, "kind": one.kind, "masked": one.masked},
            rule=gettext("Nothing published holds an id, mobile or account number."),
            field=field,
            next_step=next_step,
        )
        for field, label, text in texts
        for one in find_numbers(text)
    ]
    if errors:
        first = errors[0]
        raise RuleViolation(
            first.code,
            first.message,
            rule=first.rule,
            field=first.field,
            next_step=first.next_step,
            errors=errors[:MOST_ERRORS],
        )
