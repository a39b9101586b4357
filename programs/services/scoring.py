"""One item of a checklist judged: what was sent is parsed, held against the item's threshold or points, and compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from programs.errors import Conflict, RuleViolation
from programs.models import Checklist, ChecklistItem, InspectionScore

Result = InspectionScore.Result
FIELDS = ("result", "value", "points", "note")
SIGNS = {"gte": "≥", "lte": "≤", "eq": "="}
NOTE_LENGTH = 500


@dataclass(frozen=True)
class Sent:
    """One item as it was sent. ``base``: what the device had seen of it before (None: not said)."""

    item: ChecklistItem
    result: str
    value: Decimal | None
    points: Decimal | None
    note: str
    base: dict[str, str] | None = None

    def as_shown(self) -> dict[str, str]:
        """The four fields as text, as the page and the device keep them."""
        return shown(self.result, self.value, self.points, self.note)


def shown(result: str, value: Decimal | None, points: Decimal | None, note: str) -> dict[str, str]:
    """A score as text without trailing zeros; an empty string is not scored."""
    return {"result": result, "value": plain(value), "points": plain(points), "note": note}


def plain(number: Decimal | None) -> str:
    """``20.5000`` → ``20.5``, ``100`` → ``100``, None → empty."""
    if number is None:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class ScoreConflict(Conflict):
    """Somebody else scored the same items meanwhile. ``theirs``: by item code, what is stored, by whom and when."""

    def __init__(self, *, version: int, theirs: dict[str, dict[str, str]], errors: list[RuleViolation]) -> None:
        super().__init__(
            "newer_scores",
            _("Somebody else scored %(count)s of these items meanwhile; nothing was overwritten.")
            % {"count": len(theirs)},
            next_step=_("Choose for each of them which score holds, then save again."),
            errors=errors,
        )
        self.version, self.theirs = version, theirs


def threshold_of(item: ChecklistItem) -> str:
    """``≥ 20 ten thousand yuan``; empty for an item judged by eye."""
    if not item.comparator:
        return ""
    return " ".join(filter(None, (SIGNS[item.comparator], plain(item.threshold), item.measure)))


def meets(item: ChecklistItem, value: Decimal) -> bool:
    """Whether ``value`` satisfies the item's threshold; exactly at the threshold it does."""
    assert item.threshold is not None
    return {"gte": value >= item.threshold, "lte": value <= item.threshold, "eq": value == item.threshold}[
        item.comparator
    ]


def read_scores(
    scores: Iterable[Mapping[str, Any]], items: Mapping[str, ChecklistItem], mode: str
) -> tuple[list[Sent], list[RuleViolation]]:
    """What was sent, judged item by item, and everything that is wrong with it."""
    found, wrong, seen = [], [], set()
    for score in scores:
        code = str(score.get("item", ""))
        try:
            if code in seen:
                raise _refused(code, "item_twice", _("Item %(item)s was sent twice.") % {"item": code})
            seen.add(code)
            if code not in items:
                raise _refused(
                    code,
                    "item_unknown",
                    _("Item %(item)s is not on this checklist.") % {"item": code},
                    _("Reload the page."),
                )
            found.append(_judged(items[code], score, mode))
        except RuleViolation as violation:
            wrong.append(violation)
    return found, wrong


def _judged(item: ChecklistItem, score: Mapping[str, Any], mode: str) -> Sent:
    result = str(score.get("result") or "")
    if result not in Result.values:
        raise _refused(item.code, "result_unknown", _("“%(text)s” is no result.") % {"text": result[:20]})
    note = str(score.get("note") or "").strip()
    if len(note) > NOTE_LENGTH:
        raise _refused(
            item.code,
            "note_long",
            _("The remark on %(item)s has %(length)s characters; at most %(most)s are possible.")
            % {"item": item.code, "length": len(note), "most": NOTE_LENGTH},
            _("Shorten it; the conclusion has room for more."),
        )
    value, points = _number(item, score.get("value"), "value"), _number(item, score.get("points"), "points")
    if result == Result.NOT_APPLICABLE:
        if not item.may_not_apply:
            raise _refused(
                item.code,
                "must_apply",
                _("Item %(item)s applies everywhere; it cannot be left out.") % {"item": item.code},
                _("Score it."),
                item,
            )
        value = points = None
    if mode == Checklist.Mode.POINTS:
        _check_points(item, points)
        value = None
    else:
        points = None
        result = _by_threshold(item, result, value)
    base = score.get("base")
    return Sent(item, result, value, points, note, dict(base) if isinstance(base, Mapping) else None)


