"""The demonstration's draw: this year's first joint inspection, held and published; the second is prepared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from accounts.models import User
from programs.draw_pools import pools_for
from programs.models import Checklist, Draw, DrawPlan, Organization, Unit
from programs.services import draws
from programs.services.demo.series import read_yaml
from programs.services.draws import plans
from programs.services.draws.preparing import Inspector
from programs.services.draws.sources import staff_code

TO_PUBLISH = 2  # days from the draw to its publication


def load_draws(*, today: date, say: Callable[[str], None]) -> None:
    """Prepare the planned draws of the year, and hold the earliest from the register of its programme."""
    made = plans.prepare_planned(today)
    office = User.objects.filter(username="inspector").first()
    first = min(made, key=lambda draw: (draw.planned_on, draw.pk), default=None)
    if first is None or office is None:
        return
    rows = [row for pool in pools_for(first.programme) for row in pool.rows(first.programme, first.unit)]
    if not rows:
        return
    words = read_yaml("draws.yaml")
    bodies = {one.code: one for one in Organization.objects.filter(unit=first.unit)}
    homes = Unit.objects.filter(code__in=[one["unit"] for one in words["inspectors"] if "unit" in one], valid_to=None)
    counties = {home.code: home for home in homes}  # who works in a county is excused from its institutions
    people = [
        Inspector(
            one["code"],
            one["name"],
            counties.get(one.get("unit", ""), first.unit),
            organization=bodies.get(one.get("organization", "")),
        )
        for one in words["inspectors"]
    ]
    people.append(Inspector(staff_code(office), office.full_name, first.unit, office))
    checklist = Checklist.objects.filter(
        programme=first.programme, state=Checklist.State.PUBLISHED, purposes__contains=["random"]
    ).first()
    draws.save_lists(
        actor=office,
        draw_id=first.pk,
        candidates=list({row.code: row for row in rows}.values()),
        quota=dict.fromkeys(sorted({row.stratum for row in rows}), 1),
        inspectors=people,
        inspectors_each=2,
        checklist=checklist,
    )
    draws.commit(actor=office, draw_id=first.pk)
    draws.draw(actor=office, draw_id=first.pk)
    published = draws.publish(actor=office, draw_id=first.pk)
    _spread(published, today)
    say(f"  draw {published.code} published; {DrawPlan.objects.count()} draws a year are planned")


def _spread(draw: Draw, today: date) -> None:
    """Give the steps the days they have in life: committed a week before, drawn on the planned day, published after it.

    A draw whose day has not come was held early; nothing is dated ahead of ``today``.
    """
    held = min(draw.planned_on, today - timedelta(days=TO_PUBLISH))
    committed, drawn, published = (
        timezone.make_aware(datetime.combine(held + timedelta(days=days), at))
        for days, at in ((-7, time(9, 30)), (0, time(10, 0)), (TO_PUBLISH, time(16, 0)))
    )
    Draw.objects.filter(pk=draw.pk).update(
        created_at=committed - timedelta(days=5), committed_at=committed, drawn_at=drawn, published_at=published
    )
