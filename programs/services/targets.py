"""Assigning targets: splitting one over the units below, and setting one. Versions are closed and inserted, never edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from policies.models import Document
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import Indicator, Programme, Role, Target, Unit
from programs.numbers import NotANumber, read_number
from programs.queries.derived import DERIVED
from programs.services.target_times import PeriodKey

State = Target.State
# comparators that judge by one number; a range, a series or words cannot be handed down with a share
ONE_NUMBER = {
    Target.Comparator.GTE,
    Target.Comparator.GT,
    Target.Comparator.LTE,
    Target.Comparator.LT,
    Target.Comparator.EQ,
    Target.Comparator.ABOUT,
}


@dataclass(frozen=True)
class Basis:
    """Why a target is set: a written reason, and the paper that allows it (in the library, or named in words)."""

    reason: str
    document: Document | None = None
    paper: str = ""


@dataclass(frozen=True)
class Assigned:
    """What stands in one cell of a split: a number, nothing (not assigned), or “/” (not applicable)."""

    state: str
    value: Decimal | None = None


@dataclass(frozen=True)
class Split:
    """Outcome: the new versions, and how much the parts exceed the whole (0 when balanced)."""

    targets: list[Target]
    stretch: Decimal


def _refuse_derived(indicator: Indicator) -> None:
    if indicator.counting in DERIVED:
        raise RuleViolation(
            "not_additive",
            _("“%(name)s” is worked out from other figures; its parts do not add up to the whole.")
            % {"name": indicator.name},
            rule=_("Only figures that add up are split."),
            next_step=_("Split one of its inputs, or set a target for each unit."),
        )


@transaction.atomic
def break_down(
    *,
    actor: User,
    indicator: Indicator,
    unit: Unit,
    period: PeriodKey,
    shares: Mapping[int, str],
    seen: Mapping[int, int | None],
    basis: Basis,
    allow_stretch: bool = False,
) -> Split:
    """Split the target of ``unit`` over the units right below it.

    ``shares``: text typed per unit id ("" not assigned, "/" not applicable); ``seen``: id of the target version the person
    looked at, per unit id, the parent's included (None: none then). Raises Conflict ``changed_meanwhile`` when a version is
    another one now, RuleViolation ``unbalanced``, ``not_additive``, ``reason_missing``, ``basis_missing``, ``unchanged``,
    or ``bad_cells`` with one error per cell; PermissionDenied without the role of approver, or reviewer, over the unit.
    """
    programme = indicator.programme
    access = require(actor, {Role.APPROVER, Role.REVIEWER}, unit=unit, programme=programme)
    _refuse_derived(indicator)
    _refuse_without_basis(basis)
    _lock(indicator)
    parent = _lock_parent(indicator, unit, period, seen)
    children = {child.pk: child for child in unit.children.filter(valid_to=None)}
    if set(shares) - set(children):
        raise RuleViolation(
            "not_below",
            _("A unit in the grid does not lie right below %(unit)s.") % {"unit": unit.label},
            rule=_("A target is split over the units right below."),
            next_step=_("Reload the page."),
        )
    current = _lock_children(indicator, children, period)
    for pk in children:
        if seen.get(pk) != (current[pk].pk if pk in current else None):
            raise _changed(children[pk])
    assigned = _read_shares(indicator, shares, children)
    total = _total(assigned, current, shares)
    stretch = _refuse_unbalanced(parent, indicator, total, allow_stretch=allow_stretch)
    if stretch and not access.can(Role.APPROVER, unit=unit, programme=programme):
        raise RuleViolation(
            "stretch_not_allowed",
            _("Only the approver of the programme may allow the parts to exceed the whole."),
            field="allow_stretch",
            rule=_("Parts above the whole are the approver's to allow."),
            next_step=_("Make the parts equal to the whole, or ask the approver."),
        )
    new = _write(indicator, parent, children, current, assigned, period, basis, actor)
    record(
        "target.break_down", actor=actor, obj=parent, unit_path=unit.path, reason=basis.reason,
        before={children[pk].code: _plain(target) for pk, target in sorted(current.items())},
        after={"indicator": indicator.code, "unit": unit.code, "period": str(period), "stretch": stretch, "paper": basis.paper or (basis.document.code if basis.document else "")}
        | {target.unit.code: _plain(target) for target in new},
    )  # fmt: skip
    return Split(new, stretch)


@transaction.atomic
def set_target(
    *, actor: User, indicator: Indicator, unit: Unit, period: PeriodKey, text: str, seen: int | None, basis: Basis
) -> Target:
    """Set or change the target of one unit. The approver of ``set_from`` does it.

    ``text``: a number, "" (not assigned) or "/" (not applicable). Raises as ``break_down`` does, and RuleViolation
    ``not_one_number`` for a target that is a range, a moving reference or words.
    """
    require(actor, Role.APPROVER, unit=set_from(unit, indicator.programme), programme=indicator.programme)
    _refuse_without_basis(basis)
    _lock(indicator)
    current = _lock_children(indicator, {unit.pk: unit}, period)
    if seen != (current[unit.pk].pk if current else None):
        raise _changed(unit)
    _refuse_other_than_a_number(current.get(unit.pk))
    assigned = _read_shares(indicator, {unit.pk: text}, {unit.pk: unit})
    before = _plain(current[unit.pk]) if current else None
    target = _write(indicator, None, {unit.pk: unit}, current, assigned, period, basis, actor)[0]
    record(
        "target.set", actor=actor, obj=target, unit_path=unit.path, reason=basis.reason, before={"value": before},
        after={"indicator": indicator.code, "unit": unit.code, "period": str(period), "value": _plain(target)},
    )  # fmt: skip
    return target


def set_from(unit: Unit, programme: Programme) -> Unit:
    """Whose approver sets the target of ``unit``: the unit above it; for the jurisdiction its own."""
    return unit if unit.pk == programme.jurisdiction_id or unit.parent is None else unit.parent


def _refuse_other_than_a_number(current: Target | None) -> None:
    if current is not None and current.comparator not in ONE_NUMBER:
        raise RuleViolation(
            "not_one_number",
            _("The target of %(unit)s is judged by a range, by a moving reference or in words.")
            % {"unit": current.unit.label},
            rule=_("Only a target that is one number is changed on this page."),
            clause=current.clause.path if current.clause else "",
            field="text",
            next_step=_(
                "Enter the new value of its reference series, or have the plan's data changed by its document."
            ),
        )


def _refuse_without_basis(basis: Basis) -> None:
    if not basis.reason.strip():
        raise RuleViolation(
            "reason_missing",
            _("A change of targets wants a reason."),
            field="reason",
            rule=_("Every change of a target says why."),
            next_step=_("Write why the target is set this way."),
        )
    if basis.document is None and not basis.paper.strip():
        raise RuleViolation(
            "basis_missing",
            _("No document allows this change yet."),
            field="authorising_text",
            rule=_("A target stands on a document."),
            next_step=_("Choose the document, or write its number."),
        )


def _lock(indicator: Indicator) -> None:
    """Two people who set targets of one indicator follow each other; a target that does not exist yet has no row to lock."""
    Indicator.objects.select_for_update(of=("self",), no_key=True).get(pk=indicator.pk)


def _lock_parent(indicator: Indicator, unit: Unit, period: PeriodKey, seen: Mapping[int, int | None]) -> Target:
    """The whole, locked first so that two splits of it follow each other."""
    parent = (
        Target.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(indicator=indicator, unit=unit, replaced_at=None, **period.lookup)
        .first()
    )
    if parent is None and seen.get(unit.pk) is None:
        raise RuleViolation(
            "no_target",
            _("%(unit)s was assigned no such target.") % {"unit": unit.label},
            rule=_("Only a target that exists is split."),
            next_step=_("Set the target of the unit first: Targets, Set a target."),
        )
    if parent is None or parent.pk != seen.get(unit.pk):
        raise _changed(unit)
    if parent.value is None:
        raise RuleViolation(
            "no_number",
            _("The target of %(unit)s is no number; there is nothing to split.") % {"unit": unit.label},
            rule=_("Only targets with a number are split."),
            next_step=_("Set the target of each unit by itself."),
        )
    return parent


def _lock_children(indicator: Indicator, children: Mapping[int, Unit], period: PeriodKey) -> dict[int, Target]:
    rows = (
        Target.objects.select_for_update(of=("self",))
        .select_related("unit", "clause")
        .filter(indicator=indicator, unit_id__in=list(children), replaced_at=None, **period.lookup)
        .order_by("pk")
    )
    return {target.unit_id: target for target in rows}


def _changed(unit: Unit) -> Conflict:
    return Conflict(
        "changed_meanwhile",
        _("The target of %(unit)s was changed by somebody else while you worked.") % {"unit": unit.label},
        rule=_("A change starts from the newest version."),
        next_step=_("Your figures are still in the form; compare them with the new ones, then save again."),
    )


def _read_shares(indicator: Indicator, shares: Mapping[int, str], children: Mapping[int, Unit]) -> dict[int, Assigned]:
    assigned, errors = {}, []
    for pk, text in shares.items():
        try:
            assigned[pk] = read_share(indicator, text)
        except RuleViolation as problem:
            errors.append(RuleViolation(
                problem.code, f"{children[pk].label}: {problem.message}", rule=problem.rule or _("A cell holds a figure, nothing, or /."), next_step=problem.next_step, field=f"share-{pk}",
            ))  # fmt: skip
    if errors:
        raise RuleViolation(
            "bad_cells",
            _("%(count)s cells must be changed.") % {"count": len(errors)},
            rule=errors[0].rule,
            next_step=errors[0].next_step,
            errors=errors,
        )
    return assigned


def read_share(indicator: Indicator, text: str) -> Assigned:
    """What was typed into a cell. Raises RuleViolation for text, a negative number or too many decimals."""
    text = text.strip()
    if text in ("", "—"):
        return Assigned(State.NOT_ASSIGNED)
    if text in ("/", "／"):
        return Assigned(State.NOT_APPLICABLE)
    value = read_number(text, indicator.unit_zh).value
    if value < 0:
        raise NotANumber(
            "negative",
            _("A target cannot be negative."),
            rule=_("Targets are 0 or more."),
            next_step=_("Enter 0 or more; leave it empty when nothing is assigned."),
        )
    if value != round(value, indicator.decimals):
        raise NotANumber(
            "decimals",
            _("%(value)s has more than %(places)s decimals.") % {"value": value, "places": indicator.decimals},
            rule=_("A target has as many decimals as its indicator."),
            next_step=_("Round it, and give the rest to another unit."),
        )
    return Assigned(State.NUMBER, value)


def _total(assigned: Mapping[int, Assigned], current: Mapping[int, Target], shares: Mapping[int, str]) -> Decimal:
    """Sum of the parts as they will stand; a unit that is not in the form keeps its version."""
    kept = [target.value for pk, target in current.items() if pk not in shares and target.value is not None]
    return sum([one.value for one in assigned.values() if one.value is not None] + kept, Decimal(0))


def _refuse_unbalanced(parent: Target, indicator: Indicator, total: Decimal, *, allow_stretch: bool) -> Decimal:
    """How much the parts exceed the whole in the demanding direction; raises ``unbalanced`` otherwise."""
    assert parent.value is not None  # _lock_parent refused the others
    residual = parent.value - total
    if residual == 0:
        return Decimal(0)
    demanding = residual > 0 if indicator.direction == Indicator.Direction.LOWER else residual < 0
    if demanding and allow_stretch:
        return abs(residual)
    message = (
        _("The parts add up to %(total)s; the target is %(whole)s: %(rest)s left over.")
        if residual > 0
        else _("The parts add up to %(total)s; the target is %(whole)s: %(rest)s too much.")
    )
    raise RuleViolation(
        "unbalanced",
        message
        % {
            "total": f"{total:,f}",
            "whole": f"{parent.value.normalize():,f}",
            "rest": f"{abs(residual).normalize():,f}",
        },
        rule=_("The parts of a target add up to the whole."),
        clause=parent.clause.path if parent.clause else "",
        next_step=_("Change the parts until nothing is left, or let the approver allow that they exceed the whole.")
        if demanding
        else _("Change the parts until nothing is left."),
    )


def _write(
    indicator: Indicator,
    parent: Target | None,
    children: Mapping[int, Unit],
    current: Mapping[int, Target],
    assigned: Mapping[int, Assigned],
    period: PeriodKey,
    basis: Basis,
    actor: User,
) -> list[Target]:
    """Close the versions that change and insert the new ones. Raises RuleViolation ``unchanged`` when none does."""
    now = timezone.now()
    changed = {pk: one for pk, one in assigned.items() if _differs(current.get(pk), one)}
    if not changed:
        raise RuleViolation(
            "unchanged",
            _("Nothing was changed."),
            rule=_("A new version differs from the one before."),
            next_step=_("Change a figure, or leave the page."),
        )
    Target.objects.filter(pk__in=[current[pk].pk for pk in changed if pk in current]).update(replaced_at=now)
    new = [
        _version(indicator, children[pk], current.get(pk), parent, one, period, basis, actor, now)
        for pk, one in sorted(changed.items())
    ]
    Target.objects.bulk_create(new)
    for target in new:
        if target.unit_id in current:
            target.issues.set(current[target.unit_id].issues.all())
    return new


def _differs(old: Target | None, new: Assigned) -> bool:
    if old is None:
        return new.state != State.NOT_ASSIGNED
    return (old.state, old.value) != (new.state, new.value)


def _version(
    indicator: Indicator,
    unit: Unit,
    old: Target | None,
    parent: Target | None,
    one: Assigned,
    period: PeriodKey,
    basis: Basis,
    actor: User,
    now: datetime,
) -> Target:
    """``old``: the unit's version before, ``parent``: the whole that was split; the first of them is the pattern."""
    pattern = old or parent
    lower = indicator.direction == Indicator.Direction.LOWER
    default = Target.Comparator.LTE if lower else Target.Comparator.GTE
    comparator = pattern.comparator if pattern and pattern.comparator in ONE_NUMBER else default
    return Target(
        indicator=indicator, unit=unit, state=one.state, value=one.value, comparator=comparator,
        hardness=pattern.hardness if pattern else Target.Hardness.FIRM, level=old.level if old else Target.Level.WHOLE, clause=pattern.clause if pattern else indicator.clause,
        recorded_at=now, set_by=actor, reason=basis.reason.strip(), authorised_by=basis.document, authorising_text=basis.paper.strip(), **period.lookup,
    )  # fmt: skip


def _plain(target: Target) -> str:
    return str(target.value) if target.value is not None else target.state
