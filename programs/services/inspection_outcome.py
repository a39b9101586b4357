"""What the scores of an inspection add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from programs.errors import RuleViolation
from programs.models import Checklist, ChecklistItem, Inspection, InspectionScore
from programs.services.scoring import plain, threshold_of

Result = InspectionScore.Result
Outcome = Inspection.Outcome


@dataclass(frozen=True)
class Verdict:
    """``total``: the sum of points; None item by item."""

    outcome: str
    total: Decimal | None


def judge(
    inspection: Inspection,
    items: Mapping[str, ChecklistItem],
    scores: Mapping[str, InspectionScore],
    *,
    inspected_on: date,
    conclusion: str,
    satisfaction: Decimal | None,
    outcome: str | None,
) -> Verdict:
    """The verdict; RuleViolation ``not_closable`` whose ``errors`` say everything that is missing."""
    wrong = _missing(inspected_on, conclusion, satisfaction)
    in_points = inspection.checklist.mode == Checklist.Mode.POINTS
    for item in items.values():
        problem = _unscored(item, scores.get(item.code), in_points=in_points)
        if problem:
            wrong.append(
                RuleViolation(
                    "item_open",
                    problem,
                    rule=_("Every item is looked at before an inspection is closed."),
                    clause=item.clause.path if item.clause else "",
                    field=f"item-{item.code}",
                    next_step=_("Score the item, or mark it as not applicable where it may be."),
                )
            )
    verdict = _by_points(inspection.checklist, scores, outcome) if in_points else _by_items(scores, outcome)
    if isinstance(verdict, RuleViolation):
        if not wrong:
            raise verdict
        verdict = Verdict("", None)
    if wrong:
        raise RuleViolation(
            "not_closable",
            wrong[0].message
            if len(wrong) == 1
            else _("%(count)s things are missing; the inspection stays open.") % {"count": len(wrong)},
            rule=wrong[0].rule if len(wrong) == 1 else "",
            clause=wrong[0].clause if len(wrong) == 1 else "",
            field=wrong[0].field,
            next_step=wrong[0].next_step,
            errors=wrong,
        )
    return verdict


def _missing(inspected_on: date, conclusion: str, satisfaction: Decimal | None) -> list[RuleViolation]:
    wrong = []
    today = timezone.localdate()
    if inspected_on > today:
        wrong.append(
            RuleViolation(
                "in_future",
                _("The day of the inspection, %(day)s, lies after today, %(today)s.")
                % {"day": inspected_on, "today": today},
                field="inspected_on",
                next_step=_("Enter the day on which it was inspected."),
            )
        )
    if not conclusion:
        wrong.append(
            RuleViolation(
                "conclusion_missing",
                _("The conclusion is empty."),
                field="conclusion",
                next_step=_("Write in a sentence or two what was found."),
            )
        )
    if satisfaction is not None and not 0 <= satisfaction <= 100:
        wrong.append(
            RuleViolation(
                "satisfaction_range",
                _("Satisfaction is a percentage from 0 to 100, not %(value)s.") % {"value": plain(satisfaction)},
                field="satisfaction",
                next_step=_("Correct the percentage, or leave it empty where nobody was asked."),
            )
        )
    return wrong


def _unscored(item: ChecklistItem, score: InspectionScore | None, *, in_points: bool) -> str:
    if score is not None and score.result == Result.NOT_APPLICABLE:
        return ""
    if in_points:
        return "" if score and score.points is not None else _("Item %(item)s has no points yet.") % {"item": item.code}
    if score is None or not score.result:
        return _("Item %(item)s has not been looked at.") % {"item": item.code}
    if item.comparator and score.value is None:
        return _("Item %(item)s asks for %(threshold)s; its value is missing.") % {
            "item": item.code,
            "threshold": threshold_of(item),
        }
    return ""


def _by_items(scores: Mapping[str, InspectionScore], outcome: str | None) -> Verdict | RuleViolation:
    results = {score.result for score in scores.values()}
    if not results & {Result.PASS, Result.FAIL}:
        return RuleViolation(
            "nothing_applies",
            _("Every item is marked as not applicable; there is nothing to decide on."),
            next_step=_("Score at least one item, or give the inspection up with a reason."),
        )
    computed = Outcome.FAIL if Result.FAIL in results else Outcome.PASS
    return _agreed(computed, outcome) or Verdict(computed, None)


def _by_points(
    checklist: Checklist, scores: Mapping[str, InspectionScore], outcome: str | None
) -> Verdict | RuleViolation:
    total = sum((score.points for score in scores.values() if score.points is not None), Decimal(0))
    if checklist.pass_points is not None:
        computed = Outcome.PASS if total >= checklist.pass_points else Outcome.FAIL
        return _agreed(computed, outcome) or Verdict(computed, total)
    if outcome not in (Outcome.PASS, Outcome.FAIL):
        return RuleViolation(
            "outcome_missing",
            _("%(list)s has no pass mark: %(total)s points decide nothing by themselves.")
            % {"list": checklist, "total": plain(total)},
            field="outcome",
            next_step=_("Say whether the inspection was passed."),
        )
    return Verdict(outcome, total)


def _agreed(computed: str, outcome: str | None) -> RuleViolation | None:
    """A refusal when somebody says otherwise than the scores."""
    if not outcome or outcome == computed:
        return None
    return RuleViolation(
        "outcome_against_scores",
        _("The scores say “%(computed)s”, not “%(given)s”.") % {"computed": Outcome(computed).label, "given": outcome},
        rule=_("The outcome follows from the scores."),
        field="outcome",
        next_step=_("Correct the scores, or leave the outcome to them."),
    )
