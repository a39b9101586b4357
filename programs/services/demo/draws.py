"""The demonstration's draw: this year's first joint inspection, held and published; the second is prepared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from accounts.models import User
from programs.draw_pools import pools_for
from programs.models import Checklist, DrawPlan, Organization
from programs.services import draws
from programs.services.demo.series import read_yaml
from programs.services.draws import plans
from programs.services.draws.preparing import Inspector
from programs.services.draws.sources import staff_code


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
    people = [
        Inspector(one["code"], one["name"], first.unit, organization=bodies.get(one["organization"]))
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
    say(f"  draw {published.code} published; {DrawPlan.objects.count()} draws a year are planned")
