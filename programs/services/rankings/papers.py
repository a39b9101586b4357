"""A periodic paper from its draft to its publication. Its snapshot is all that is ever printed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import require
from programs.as_of import Moment
from programs.errors import Conflict, RuleViolation
from programs.models import Job, Period, Programme, Ranking, RankingRule, Role, StoredFile, Unit
from programs.queries.dashboard import Board, children_of, indicators_of
from programs.services import jobs
from programs.services.bulletins import snapshot as bulletin_snapshot
from programs.services.bulletins.lifecycle import new_code, settled_moment
from programs.services.calendar import add_working_days
from programs.services.rankings.rules import current_rule, parts_of
from programs.services.rankings.scoring import rank

State, Kind = Ranking.State, Ranking.Kind


def last_day(kind: str, code: str) -> date:
    """Last day of ``2026-Q3``, ``2026-H1`` or ``2026``. ValueError for anything else."""
    year, _dash, part = code.partition("-")
    if kind == Kind.YEAR and not part:
        return date(int(year), 12, 31)
    if kind == Kind.HALF and part in ("H1", "H2"):
        return date(int(year), 6, 30) if part == "H1" else date(int(year), 12, 31)
    if kind == Kind.QUARTER and part in ("Q1", "Q2", "Q3", "Q4"):
        return [date(int(year), 3, 31), date(int(year), 6, 30), date(int(year), 9, 30), date(int(year), 12, 31)][int(part[1]) - 1]  # fmt: skip
    raise ValueError(f"{code} is no {kind}")


def spans_of(years: Iterable[int]) -> list[tuple[str, str]]:
    """(kind, code) of every span that ends in these years, oldest first."""
    found = []
    for year in years:
        for kind, codes in (
            (Kind.QUARTER, [f"{year}-Q{n}" for n in (1, 2, 3, 4)]),
            (Kind.HALF, [f"{year}-H1", f"{year}-H2"]),
            (Kind.YEAR, [str(year)]),
        ):
            found += [(str(kind), code) for code in codes]
    return sorted(found, key=lambda one: last_day(*one))


def reported_period(programme: Programme, kind: str, code: str) -> Period | None:
    """The newest reporting period that ends within the span; its figures are the span's."""
    end = last_day(kind, code)
    return programme.periods.filter(ends_on__lte=end, ends_on__year=end.year).order_by("-ends_on").first()


def build(programme: Programme, kind: str, code: str, rule: RankingRule, as_of: datetime) -> dict[str, Any]:
    """Everything the paper prints: the figures of a bulletin at ``as_of``, and the ranking with every input.

    Raises RuleViolation ``no_period``.
    """
    period = reported_period(programme, kind, code)
    if period is None:
        raise RuleViolation(
            "no_period",
            _("%(programme)s has no reporting period in %(code)s.") % {"programme": programme.short, "code": code},
            field="span",
            next_step=_("Choose a span in which figures were reported."),
        )
    period.programme = programme
    indicators = indicators_of(programme, period.ends_on)
    home = programme.jurisdiction
    units = list(children_of(home, period.ends_on).filter(level=Unit.Level.COUNTY))
    board = Board(periods=[period], indicators=indicators, units=[home, *units], moment=Moment(as_of), parent=home)
    by_code = {indicator.code: indicator for indicator in indicators}
    parts = [part for part in parts_of(rule) if part.indicator in by_code]
    data = bulletin_snapshot.build(programme, period, as_of)
    data["ranking"] = rank(
        board=board, indicators=by_code, units=units, parts=parts, missing=rule.missing, minimum=rule.minimum_share
    )
    data["rule"] = {
        "version": rule.version, "parts": rule.parts, "missing": rule.missing, "minimum_share": rule.minimum_share, "reason": rule.reason,
    }  # fmt: skip
    data["span"] = {"kind": kind, "code": code}
    data["demo"] = settings.LUOSHI_DEMO
    return data


