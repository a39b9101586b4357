"""What each cell's figure is judged against, for many cells in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count
from django.utils.translation import gettext as _

from programs.checks import CellContext, Finding, check_cell
from programs.models import Indicator, Period, ProgressReport, Target, Unit
from programs.queries.targets import TargetBook

HISTORY = 12


@dataclass(frozen=True)
class Contexts:
    """Contexts by (indicator, unit) for one period."""

    period: Period
    by_cell: dict[tuple[int, int], CellContext]
    previous_period: Period | None
    targets: TargetBook

    def of(self, indicator_id: int, unit_id: int) -> CellContext:
        return self.by_cell.get((indicator_id, unit_id), CellContext())


def contexts_for(
    period: Period,
    indicators: Sequence[Indicator],
    units: Sequence[int],
    drafts: dict[tuple[int, int], Decimal] | None = None,
) -> Contexts:
    """Contexts of every cell of ``indicators`` × ``units`` in ``period``; four queries.

    ``drafts`` holds the values being entered now, so that a part is judged against the whole typed beside it. The
    previous figure is the newest submitted value of the period before, whether approved yet or not.
    """
    earlier = list(
        Period.objects.filter(programme_id=period.programme_id, starts_on__lt=period.starts_on).order_by("-starts_on")[
            :HISTORY
        ]
    )
    rows = ProgressReport.objects.filter(
        period_id__in=[p.pk for p in earlier] + [period.pk],
        unit_id__in=units,
        indicator_id__in=[i.pk for i in indicators],
        revision__gte=1,
    ).values_list("period_id", "indicator_id", "unit_id", "value")
    values: dict[tuple[int, int], dict[int, Decimal]] = defaultdict(dict)
    for period_id, indicator_id, unit_id, value in rows:
        if value is not None:  # from the first revision on it never is
            values[indicator_id, unit_id][period_id] = value
    current = {cell: found[period.pk] for cell, found in values.items() if period.pk in found} | (drafts or {})
    book = TargetBook([i.pk for i in indicators], units)
    villages = _villages(units) if any(i.maximum == Indicator.Maximum.VILLAGES for i in indicators) else {}
    before = earlier[0] if earlier else None
    contexts = {}
    for indicator in indicators:
        for unit_id in units:
            past = values[indicator.pk, unit_id]
            target = book.applying(indicator.pk, unit_id, period.ends_on)
            maximum, name = _maximum(indicator, unit_id, current, villages, target)
            contexts[indicator.pk, unit_id] = CellContext(
                previous=past.get(before.pk) if before else None,
                restarts=before is not None and before.starts_on.year != period.starts_on.year,
                maximum=maximum,
                maximum_name=name,
                target=target.value if target else None,
                history=[past[p.pk] for p in reversed(earlier) if p.pk in past],
            )
    return Contexts(period, contexts, before, book)


def findings_for(reports: Iterable[ProgressReport]) -> dict[int, list[Finding]]:
    """Findings of the drafts of these reports by report id; a draft without a value has none. Fixed queries per period."""
    by_period: dict[int, list[ProgressReport]] = defaultdict(list)
    for report in reports:
        by_period[report.period_id].append(report)
    found: dict[int, list[Finding]] = {}
    for group in by_period.values():
        indicators = list({r.indicator_id: r.indicator for r in group}.values())
        drafts = {(r.indicator_id, r.unit_id): r.draft.value for r in group if r.draft.value is not None}
        contexts = contexts_for(group[0].period, indicators, sorted({r.unit_id for r in group}), drafts)
        for report in group:
            value = report.draft.value
            found[report.pk] = (
                []
                if value is None
                else check_cell(report.indicator, value, contexts.of(report.indicator_id, report.unit_id))
            )
    return found


def _villages(units: Sequence[int]) -> dict[int, int]:
    """Number of valid village-level units right below each township."""
    rows = (
        Unit.objects.filter(parent_id__in=units, level=Unit.Level.VILLAGE, valid_to=None)
        .values_list("parent_id")
        .annotate(Count("pk"))
    )
    return dict(rows)


def _maximum(
    indicator: Indicator,
    unit_id: int,
    current: dict[tuple[int, int], Decimal],
    villages: dict[int, int],
    target: Target | None,
) -> tuple[Decimal | None, str]:
    match indicator.maximum:
        case Indicator.Maximum.NUMBER:
            return indicator.maximum_value, _("the maximum of this figure")
        case Indicator.Maximum.INDICATOR:
            whole = indicator.maximum_indicator
            return (current.get((whole.pk, unit_id)), whole.short) if whole else (None, "")
        case Indicator.Maximum.VILLAGES:
            count = villages.get(unit_id)
            return (Decimal(count) if count else None), _("villages and communities in the unit")
        case Indicator.Maximum.TARGET:
            return (target.value if target else None), _("the target of the unit")
    return None, ""
