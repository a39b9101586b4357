"""How a programme's units are ranked: weights of results, set by the leading bureau with a reason, version by version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import Programme, RankingRule, Role

COMPLETION, VALUE = "completion", "value"
ZERO, EXCLUDED = "zero", "excluded"
FULL = Decimal(100)
MOST, DECIMALS = Decimal(10) ** 12, 4  # of a number in a rule


@dataclass(frozen=True)
class RulePart:
    """One result that counts. ``measure`` completion: weight × share of the way to the target; value: weight × value/full."""

    indicator: str
    weight: Decimal
    measure: str = COMPLETION
    full: Decimal | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "indicator": self.indicator,
            "weight": str(self.weight),
            "measure": self.measure,
            "full": None if self.full is None else str(self.full),
        }


def parts_of(rule: RankingRule) -> list[RulePart]:
    """The stored parts as values."""
    return [
        RulePart(
            one["indicator"], Decimal(one["weight"]), one["measure"], Decimal(one["full"]) if one.get("full") else None
        )
        for one in rule.parts
    ]


def current_rule(programme: Programme) -> RankingRule | None:
    """The rule in force; the first one is made of the weights of the pack. None: the programme weighs nothing."""
    rule = programme.ranking_rules.filter(replaced_at=None).first()
    if rule is not None:
        return rule
    weighted = list(programme.indicators.filter(weight__gt=0).order_by("position").values_list("code", "weight"))
    if not weighted:
        return None
    with transaction.atomic():
        Programme.objects.select_for_update().get(pk=programme.pk)
        rule, _created = RankingRule.objects.get_or_create(
            programme=programme,
            version=1,
            defaults={
                "parts": [RulePart(code, weight).as_json() for code, weight in weighted],
                "missing": EXCLUDED,
                "reason": _("Weights of the data pack (set by the city)"),
            },
        )
    return rule


@transaction.atomic
def set_rule(
    *,
    actor: User,
    programme: Programme,
    seen_version: int,
    parts: Sequence[RulePart],
    missing: str,
    appeal_workdays: int,
    reason: str,
    minimum_share: int = RankingRule.MINIMUM_SHARE,
) -> RankingRule:
    """A new version; papers already made keep theirs. Raises RuleViolation ``bad_rule`` with each mistake, Conflict."""
    require(actor, Role.APPROVER, unit=programme.jurisdiction, programme=programme)
    Programme.objects.select_for_update().get(pk=programme.pk)
    now = current_rule(programme)
    newest = now.version if now else 0
    if newest != seen_version:
        raise Conflict(
            "changed_meanwhile",
            _("The rule has version %(number)s now.") % {"number": newest},
            next_step=_("Reload and look at the new rule first."),
        )
    _refuse_bad(programme, parts, missing, appeal_workdays, minimum_share, reason)
    programme.ranking_rules.filter(replaced_at=None).update(replaced_at=timezone.now())
    rule = RankingRule.objects.create(
        programme=programme,
        version=newest + 1,
        parts=[part.as_json() for part in parts],
        missing=missing,
        minimum_share=minimum_share,
        appeal_workdays=appeal_workdays,
        reason=reason.strip(),
        set_by=actor,
    )
    record(
        "ranking.rule",
        actor=actor,
        obj=rule,
        unit_path=programme.jurisdiction.path,
        reason=reason,
        before={"parts": now.parts, "missing": now.missing, "minimum_share": now.minimum_share} if now else {},
        after={"parts": rule.parts, "missing": missing, "minimum_share": minimum_share, "version": rule.version},
    )
    return rule


def _refuse_bad(
    programme: Programme,
    parts: Sequence[RulePart],
    missing: str,
    appeal_workdays: int,
    minimum_share: int,
    reason: str,
) -> None:
    known = set(programme.indicators.values_list("code", flat=True))
    codes = [part.indicator for part in parts]
    total = sum((part.weight for part in parts), Decimal(0))
    found = [
        (wrong, field, words)
        for wrong, field, words in (
            (not parts, "parts", _("No result is weighed.")),
            (
                bool(set(codes) - known),
                "parts",
                _("Not an indicator of this programme: %(codes)s.") % {"codes": ", ".join(sorted(set(codes) - known))},
            ),
            (len(set(codes)) != len(codes), "parts", _("An indicator is weighed twice.")),
            (any(part.weight <= 0 for part in parts), "parts", _("Every weight is more than 0.")),
            (bool(parts) and total != FULL, "parts", _("The weights add up to %(total)s, not to 100.") % {"total": total}),
            (
                any(part.measure == VALUE and (part.full is None or part.full <= 0) for part in parts),
                "parts",
                _("A part judged by its value wants the value that earns the full weight."),
            ),
            (any(part.measure not in (COMPLETION, VALUE) for part in parts), "parts", _("A part is judged by completion or value.")),
            (missing not in (ZERO, EXCLUDED), "missing", _("A missing result counts as zero or is left out.")),
            (not 0 <= minimum_share <= 100, "minimum_share", _("The least share of the weights is 0 to 100 points.")),
            (not 1 <= appeal_workdays <= 30, "appeal_workdays", _("The time for appeals is 1 to 30 working days.")),
            (not reason.strip(), "reason", _("A change of the rule wants a reason.")),
        )
        if wrong
    ]  # fmt: skip
    if found:
        errors = [
            RuleViolation("bad_rule", words, field=field, next_step=_("Correct it; nothing was saved."))
            for _wrong, field, words in found
        ]
        raise RuleViolation(
            "bad_rule",
            " ".join(one.message for one in errors),
            field=errors[0].field if len(errors) == 1 else "",
            next_step=_("Correct it; nothing was saved."),
            errors=errors,
        )


def read_weight(text: str) -> Decimal:
    """A weight, or the value that earns full points, as typed. RuleViolation ``bad_rule`` for anything that is no plain number."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= MOST or value != round(value, DECIMALS):
        raise RuleViolation(
            "bad_rule",
            _("“%(text)s” is not a weight.") % {"text": text[:20]},
            field="parts",
            next_step=_("Write a number with at most %(decimals)s decimals.") % {"decimals": DECIMALS},
        )
    return value