@transaction.atomic
def make(*, actor: User | None, programme: Programme, kind: str, code: str, as_of: datetime | None = None) -> Ranking:
    """The draft of one paper; the one there is when it was made before. ``actor`` None: the schedule.

    Raises PermissionDenied, RuleViolation ``no_rule`` or ``no_period``.
    """
    if actor is not None:
        require(actor, Role.APPROVER, unit=programme.jurisdiction, programme=programme)
    programme = (
        Programme.objects.select_for_update(of=("self",))
        .select_related("jurisdiction", "lead", "document", "basis")
        .get(pk=programme.pk)
    )
    existing = programme.rankings.filter(kind=kind, period_code=code).exclude(state=State.WITHDRAWN).first()
    if existing is not None:
        return existing
    rule = current_rule(programme)
    if rule is None:
        raise RuleViolation(
            "no_rule",
            _("%(programme)s has no rule by which results are ranked.") % {"programme": programme.short},
            next_step=_("Set the weights first."),
        )
    moment = as_of or settled_moment()
    ranking = Ranking.objects.create(
        programme=programme,
        kind=kind,
        period_code=code,
        rule=rule,
        as_of=moment,
        snapshot=build(programme, kind, code, rule, moment),
        code=new_code(),
        created_by=actor,
    )
    jobs.enqueue(kind="ranking.draft", params={"ranking": ranking.pk}, actor=actor)
    _log("ranking.make", ranking, actor, after={"kind": kind, "period": code, "as_of": moment})
    return ranking


@transaction.atomic
def open_appeals(*, actor: User, ranking_id: int) -> Ranking:
    """Show the draft to its units for the rule's number of working days; the day itself is not counted."""
    ranking = locked(ranking_id, actor=actor, states=(State.DRAFT,))
    ranking.state, until = State.APPEAL, _set_term(ranking)
    ranking.save(update_fields=["state", "appeal_until", "appeal_is_provisional"])
    _log("ranking.open_appeals", ranking, actor, after={"until": until})
    return ranking


def _set_term(ranking: Ranking) -> date:
    """The last day for appeals: the rule's number of working days from today, today not counted."""
    term = add_working_days(timezone.localdate(), ranking.rule.appeal_workdays)
    ranking.appeal_until, ranking.appeal_is_provisional = term.date, term.provisional
    return term.date


@transaction.atomic
def recompute(*, actor: User, ranking_id: int) -> Ranking:
    """Work the paper out again with the figures approved by now: after a correction or an upheld appeal.

    A paper that its units have seen gets a new term for appeals from today, however far the old one had run: figures
    nobody could appeal against are not published.
    """
    ranking = locked(ranking_id, actor=actor, states=(State.DRAFT, State.APPEAL))
    before: dict[str, Any] = {"as_of": ranking.as_of}
    after: dict[str, Any] = {}
    if ranking.state == State.APPEAL:
        before["until"] = ranking.appeal_until
        after["until"] = _set_term(ranking)
    ranking.as_of = settled_moment()
    ranking.snapshot = build(ranking.programme, ranking.kind, ranking.period_code, ranking.rule, ranking.as_of)
    ranking.pdf = ranking.docx = None  # printed again by the job; the old ones say what no longer holds
    ranking.save(update_fields=["as_of", "snapshot", "pdf", "docx", "appeal_until", "appeal_is_provisional"])
    jobs.enqueue(kind="ranking.draft", params={"ranking": ranking.pk}, actor=actor)
    _log("ranking.recompute", ranking, actor, before=before, after=after | {"as_of": ranking.as_of})
    return ranking


@transaction.atomic
def request_publication(*, actor: User, ranking_id: int) -> Job:
    """Print and publish, once appeals are over and answered.

    Raises Conflict ``appeals_run``, ``appeals_pending`` or ``not_recomputed``.
    """
    ranking = locked(ranking_id, actor=actor, states=(State.APPEAL,))
    refuse_early(ranking)
    job = jobs.enqueue(kind="ranking.publish", params={"ranking": ranking.pk}, actor=actor)
    _log("ranking.publish_request", ranking, actor, after={"kind": ranking.kind, "period": ranking.period_code})
    return job


