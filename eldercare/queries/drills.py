"""The drills institutions owe in a year, and which are missing."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from eldercare.formulas import Slot, drill_slots
from eldercare.models import Drill, Institution, Standard

NEAR = timedelta(days=30)  # set by the city


@dataclass(frozen=True)
class DrillYear:
    """One institution's drills of one year."""

    institution: Institution
    slots: list[Slot]
    today: date

    @property
    def missing(self) -> list[Slot]:
        return [slot for slot in self.slots if slot.is_missing(self.today)]

    @property
    def cells(self) -> list[tuple[str, Slot | None, str]]:
        """``(code, slot, light)`` for year, half1 and half2, None where nothing is owed."""
        by_code = {slot.code: slot for slot in self.slots}
        return [(code, by_code.get(code), self.light(by_code.get(code))) for code in ("year", "half1", "half2")]

    def light(self, slot: Slot | None) -> str:
        if slot is None:
            return "none"
        if slot.held_on is not None:
            return "done"
        if slot.is_missing(self.today):
            return "late"
        return "near" if slot.due - self.today <= NEAR else "todo"


SLOTS = {
    "year": Standard.Measure.DRILLS_YEAR,
    "half1": Standard.Measure.DRILLS_HALF,
    "half2": Standard.Measure.DRILLS_HALF,
}


def drill_years(institutions: Iterable[Institution], year: int, today: date, rules: Container[str]) -> list[DrillYear]:
    """What each institution owes and held in ``year``; ``rules``: measures the plan sets for institutions. One query."""
    institutions = list(institutions)
    held: dict[tuple[int, str], list[date]] = {}
    rows = Drill.objects.filter(institution__in=institutions, held_on__year=year, struck_at=None)
    for pk, kind, day in rows.values_list("institution_id", "kind", "held_on"):
        held.setdefault((pk, kind), []).append(day)
    asked = [code for code, measure in SLOTS.items() if measure in rules]
    return [
        DrillYear(
            one,
            [
                slot
                for slot in drill_slots(
                    year,
                    held.get((one.pk, Drill.Kind.COMPREHENSIVE), []),
                    held.get((one.pk, Drill.Kind.ON_SITE), []),
                    since=one.opened_on,
                )
                if slot.code in asked
            ],
            today,
        )
        for one in institutions
    ]
