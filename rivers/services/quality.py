"""Recording the class of the water and the chiefs. A correction closes the old row and wants a reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from unicodedata import lookup

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import require
from programs.errors import RuleViolation
from programs.models import Programme, Role
from rivers.models import RiverChief, WaterBody, WaterQuality

WRITERS = (Role.REPORTER, Role.REVIEWER, Role.APPROVER)
ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}
SIGNS = {"\u2160": 1, "\u2161": 2, "\u2162": 3, "\u2163": 4, "\u2164": 5}  # the single characters of Roman one to five
WORSE = lookup("CJK UNIFIED IDEOGRAPH-52A3")  # the character in front of class five for what is worse
CLASS_WORD = lookup("CJK UNIFIED IDEOGRAPH-7C7B")  # the word for class, as written behind the numeral


def read_grade(text: str) -> int | None:
    """1 to 6 from what officials write (``3``, ``III``, the single Roman character, worse than five); None: empty.

    Raises ValueError for anything else.
    """
    plain = re.sub(r"\s", "", text).upper().removesuffix(CLASS_WORD)
    if plain in {"", "-", "—", "/"}:
        return None
    if plain.startswith(WORSE) or plain == "6":
        rest = plain.removeprefix(WORSE)
        if plain == "6" or rest in {"V", "\u2164", "5"}:
            return WaterQuality.Grade.BELOW_V
        raise ValueError(text)
    grade = SIGNS.get(plain) or ROMAN.get(plain) or (int(plain) if plain in {"1", "2", "3", "4", "5"} else None)
    if grade is None:
        raise ValueError(text)
    return grade


@transaction.atomic
def record_classes(
    *, actor: User, programme: Programme, classes: Mapping[tuple[int, date], int], source: str, reason: str = ""
) -> int:
    """Store classes by (number of the water, first day of the month); returns how many rows were written.

    What is equal is left alone. Raises RuleViolation ``bad_classes`` whose ``errors`` name every month that cannot be
    stored (unknown water, month to come, correction without a reason), PermissionDenied; then nothing is written.
    """
    numbers = {seq for seq, _month in classes}
    waters = {
        water.seq: water
        for water in WaterBody.objects.select_for_update(of=("self",))
        .select_related("project__unit")
        .filter(programme=programme, seq__in=numbers)
        .order_by("seq")
    }
    errors = [_unknown(seq) for seq in sorted(numbers - set(waters))]
    for water in waters.values():
        require(actor, WRITERS, unit=water.project.unit, programme=programme)
    if not source.strip():
        errors.append(
            RuleViolation("source", _("The source is missing."), field="source", next_step=_("Say who measured."))
        )
    held = {
        (row.water_id, row.month): row
        for row in WaterQuality.objects.filter(water__in=waters.values(), replaced_at=None)
    }
    changed = []
    for (seq, month), grade in sorted(classes.items()):
        if seq not in waters:
            continue
        water = waters[seq]
        before = held.get((water.pk, month))
        if before is not None and before.grade == grade:
            continue
        errors += _wrong(seq, month, grade, before, reason)
        changed.append((water, month, grade, before))
    if errors:
        raise RuleViolation(
            "bad_classes",
            _("%(count)s things stand in the way; nothing was stored.") % {"count": len(errors)},
            errors=errors,
        )
    _store(actor, changed, source.strip(), reason.strip())
    return len(changed)


def _store(actor: User, changed: list, source: str, reason: str) -> None:
    replaced = [before.pk for *_rest, before in changed if before is not None]
    WaterQuality.objects.filter(pk__in=replaced).update(replaced_at=timezone.now())
    WaterQuality.objects.bulk_create(
        WaterQuality(
            water=water,
            month=month,
            grade=grade,
            source=source,
            reason=reason if before is not None else "",
            recorded_by=actor,
        )
        for water, month, grade, before in changed
    )
    for water in {one[0].pk: one[0] for one in changed}.values():
        mine = [one for one in changed if one[0] is water]
        record(
            "river.classes",
            actor=actor,
            obj=water,
            unit_path=water.project.unit.path,
            reason=reason,
            before={f"{month:%Y-%m}": old.grade for _w, month, _g, old in mine if old is not None},
            after={f"{month:%Y-%m}": grade for _w, month, grade, _old in mine} | {"source": source},
        )


def _unknown(seq: int) -> RuleViolation:
    return RuleViolation(
        "unknown_water",
        _("There is no water number %(seq)s in the register.") % {"seq": seq},
        field="lines",
        next_step=_("Use the number of the plan's list; names repeat."),
    )


def _wrong(seq: int, month: date, grade: int, before: WaterQuality | None, reason: str) -> list[RuleViolation]:
    where = {"seq": seq, "month": f"{month:%Y-%m}"}
    if grade not in WaterQuality.Grade.values:
        return [
            RuleViolation(
                "grade",
                _("Number %(seq)s, %(month)s: the class runs from 1 to 6.") % where,
                field="lines",
                next_step=_("Correct the class."),
            )
        ]
    if month > timezone.localdate():
        return [
            RuleViolation(
                "future",
                _("Number %(seq)s: %(month)s has not come yet.") % where,
                field="lines",
                next_step=_("Leave the cell empty."),
            )
        ]
    if before is not None and not reason.strip():
        return [
            RuleViolation(
                "reason",
                _("Number %(seq)s, %(month)s: class %(old)s is recorded; a correction wants a reason.")
                % (where | {"old": before.get_grade_display()}),
                field="reason",
                next_step=_("Write the reason, or leave the cell empty."),
            )
        ]
    return []


@transaction.atomic
def name_chief(*, actor: User, water: WaterBody, level: str, person: str, post: str, since: date) -> RiverChief:
    """Name the chief of one level; whoever held it leaves the day before ``since``.

    Raises RuleViolation ``since`` when that is not after the day the one before began, PermissionDenied.
    """
    water = (
        WaterBody.objects.select_for_update(of=("self",)).select_related("project__unit", "programme").get(pk=water.pk)
    )
    require(actor, WRITERS, unit=water.project.unit, programme=water.programme)
    before = water.chiefs.filter(level=level, until=None).first()
    if before is not None:
        if since <= before.since:
            raise RuleViolation(
                "since",
                _("%(person)s holds this level since %(day)s; the next begins later.")
                % {"person": before.person, "day": before.since},
                field="since",
                next_step=_("Correct the day."),
            )
        before.until = since - timedelta(days=1)
        before.save(update_fields=["until"])
    chief = RiverChief.objects.create(
        water=water, level=level, person=person.strip(), post=post.strip(), since=since, recorded_by=actor
    )
    record(
        "river.chief",
        actor=actor,
        obj=water,
        unit_path=water.project.unit.path,
        before={"level": level, "person": before.person} if before else None,
        after={"level": level, "person": chief.person, "post": chief.post, "since": since},
    )
    return chief
