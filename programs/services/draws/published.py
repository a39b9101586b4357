"""What is published of a draw, and the check of it: from the published data alone, as a stranger would do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from programs.models import Draw, Inspection
from programs.services.draws import rule


def payload(draw: Draw) -> dict[str, Any]:
    """The draw as answered by the API. ``seed``, ``chosen`` and ``inspectors`` stay empty until it is drawn; what was
    revealed stays, also of a draw that was cancelled afterwards.

    Inspectors are named by code and exceptions by kind: who they are and why is for those who may see the draw.
    """
    candidates = list(
        draw.candidates.order_by("code").values(
            "code",
            "name",
            "stratum",
            "is_chosen",
            "inspection__state",
            "inspection__outcome",
            "inspection__inspected_on",
        )
    )
    excused = list(
        draw.excuses.order_by("candidate__code", "inspector__code").values_list(
            "candidate__code", "inspector__code", "kind"
        )
    )
    is_drawn = draw.is_revealed
    is_open = draw.state == Draw.State.PUBLISHED
    pairs: dict[str, list[str]] = {one["code"]: [] for one in candidates if one["is_chosen"]} if is_drawn else {}
    if is_drawn:
        rows = draw.candidates.filter(pairs__isnull=False).values_list("code", "pairs__inspector__code")
        for code, inspector in rows.order_by("code", "pairs__id"):
            pairs[code].append(inspector)
    return {
        "id": draw.pk,
        "code": draw.code,
        "title": draw.title,
        "programme": draw.programme.code,
        "year": draw.year,
        "state": draw.state,
        "is_cross_department": draw.is_cross_department,
        "departments": [one.label for one in draw.departments.all()],
        "commitment": draw.commitment,
        "committed_at": draw.committed_at,
        "drawn_at": draw.drawn_at,
        "published_at": draw.published_at,
        "cancelled_at": draw.cancelled_at,
        "cancelled_reason": draw.cancelled_reason,
        "seed": draw.seed if is_drawn else None,
        "lists_hash": draw.pool_hash,
        "pool": [{"code": one["code"], "stratum": one["stratum"], "name": one["name"]} for one in candidates],
        "quota": draw.quota,
        "inspectors_each": draw.inspectors_each,
        "inspector_list": list(draw.inspectors.order_by("code").values_list("code", flat=True)),
        "chosen": sorted(pairs),
        "inspectors": pairs,
        "excused": [{"object": code, "inspector": person, "reason": kind} for code, person, kind in excused],
        "outcomes": {one["code"]: _outcome(one) for one in candidates if one["is_chosen"]} if is_open else {},
    }


def _outcome(candidate: Mapping[str, Any]) -> dict[str, Any]:
    """What became of the inspection of a drawn object; outcome and day once it is closed, no names."""
    state = candidate["inspection__state"]
    is_closed = state == Inspection.State.CLOSED
    return {
        "state": {Inspection.State.CLOSED: "done", Inspection.State.OPEN: "begun", None: "not_begun"}.get(
            state, "given_up"
        ),
        "outcome": candidate["inspection__outcome"] if is_closed else None,
        "inspected_on": candidate["inspection__inspected_on"] if is_closed else None,
    }


def problems_of(published: dict[str, Any]) -> list[str]:
    """Derive a drawn draw again from its payload; what does not fit, in words. Empty: everything does."""
    found = []
    seed, pool = published["seed"], [(one["code"], one["stratum"]) for one in published["pool"]]
    excused = [(one["object"], one["inspector"]) for one in published["excused"]]
    people, each, quota = published["inspector_list"], published["inspectors_each"], published["quota"]
    if not seed:
        return ["the seed has not been revealed"]
    if rule.sha256(seed) != published["commitment"]:
        found.append("the SHA-256 of the seed is not the commitment")
    if rule.lists_hash(pool, quota, people, excused, each) != published["lists_hash"]:
        found.append("the lists are not those that were frozen")
    chosen = rule.choose(seed, pool, quota)
    if chosen != published["chosen"]:
        differs = sorted(set(chosen) ^ set(published["chosen"]))
        found.append(f"the rule chooses others: {', '.join(differs)}")
    assigned = rule.assign(seed, published["chosen"], people, excused, each)
    found += [
        f"{code}: the rule sends {', '.join(assigned[code]) or 'nobody'}"
        for code in published["chosen"]
        if assigned[code] != published["inspectors"].get(code)
    ]
    return found
