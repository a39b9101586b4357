"""What a reporter types, saved as typed; and 'no change' for what did not move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services.record import record_many
from programs.access import read_access
from programs.errors import Conflict, RuleViolation
from programs.models import Indicator, Period, ProgressDraft, ProgressReport, ReportState, Role, Unit
from programs.numbers import NotANumber, read_number
from programs.queries.duties import duties_in
from programs.services.refusals import require_open_period

EDITABLE = (ReportState.DRAFT, ReportState.RETURNED)
Cell = tuple[int, int]  # indicator id, unit id


@dataclass(frozen=True)
class Typed:
    """One cell as typed. ``version``: of the draft it changes, 0 when there was none, None to overwrite whatever is there."""

    indicator_id: int
    unit_id: int
    text: str
    reason: str = ""
    version: int | None = None

    @property
    def cell(self) -> Cell:
        return self.indicator_id, self.unit_id


@dataclass(frozen=True)
class Saved:
    """What became of one cell. ``refusal`` says why nothing was stored (then ``report`` may be None); ``unreadable`` why the
    stored text is no figure; ``theirs`` is the other person's draft when two typed into one cell."""

    typed: Typed
    report: ProgressReport | None = None
    draft: ProgressDraft | None = None
    converted: bool = False
    unreadable: NotANumber | None = None
    refusal: RuleViolation | None = None
    theirs: ProgressDraft | None = None


@transaction.atomic
def save_drafts(*, actor: User, period: Period, cells: Sequence[Typed]) -> list[Saved]:
    """Store each cell's text; one answer per cell, in order. What cannot be stored is refused with the reason, the rest is kept.

    An empty text removes the draft. Raises Conflict when the whole period is locked or not open yet.
    """
    require_open_period(period)
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in={c.unit_id for c in cells})}
    indicators = {
        i.pk: i
        for i in Indicator.objects.filter(pk__in={c.indicator_id for c in cells}, programme_id=period.programme_id)
    }
    owed = set(
        duties_in(period).filter(unit_id__in=units, indicator_id__in=indicators).values_list("indicator_id", "unit_id")
    )
    access = read_access(actor)
    answers: dict[int, Saved] = {}
    accepted: list[tuple[int, Typed]] = []
    for position, typed in enumerate(cells):
        unit = units.get(typed.unit_id)
        if unit is None or not access.sees(unit, period.programme):
            refusal = RuleViolation(
                "unit_not_found",
                _("There is no such unit in your scope."),
                field="unit",
                next_step=_("Choose a unit you report for."),
            )
        elif not access.can(Role.REPORTER, unit=unit, programme=period.programme):
            refusal = RuleViolation(
                "not_reporter",
                _("You are not a reporter for %(unit)s.") % {"unit": unit.label},
                field="unit",
                next_step=_("Ask your security administrator for a grant."),
            )
        elif typed.cell not in owed:
            refusal = RuleViolation(
                "not_owed",
                _("This figure is not asked of %(unit)s in %(period)s.") % {"unit": unit.label, "period": period.code},
                field="indicator",
                next_step=_("Leave the cell empty. If it should be asked, tell the bureau that leads the programme."),
            )
        else:
            accepted.append((position, typed))
            continue
        answers[position] = Saved(typed, refusal=refusal)
    reports = _reports(period, [typed.cell for _p, typed in accepted])
    _store(actor, accepted, reports, indicators, answers)
    return [answers[i] for i in range(len(cells))]


def as_text(value: Decimal) -> str:
    """A stored figure as a person would type it: no separators, no trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _reports(period: Period, cells: Sequence[Cell]) -> dict[Cell, ProgressReport]:
    """The cells' reports under lock, created where missing."""
    ProgressReport.objects.bulk_create(
        [ProgressReport(indicator_id=i, unit_id=u, period=period) for i, u in sorted(set(cells))], ignore_conflicts=True
    )
    rows = (
        ProgressReport.objects.select_for_update(of=("self",))
        .select_related("draft__saved_by", "unit", "indicator")
        .filter(period=period, indicator_id__in={i for i, _u in cells}, unit_id__in={u for _i, u in cells})
        .order_by("pk")
    )
    wanted = set(cells)
    return {(r.indicator_id, r.unit_id): r for r in rows if (r.indicator_id, r.unit_id) in wanted}