def _check_points(item: ChecklistItem, points: Decimal | None) -> None:
    most = item.points if item.points is not None else Decimal(0)
    if points is not None and not 0 <= points <= most:
        raise _refused(
            item.code,
            "points_range",
            _("Item %(item)s gives 0 to %(most)s points, not %(points)s.")
            % {"item": item.code, "most": plain(most), "points": plain(points)},
            _("Correct the points."),
            item,
        )


def _by_threshold(item: ChecklistItem, result: str, value: Decimal | None) -> str:
    """With a value the threshold decides; a result that says otherwise is refused, not bent."""
    if not item.comparator or value is None:
        return result
    judged = Result.PASS if meets(item, value) else Result.FAIL
    if result and result != judged:
        raise _refused(
            item.code,
            "against_threshold",
            _("Item %(item)s asks for %(threshold)s; the value is %(value)s.")
            % {"item": item.code, "threshold": threshold_of(item), "value": plain(value)},
            _("Correct the value or the result."),
            item,
        )
    return judged


def _number(item: ChecklistItem, typed: Any, name: str) -> Decimal | None:
    if typed is None or str(typed).strip() == "":
        return None
    digits, places = (14, 4) if name == "value" else (6, 2)
    try:
        number = Decimal(str(typed).strip())
        exponent = number.as_tuple().exponent
        if not number.is_finite() or not isinstance(exponent, int):
            raise InvalidOperation
        if number.adjusted() + 1 > digits - places or -exponent > places:
            raise InvalidOperation
    except InvalidOperation as error:
        raise _refused(
            item.code,
            "not_a_number",
            _("Item %(item)s: “%(text)s” is not a number with at most %(places)s decimals.")
            % {"item": item.code, "text": str(typed)[:20], "places": places},
            _("Correct the number."),
        ) from error
    return number


def _refused(
    code: str, reason: str, message: str, next_step: str = "", item: ChecklistItem | None = None
) -> RuleViolation:
    return RuleViolation(
        reason,
        message,
        rule=_("The checklist's rule for this item.") if item else "",
        clause=item.clause.path if item and item.clause else "",
        field=f"item-{code}",
        next_step=next_step or _("Correct the item and save again."),
    )


def compare(
    sent: Iterable[Sent], stored: Mapping[str, InspectionScore], *, is_stale: bool, version: int, actor_id: int
) -> list[Sent]:
    """Of what was sent, the items that differ from what is stored.

    Saved from an older version, an item may only be written when nobody else changed it: it equals what is stored (a
    repeat), its ``base`` does, or this same person wrote what is stored on top of that ``base`` (their answer was lost and
    they typed on). Raises ScoreConflict naming every other one; nothing is overwritten.
    """
    changed, errors, theirs = [], [], {}
    for one in sent:
        row = stored.get(one.item.code)
        now = shown_of(row)
        if one.as_shown() == now:
            continue
        if is_stale and not _is_on_top(one, row, now, actor_id):
            theirs[one.item.code] = now | ({"by": row.by.full_name, "at": row.at.isoformat()} if row else {})
            errors.append(
                RuleViolation(
                    "newer_score",
                    _("Item %(item)s was scored “%(theirs)s” by %(name)s meanwhile; you scored “%(mine)s”.")
                    % {
                        "item": one.item.code,
                        "theirs": in_words(now),
                        "name": row.by.full_name if row else "–",
                        "mine": in_words(one.as_shown()),
                    },
                    field=f"item-{one.item.code}",
                    next_step=_("Choose which of the two holds."),
                )
            )
        else:
            changed.append(one)
    if errors:
        raise ScoreConflict(version=version, theirs=theirs, errors=errors)
    return changed


def shown_of(row: InspectionScore | None) -> dict[str, str]:
    """The four fields of a stored score as text; all empty for an item nobody scored."""
    return shown(row.result, row.value, row.points, row.note) if row else shown("", None, None, "")


def _is_on_top(one: Sent, row: InspectionScore | None, now: Mapping[str, str], actor_id: int) -> bool:
    """Whether what was sent was typed on what is stored, or on what the same person's own last writing replaced."""
    if one.base is None:
        return False
    own = row is not None and row.by_id == actor_id and row.replaced is not None and _same(one.base, row.replaced)
    return own or _same(one.base, now)


def _same(base: Mapping[str, Any], now: Mapping[str, str]) -> bool:
    return all(str(base.get(name, "") or "") == now[name] for name in FIELDS)


def in_words(score: Mapping[str, str]) -> str:
    """A score in one phrase: result, value or points, remark."""
    label = str(Result(score["result"]).label) if score["result"] or not score["points"] else ""
    points = _("%(points)s points") % {"points": score["points"]} if score["points"] else ""
    return " · ".join(filter(None, (label, score["value"], points, score["note"])))
