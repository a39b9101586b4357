"""Writing the demonstration: a year of invented reports over the real units, anchored to the day it is loaded."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from audit.services import record
from programs.checks import CellContext, check_cell
from programs.models import (
    ApprovedFigure,
    CorrectionRequest,
    Indicator,
    Period,
    Programme,
    ProgressDecision,
    ProgressDraft,
    ProgressReport,
    ProgressRevision,
    ReportingDuty,
    ReportState,
    Role,
    Target,
    Unit,
)
from programs.modules import modules
from programs.queries.targets import TargetBook
from programs.services.calendar import WorkCalendar
from programs.services.demo.series import Series, read_yaml, window
from programs.services.demo.story import People, Story, Teller, tally
from programs.services.entry import as_text
from programs.services.periods import ensure_periods
from programs.services.summaries import rebuild

Say = Callable[[str], None]
BATCH = 2000
# Dotted paths of functions(today, say) that invent what the shared core shows beside reports, in this order; the
# initiatives come before, because draws, notices and inspections are about their villages, waters and institutions.
PARTS: tuple[str, ...] = (
    "programs.services.demo.draws.load_draws",
    "programs.services.demo.notices.load_notices",
    "programs.services.demo.inspections.load_inspections",
    "programs.services.demo.supervision.load_supervision",
    "programs.services.demo.rankings.load_rankings",
)


def load_demo(*, today: date | None = None, say: Say = print) -> dict[str, dict[str, int]]:
    """Invent and store the reports of every programme; returns counts by programme and state.

    Only in demo mode. Does nothing and returns {} when reports exist already. One transaction, one audit entry for each
    programme: an entry for each of 25 000 reports would take longer than the rest.
    """
    if not settings.LUOSHI_DEMO:
        raise ImproperlyConfigured("Demonstration data are loaded only with LUOSHI_DEMO on.")
    if ProgressReport.objects.exists():
        say("Demonstration reports are there already; nothing was changed.")
        return {}
    today = today or timezone.localdate()
    words, profiles = read_yaml("words.yaml"), read_yaml("profiles.yaml")
    counts = {}
    with transaction.atomic():
        for programme in Programme.objects.select_related("jurisdiction").order_by("position"):
            counts[programme.code] = _programme(programme, today, words, profiles)
            record(
                "demo.load",
                obj=programme,
                unit_path=programme.jurisdiction.path,
                after={"programme": programme.code, "today": today.isoformat(), "reports": counts[programme.code]},
            )
            say(f"  {programme.code}: {counts[programme.code]}")
        _split_quotas(today, words)
        _open_corrections(words)
        for module in modules():
            if module.load_demo is not None:
                module.load_demo(today=today, say=say)
        for part in PARTS:
            import_string(part)(today=today, say=say)
        rebuild()
    return counts


def _programme(programme: Programme, today: date, words: dict, profiles: dict) -> dict[str, int]:
    """One programme: periods, stories, rows, locks."""
    last_day = programme.ends_on or today
    if last_day >= today and programme.cadence == Programme.Cadence.MONTH:
        programme.reports_from = max(window(today), programme.starts_on)
        programme.save(update_fields=["reports_from"])
    ensure_periods(programme=programme, today=today)
    periods = list(programme.periods.order_by("starts_on"))
    if not periods:
        return {}
    duties = list(
        ReportingDuty.objects.filter(indicator__programme=programme, indicator__is_reported=True, valid_to=None)
        .select_related("indicator__programme", "indicator__maximum_indicator", "indicator__clause", "unit")
        .order_by("unit__code", "indicator__position")
    )
    series = Series(
        {d.indicator.code: d.indicator for d in duties}, {d.unit_id: d.unit for d in duties}, periods, profiles
    )
    teller = Teller(
        programme=programme,
        today=today,
        words=words,
        calendar=WorkCalendar(periods[0].starts_on, today + timedelta(days=200)),
    )
    newest = periods[-1] if periods[-1].ends_on >= today else Period(starts_on=periods[-1].ends_on + timedelta(days=60))
    stories: list[Story] = []
    for index, period in enumerate(periods):
        cells = [
            (d.indicator, d.unit, values[index], values[index - 1] if index else None)
            for d in duties
            if (values := series.of(d.indicator.code, d.unit_id))
        ]
        stories += teller.tell(period, cells, newest=newest)
    _write(stories)
    _lock(periods, today, newest)
    return tally(stories)


def _write(stories: Sequence[Story]) -> None:
    """Rows of all stories, in bulk: reports, revisions, decisions, figures, drafts."""
    told = [story for story in stories if story.versions or story.draft]
    previous = _previous_values(told)
    reports = ProgressReport.objects.bulk_create([_report(story, previous) for story in told], batch_size=BATCH)
    revisions, owners = [], []
    for story, report in zip(told, reports, strict=True):
        for number, version in enumerate(story.versions, start=1):
            flags = report.flags if number == len(story.versions) else []
            revisions.append(
                ProgressRevision(
                    report=report,
                    number=number,
                    value=version.value,
                    reason=version.reason,
                    source=version.source,
                    flags=flags,
                    author=version.author,
                    created_at=version.at,
                )
            )
            owners.append((story, version))
    ProgressRevision.objects.bulk_create(revisions, batch_size=BATCH)
    offices = _offices(told)
    decisions, figures = [], []
    for revision, (story, version) in zip(revisions, owners, strict=True):
        decisions += [
            ProgressDecision(
                revision=revision,
                verb=step.verb,
                from_state=step.before,
                to_state=step.after,
                actor=step.actor,
                office=offices.get(step.actor.pk, ""),
                comment=step.comment,
                ask=step.ask,
                redo_by=step.redo_by,
                at=step.at,
            )
            for step in version.steps
        ]
        if version.counts_from:
            approver = version.steps[-1].actor
            figures.append(
                ApprovedFigure(
                    revision=revision,
                    indicator=story.indicator,
                    unit=story.unit,
                    period=story.period,
                    value=version.value,
                    approved_by=approver,
                    approved_at=version.counts_from,
                )
            )
    ProgressDecision.objects.bulk_create(decisions, batch_size=BATCH)
    ApprovedFigure.objects.bulk_create(figures, batch_size=BATCH)
    _drafts(told, reports)


def _report(story: Story, previous: dict[tuple[int, int, int], Decimal]) -> ProgressReport:
    report = ProgressReport(indicator=story.indicator, unit=story.unit, period=story.period, state=story.state)
    if story.versions:
        newest = story.versions[-1]
        report.revision, report.value = len(story.versions), newest.value
        report.submitted_by, report.submitted_at = newest.author, newest.at
        if story.state != ReportState.APPROVED:
            context = CellContext(
                previous=previous.get((story.indicator.pk, story.unit.pk, story.period.pk)),
                restarts=story.period.starts_on.month == 1,
            )
            report.flags = [finding.as_json() for finding in check_cell(story.indicator, newest.value, context)]
    return report


def _previous_values(stories: Sequence[Story]) -> dict[tuple[int, int, int], Decimal]:
    """Newest figure of the period before, by (indicator, unit, period)."""
    ordered = sorted({story.period.pk: story.period for story in stories}.values(), key=lambda p: p.starts_on)
    after = {earlier.pk: later.pk for earlier, later in itertools.pairwise(ordered)}
    return {
        (s.indicator.pk, s.unit.pk, after[s.period.pk]): s.versions[-1].value
        for s in stories
        if s.versions and s.period.pk in after
    }


def _offices(stories: Sequence[Story]) -> dict[int, str]:
    if not stories:
        return {}
    people = People(stories[0].indicator.programme)
    return {grant.user_id: grant.organization.name for grant in people._grants if grant.organization}


def _drafts(stories: Sequence[Story], reports: Sequence[ProgressReport]) -> None:
    if not stories:
        return
    people, now = People(stories[0].indicator.programme), timezone.now()
    ProgressDraft.objects.bulk_create(
        [
            ProgressDraft(
                report=report,
                text=as_text(Decimal(story.draft)),
                value=Decimal(story.draft),
                saved_by=people.of(Role.REPORTER, story.unit),
                saved_at=now - timedelta(hours=20),
            )
            for story, report in zip(stories, reports, strict=True)
            if story.draft
        ]
    )


def _lock(periods: Sequence[Period], today: date, newest: Period) -> None:
    """Lock what a city would have locked: everything but the current period and the one before."""
    for period in periods:
        if period.ends_on >= newest.starts_on - timedelta(days=1) or period.pk == newest.pk:
            continue
        period.locked_at = timezone.make_aware(datetime.combine(min(period.locks_on, today), datetime.min.time()))
        period.lock_reason = Period.LockReason.EXPIRED
    Period.objects.bulk_update([p for p in periods if p.locked_at], ["locked_at", "lock_reason"])


def _split_quotas(today: date, words: dict) -> None:
    """Three counties have split their yearly village quotas over their townships; the split is invented."""
    counties = Unit.objects.filter(code__in=["410421000000", "410422000000", "410423000000"])
    indicators = Indicator.objects.filter(code__in=["villages-city-created", "villages-county-created"])
    book = TargetBook([i.pk for i in indicators], [c.pk for c in counties])
    rows = []
    for county in counties:
        townships = list(
            Unit.objects.filter(parent=county, duties__indicator__in=indicators).distinct().order_by("code")
        )
        for indicator in indicators:
            parent = book.applying(indicator.pk, county.pk, today)
            if parent is None or parent.value is None or not townships:
                continue
            rng = random.Random(f"{indicator.code}:{county.code}:split")
            chosen = rng.choices(townships, k=int(parent.value))
            rows += [
                Target(
                    indicator=indicator,
                    unit=township,
                    period_kind=parent.period_kind,
                    year=today.year,
                    comparator=parent.comparator,
                    value=chosen.count(township),
                    hardness=parent.hardness,
                    clause=parent.clause,
                    reason=words["split_reason"],
                    authorising_text=words["split_paper"],
                )
                for township in townships
            ]
    Target.objects.bulk_create(rows, ignore_conflicts=True)  # a split somebody made before stays


def _open_corrections(words: dict) -> None:
    """A few correction requests wait for a decision, so that the queue is not empty."""
    locked = (
        ProgressReport.objects.filter(
            state=ReportState.APPROVED,
            period__locked_at__isnull=False,
            value__gt=50,
            indicator__counting=Indicator.Counting.CUMULATIVE,
        )
        .select_related("indicator__programme", "unit")
        .order_by("-period__starts_on", "unit__code", "indicator__position")[:400:130]
    )
    for report, reason in zip(locked, words["correction_reasons"], strict=False):
        reporter = People(report.indicator.programme).of(Role.REPORTER, report.unit)
        if reporter is None or report.value is None:  # nobody plays there; a value it has, see above
            continue
        CorrectionRequest.objects.create(
            report=report, base_revision=report.revision, value=report.value - 2, reason=reason, requested_by=reporter
        )
