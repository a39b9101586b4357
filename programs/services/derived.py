"""Indicators that are worked out from others: made, changed and taken out of use by the bureau that leads the programme."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.formulas import Formula, FormulaError, circle, parse
from programs.models import Indicator, Programme, Role

Counting = Indicator.Counting


@dataclass(frozen=True)
class Definition:
    """What a derived indicator says of itself."""

    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    decimals: int
    direction: str
    definition_zh: str
    definition_en: str
    formula: str


@transaction.atomic
def create(*, actor: User, programme: Programme, code: str, definition: Definition) -> Indicator:
    """A new derived indicator. Raises RuleViolation (``formula``, ``unknown_code``, ``circle``, ``code_taken``)."""
    require(actor, Role.APPROVER, unit=programme.jurisdiction, programme=programme)
    Programme.objects.select_for_update().get(pk=programme.pk)  # two formulas must not close a circle at once
    if Indicator.objects.filter(code=code).exists():
        raise RuleViolation(
            "code_taken",
            _("An indicator has the code %(code)s already.") % {"code": code},
            field="code",
            next_step=_("Choose another code."),
        )
    checked(programme, definition.formula, own_code=code)
    last = programme.indicators.order_by("-position").values_list("position", flat=True).first() or 0
    indicator = Indicator.objects.create(
        programme=programme,
        code=code,
        counting=Counting.FORMULA,
        is_reported=False,
        position=last + 1,
        **asdict(definition),
    )
    record(
        "indicator.derive",
        actor=actor,
        obj=indicator,
        unit_path=programme.jurisdiction.path,
        after={"code": code} | asdict(definition),
    )
    return indicator


@transaction.atomic
def change(*, actor: User, indicator_id: int, formula_seen: str, definition: Definition, reason: str) -> Indicator:
    """Another formula or other words. ``formula_seen``: the one the person started from. Published papers keep theirs."""
    indicator = _locked(actor, indicator_id)
    programme = indicator.programme
    if indicator.formula != formula_seen:
        raise Conflict(
            "changed_meanwhile",
            _("Somebody changed this formula meanwhile."),
            next_step=_("Reload and look at the new formula first."),
        )
    if not reason.strip():
        raise RuleViolation(
            "reason_missing",
            _("A change of a formula wants a reason."),
            field="reason",
            next_step=_("Write why; figures of all periods are worked out anew by it."),
        )
    checked(programme, definition.formula, own_code=indicator.code)
    wanted = asdict(definition)
    before = {name: getattr(indicator, name) for name in wanted if getattr(indicator, name) != wanted[name]}
    for name, value in wanted.items():
        setattr(indicator, name, value)
    indicator.save(update_fields=list(wanted))
    record(
        "indicator.derive",
        actor=actor,
        obj=indicator,
        unit_path=programme.jurisdiction.path,
        reason=reason,
        before=before,
        after={name: wanted[name] for name in before},
    )
    return indicator


@transaction.atomic
def retire(*, actor: User, indicator_id: int, reason: str) -> Indicator:
    """Take a derived indicator out of use from tomorrow on. Periods that have ended, papers and targets keep it.

    Raises RuleViolation (``reason_missing``, ``still_used`` by another formula or by the ranking rule), Conflict.
    """
    indicator = _locked(actor, indicator_id)
    programme = indicator.programme
    if not reason.strip():
        raise RuleViolation(
            "reason_missing",
            _("Taking a formula out of use wants a reason."),
            field="reason",
            next_step=_("Write why; it stays in the audit log."),
        )
    if users := _users_of(indicator):
        raise RuleViolation(
            "still_used",
            _("It is still used by: %(names)s.") % {"names": ", ".join(users)},
            rule=_("what others are worked out from stays in use"),
            field="reason",
            next_step=_("Change these first."),
        )
    indicator.valid_to = timezone.localdate()
    indicator.save(update_fields=["valid_to"])
    record(
        "indicator.retire",
        actor=actor,
        obj=indicator,
        unit_path=programme.jurisdiction.path,
        reason=reason.strip(),
        before={"valid_to": None},
        after={"valid_to": indicator.valid_to},
    )
    return indicator


def _users_of(indicator: Indicator) -> list[str]:
    """Names of the formulas in use that refer to it, and of the ranking rule when it weighs it."""
    programme = indicator.programme
    formulas = programme.indicators.filter(counting=Counting.FORMULA, valid_to=None).exclude(pk=indicator.pk)
    found = [one.name for one in formulas if indicator.code in parse(one.formula).codes]
    rule = programme.ranking_rules.filter(replaced_at=None).first()
    if rule is not None and any(part["indicator"] == indicator.code for part in rule.parts):
        found.append(_("the ranking rule, version %(number)s") % {"number": rule.version})
    return found


def _refuse_retired(indicator: Indicator) -> None:
    if indicator.valid_to is not None:
        raise Conflict(
            "retired",
            _("This formula is out of use since %(day)s.") % {"day": indicator.valid_to.isoformat()},
            next_step=_("Make a new one under another code."),
        )


def checked(programme: Programme, text: str, *, own_code: str) -> Formula:
    """The formula, if it can be read, names indicators of the programme only, and closes no circle."""
    try:
        formula = parse(text)
    except FormulaError as error:
        raise RuleViolation("formula", str(error), field="formula", next_step=_("Correct the formula.")) from error
    formulas = dict(
        programme.indicators.filter(counting=Counting.FORMULA).exclude(code=own_code).values_list("code", "formula")
    )
    in_use = programme.indicators.exclude(counting=Counting.FORMULA, valid_to__isnull=False)
    known = set(in_use.values_list("code", flat=True)) | {own_code}
    if unknown := [code for code in formula.codes if code not in known]:
        raise RuleViolation(
            "unknown_code",
            _("This programme has no indicator %(codes)s in use.") % {"codes": ", ".join(unknown)},
            field="formula",
            next_step=_("Use the codes listed beside the form."),
        )
    if not formula.codes:
        raise RuleViolation(
            "formula",
            _("The formula names no indicator."),
            field="formula",
            next_step=_("A constant is a target, not an indicator."),
        )
    if way := circle(own_code, formula.codes, formulas):
        raise RuleViolation(
            "circle",
            _("The formula comes back to itself: %(way)s.") % {"way": " → ".join(way)},
            field="formula",
            next_step=_("Take one of these indicators out of the formula."),
        )
    return formula


def _locked(actor: User, indicator_id: int) -> Indicator:
    """The derived indicator and its programme under row locks, for who approves there; one in use."""
    indicator = (
        Indicator.objects.select_for_update(of=("self",))
        .select_related("programme__jurisdiction")
        .get(pk=indicator_id, counting=Counting.FORMULA)
    )
    programme = indicator.programme
    require(actor, Role.APPROVER, unit=programme.jurisdiction, programme=programme)
    Programme.objects.select_for_update().get(pk=programme.pk)
    _refuse_retired(indicator)
    return indicator
