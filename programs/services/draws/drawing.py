"""Committing to a draw, drawing, publishing: three steps of one direction."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.errors import RuleViolation
from programs.models import Draw, DrawPair
from programs.services.draws import public_texts, rule
from programs.services.draws.preparing import locked


@transaction.atomic
def commit(*, actor: User, draw_id: int) -> Draw:
    """Freeze the lists and publish the commitment to a fresh seed. The database refuses later changes of the lists.

    Raises RuleViolation ``incomplete`` without objects, quota or enough inspectors for every object;
    ``personal_number`` and ``account_name`` for what must not be published.
    """
    draw = locked(draw_id, actor=actor, state=Draw.State.PREPARED)
    pool, people, excused = _lists(draw)
    _refuse_incomplete(draw, pool, people, excused)
    public_texts.refuse_numbers(public_texts.texts_of(draw))
    public_texts.refuse_account_names(people)
    draw.seed = secrets.token_hex(32)
    draw.commitment = rule.sha256(draw.seed)
    draw.pool_hash = rule.lists_hash(pool, draw.quota, people, excused, draw.inspectors_each)
    draw.state, draw.committed_at, draw.committed_by = Draw.State.COMMITTED, timezone.now(), actor
    draw.save(update_fields=["seed", "commitment", "pool_hash", "state", "committed_at", "committed_by"])
    record(
        "draw.commit",
        actor=actor,
        obj=draw,
        unit_path=draw.unit.path,
        after={"commitment": draw.commitment, "lists_hash": draw.pool_hash, "objects": len(pool)},
    )
    return draw


@transaction.atomic
def draw(*, actor: User, draw_id: int) -> Draw:
    """Apply the rule, reveal the seed, store who was drawn and who goes where."""
    found = locked(draw_id, actor=actor, state=Draw.State.COMMITTED)
    pool, people, excused = _lists(found)
    chosen = rule.choose(found.seed, pool, found.quota)
    assigned = rule.assign(found.seed, chosen, people, excused, found.inspectors_each)
    candidates = {one.code: one for one in found.candidates.filter(code__in=chosen)}
    inspectors = {one.code: one for one in found.inspectors.all()}
    found.candidates.filter(code__in=chosen).update(is_chosen=True)
    DrawPair.objects.bulk_create(
        DrawPair(candidate=candidates[code], inspector=inspectors[person])
        for code, sent in assigned.items()
        for person in sent
    )
    found.state, found.drawn_at, found.drawn_by = Draw.State.DRAWN, timezone.now(), actor
    found.save(update_fields=["state", "drawn_at", "drawn_by"])
    record(
        "draw.draw",
        actor=actor,
        obj=found,
        unit_path=found.unit.path,
        after={"seed": found.seed, "chosen": chosen, "inspectors": assigned},
    )
    return found


@transaction.atomic
def publish(*, actor: User, draw_id: int) -> Draw:
    """Publish the results; from now on nothing of the draw changes."""
    found = locked(draw_id, actor=actor, state=Draw.State.DRAWN)
    found.state, found.published_at = Draw.State.PUBLISHED, timezone.now()
    found.save(update_fields=["state", "published_at"])
    record("draw.publish", actor=actor, obj=found, unit_path=found.unit.path, after={"code": found.code})
    return found


def _lists(draw: Draw) -> tuple[list[tuple[str, str]], list[str], list[tuple[str, str]]]:
    return (
        list(draw.candidates.order_by("code").values_list("code", "stratum")),
        list(draw.inspectors.order_by("code").values_list("code", flat=True)),
        list(draw.excuses.values_list("candidate__code", "inspector__code")),
    )


def _refuse_incomplete(
    draw: Draw, pool: list[tuple[str, str]], people: list[str], excused: list[tuple[str, str]]
) -> None:
    if not pool or not any(draw.quota.values()):
        raise RuleViolation(
            "incomplete",
            _("The draw has no objects, or no number to be drawn."),
            next_step=_("Fill in the objects and how many are drawn in each group."),
        )
    away: dict[str, int] = {}
    for code, _person in excused:
        away[code] = away.get(code, 0) + 1
    short = [code for code, _stratum in pool if len(people) - away.get(code, 0) < draw.inspectors_each]
    if short:
        raise RuleViolation(
            "incomplete",
            _("%(count)s objects, such as %(code)s, have fewer than %(each)s inspectors who are not excused.")
            % {"count": len(short), "code": short[0], "each": draw.inspectors_each},
            field="inspectors",
            next_step=_("Add inspectors of other places, or take the objects off the list."),
        )