def _store(
    actor: User,
    accepted,
    reports: dict[Cell, ProgressReport],
    indicators: dict[int, Indicator],
    answers: dict[int, Saved],
) -> None:
    now, changed, removed, entries = timezone.now(), {}, [], []
    for position, typed in accepted:
        report = reports[typed.cell]
        draft: ProgressDraft | None = getattr(report, "draft", None)
        answer = Saved(typed, report=report)
        if report.state not in EDITABLE:
            answers[position] = replace(answer, refusal=_not_editable(report))
            continue
        if draft and (draft.text, draft.reason) == (typed.text.strip()[:60], typed.reason.strip()[:500]):
            answers[position] = _again(answer, draft, indicators[typed.indicator_id])
            continue
        if typed.version is not None and typed.version != (draft.version if draft else 0):
            answers[position] = replace(answer, theirs=draft, refusal=_overtaken(draft))
            continue
        before = {"text": draft.text, "reason": draft.reason} if draft else None
        text = typed.text.strip()
        if not text and not typed.reason.strip():
            if draft:
                removed.append(draft.pk)
                entries.append({"obj": report, "unit_path": report.unit.path, "before": before, "after": None})
            answers[position] = answer
            continue
        value, converted, unreadable = _read(text, indicators[typed.indicator_id])
        draft = draft or ProgressDraft(report=report, version=0)
        draft.text, draft.value, draft.reason = text[:60], value, typed.reason.strip()[:500]
        draft.saved_by, draft.saved_at, draft.version = actor, now, draft.version + 1
        changed[report.pk] = draft
        entries.append(
            {
                "obj": report,
                "unit_path": report.unit.path,
                "before": before,
                "after": {"text": draft.text, "reason": draft.reason},
            }
        )
        answers[position] = replace(answer, draft=draft, converted=converted, unreadable=unreadable)
    ProgressDraft.objects.filter(pk__in=removed).delete()
    ProgressDraft.objects.bulk_create(
        changed.values(),
        update_conflicts=True,
        unique_fields=["report"],
        update_fields=["text", "value", "reason", "saved_by", "saved_at", "version"],
    )
    record_many("progress.draft", entries, actor=actor)


def _again(answer: Saved, draft: ProgressDraft, indicator: Indicator) -> Saved:
    """The same text once more, as after a lost answer or a reload: nothing to store and nobody overtaken."""
    _value, converted, unreadable = _read(draft.text, indicator)
    return replace(answer, draft=draft, converted=converted, unreadable=unreadable)


def _read(text: str, indicator: Indicator) -> tuple[Decimal | None, bool, NotANumber | None]:
    try:
        reading = read_number(text, indicator.unit_zh)
    except NotANumber as problem:
        return None, False, problem
    if -int(reading.value.as_tuple().exponent) > 4:
        return round(reading.value, 4), True, None
    return reading.value, reading.converted, None


def _not_editable(report: ProgressReport) -> Conflict:
    if report.state == ReportState.APPROVED:
        return Conflict(
            "approved",
            _("This figure is approved."),
            next_step=_("File a correction request with the new figure and the reason."),
        )
    return Conflict(
        "submitted",
        _("This figure is %(state)s.") % {"state": report.get_state_display()},
        next_step=_("Withdraw it first, or wait for the decision."),
    )


def _overtaken(draft: ProgressDraft | None) -> Conflict:
    if draft is None:
        return Conflict(
            "overtaken",
            _("Somebody emptied or submitted this cell while you were typing."),
            next_step=_("Reload, then enter your figure again if it still differs."),
        )
    return Conflict(
        "overtaken",
        _("%(person)s saved “%(text)s” here while you were typing.") % {"person": draft.saved_by, "text": draft.text},
        next_step=_("Keep theirs, or enter yours again."),
    )