def refuse_early(ranking: Ranking) -> None:
    """Raise Conflict while the appeals run, wait for an answer, or were upheld without a new computation."""
    if ranking.appeal_until is not None and timezone.localdate() <= ranking.appeal_until:
        raise Conflict(
            "appeals_run",
            _("Units can object until %(day)s.") % {"day": ranking.appeal_until},
            rule=_("A ranking is published after the time for appeals."),
            next_step=_("Publish it on a later day."),
        )
    if ranking.appeals.filter(decided_at=None).exists():
        raise Conflict(
            "appeals_pending",
            _("An appeal is not answered yet."),
            next_step=_("Decide the appeals first."),
        )
    upheld = ranking.appeals.filter(is_upheld=True).order_by("-decided_at").first()
    if upheld is not None and upheld.decided_at is not None and upheld.decided_at > ranking.as_of:
        raise Conflict(
            "not_recomputed",
            _("An appeal was upheld after the figures were taken."),
            next_step=_("Have the figures corrected, then work the paper out again."),
        )


@transaction.atomic
def mark_published(*, actor: User | None, ranking: Ranking, pdf: StoredFile, docx: StoredFile) -> None:
    """Set by the printing job, in its last transaction."""
    if ranking.state != State.APPEAL:
        raise Conflict("wrong_state", _("It is %(state)s now.") % {"state": ranking.get_state_display()})
    refuse_early(ranking)
    ranking.state, ranking.pdf, ranking.docx = State.PUBLISHED, pdf, docx
    ranking.published_by, ranking.published_at = actor, timezone.now()
    ranking.save(update_fields=["state", "pdf", "docx", "published_by", "published_at"])
    _log("ranking.publish", ranking, actor, after={"sha256": pdf.sha256, "sm3": pdf.sm3})


@transaction.atomic
def withdraw(*, actor: User, ranking_id: int, reason: str) -> Ranking:
    """Take a paper back at any stage; a published one stays readable, marked."""
    ranking = locked(ranking_id, actor=actor, states=(State.DRAFT, State.APPEAL, State.PUBLISHED))
    if not reason.strip():
        raise RuleViolation(
            "reason_missing", _("A withdrawal wants a reason."), field="reason", next_step=_("Write why.")
        )
    ranking.state, ranking.withdrawn_reason = State.WITHDRAWN, reason.strip()
    ranking.save(update_fields=["state", "withdrawn_reason"])
    _log("ranking.withdraw", ranking, actor, reason=reason)
    return ranking


def locked(ranking_id: int, *, actor: User, states: tuple[str, ...]) -> Ranking:
    """The paper under a row lock. Raises RuleViolation ``not_found``, PermissionDenied, Conflict ``wrong_state``."""
    ranking = (
        Ranking.objects.select_for_update(of=("self",))
        .select_related("programme__jurisdiction", "programme__lead", "programme__document", "programme__basis", "rule")
        .visible_to(actor)
        .filter(pk=ranking_id)
        .first()
    )
    if ranking is None:
        raise RuleViolation(
            "not_found", _("The paper is missing or outside your scope."), next_step=_("Reload the page.")
        )
    require(actor, Role.APPROVER, unit=ranking.programme.jurisdiction, programme=ranking.programme)
    if ranking.state not in states:
        raise Conflict(
            "wrong_state",
            _("The paper is %(state)s; this step is not possible now.") % {"state": ranking.get_state_display()},
            next_step=_("Reload the page; somebody may have been faster."),
        )
    return ranking


def _log(verb: str, ranking: Ranking, actor: User | None, **fields: Any) -> None:
    record(verb, actor=actor, obj=ranking, unit_path=ranking.programme.jurisdiction.path, **fields)
