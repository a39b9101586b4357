"""A unit objects to its place or its inputs; somebody else answers before anything is published."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import read_access, require
from programs.errors import Conflict, RuleViolation
from programs.models import Ranking, RankingAppeal, Role, Unit
from programs.services.refusals import Forbidden

SIDE = {Role.REPORTER, Role.REVIEWER}


@transaction.atomic
def appeal(*, actor: User, ranking_id: int, unit: Unit, text: str) -> RankingAppeal:
    """Object for ``unit`` while appeals run. Raises Conflict ``appeals_over``, ``appeal_pending``, RuleViolation, PermissionDenied."""
    ranking = Ranking.objects.select_for_update(of=("self",)).select_related("programme").get(pk=ranking_id)
    require(actor, SIDE, unit=unit, programme=ranking.programme)
    until = ranking.appeal_until
    if ranking.state != Ranking.State.APPEAL or until is None or timezone.localdate() > until:
        raise Conflict(
            "appeals_over",
            _("Appeals against this paper are not open."),
            next_step=_("Ask the leading bureau; a published figure is changed by a correction request."),
        )
    if not text.strip():
        raise RuleViolation(
            "text_missing",
            _("The appeal says nothing."),
            field="text",
            next_step=_("Write which figure or which place is wrong, and why."),
        )
    if unit.code not in _units_of(ranking):
        raise RuleViolation(
            "not_in_paper",
            _("%(unit)s is not in this paper.") % {"unit": unit.label},
            field="unit",
            next_step=_("Choose your unit."),
        )
    try:
        with transaction.atomic():
            made = RankingAppeal.objects.create(ranking=ranking, unit=unit, text=text.strip(), made_by=actor)
    except IntegrityError:
        raise Conflict(
            "appeal_pending",
            _("An appeal of %(unit)s waits for its answer already.") % {"unit": unit.label},
            next_step=_("Wait for the answer."),
        ) from None
    record("ranking.appeal", actor=actor, obj=made, unit_path=unit.path, after={"ranking": ranking.pk})
    return made


@transaction.atomic
def decide_appeal(*, actor: User, appeal_id: int, is_upheld: bool, answer: str) -> RankingAppeal:
    """Answer an appeal once, with reasons. Nobody decides their own. Raises Forbidden, Conflict, PermissionDenied."""
    row = (
        RankingAppeal.objects.select_for_update(of=("self",))
        .select_related("ranking__programme__jurisdiction", "unit")
        .filter(pk=appeal_id)
        .first()
    )
    if row is None or not read_access(actor).sees(row.unit, row.ranking.programme):
        raise RuleViolation(
            "not_found", _("The appeal is missing or outside your scope."), next_step=_("Reload the page.")
        )
    programme = row.ranking.programme
    require(actor, Role.APPROVER, unit=programme.jurisdiction, programme=programme)
    if row.made_by_id == actor.pk:
        raise Forbidden(
            "self_decision",
            _("You made this appeal yourself."),
            rule=_("Nobody decides what they submitted."),
            next_step=_("Ask a colleague with the same role."),
        )
    if row.decided_at is not None:
        raise Conflict("decided", _("This appeal has been answered already."), next_step=_("Reload the page."))
    if not answer.strip():
        raise RuleViolation(
            "answer_missing",
            _("An answer wants its reasons."),
            field="answer",
            next_step=_("Write them; the unit reads them."),
        )
    row.is_upheld, row.answer, row.decided_by, row.decided_at = is_upheld, answer.strip(), actor, timezone.now()
    row.save(update_fields=["is_upheld", "answer", "decided_by", "decided_at"])
    record(
        "ranking.appeal_decided",
        actor=actor,
        obj=row,
        unit_path=row.unit.path,
        after={"is_upheld": is_upheld, "answer": row.answer},
    )
    return row


def _units_of(ranking: Ranking) -> set[str]:
    data = ranking.snapshot.get("ranking", {})
    return {place["unit"] for group in data.get("groups", []) for place in group["places"]} | {
        code for code, _why in data.get("unranked", [])
    }
