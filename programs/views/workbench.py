"""The page a person begins the day with: what is due, what came back, what waits for a decision."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from programs.models import Indicator, Role
from programs.queries.declarations import with_related
from programs.queries.due_inspections import due_inspections
from programs.queries.inbox import waiting_for
from programs.queries.inbox_rows import inbox_rows
from programs.queries.open_forms import open_forms
from programs.queries.review_queue import piles
from programs.queries.reviews import digest_of
from programs.queries.supervision_inbox import sections_for
from programs.queries.workbench import open_corrections, recent, results, returned_cells, strip
from programs.roles import ABILITIES
from programs.views.base import ANY_BUSINESS, ScopedView

MOST = 30
FIRST = 6  # applications and inspections shown here; the inbox has all of them


class WorkbenchView(ScopedView, TemplateView):
    """Reporters see forms, reviewers and approvers what waits; everybody the results of their unit and what happened."""

    roles = ANY_BUSINESS
    template_name = "programs/workbench/workbench.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today, access = timezone.localdate(), self.access
        forms = open_forms(access) if access.has(Role.REPORTER) else []
        returned = list(returned_cells(access)[:MOST]) if access.has(Role.REPORTER) else []
        waiting = piles(access, self.request.user) if access.has(Role.REVIEWER, Role.APPROVER) else []
        corrections = list(open_corrections(access)[:MOST]) if access.has(Role.APPROVER) else []
        steps = waiting_for(access)
        applications = inbox_rows(access, list(with_related(steps)[:MOST]), today)
        steps_count = len(applications) if len(applications) < MOST else steps.order_by().count()
        due = due_inspections(access, today)
        supervision = sections_for(self.request.user, today)
        groups = [
            (_("Late"), [f for f in forms if f.to_send and f.left < 0]),
            (_("Due within three working days"), [f for f in forms if f.to_send and 0 <= f.left <= 3]),
            (_("Later"), [f for f in forms if f.to_send and f.left > 3]),
        ]
        headline = list(
            self.scoped(Indicator)
            .filter(is_headline=True)
            .select_related("programme", "numerator", "denominator")
            .order_by("programme__position", "position")
        )
        unit, rows = results(access, headline, today)
        return super().get_context_data(
            today=today, forms=forms, groups=[(name, part) for name, part in groups if part], sent=[f for f in forms if not f.to_send],
            due_now=sum(f.to_send > 0 and f.left <= 0 for f in forms), open_count=sum(f.to_send > 0 for f in forms), returned=returned, piles=waiting,
            waiting=sum(p.first + p.second for p in waiting), corrections=corrections, strip=strip(forms, returned, today) if forms else [],
            unit=unit, results=rows, recent=recent(access), abilities=[(Role(r).label, ABILITIES[Role(r)]) for r in sorted(access.roles)],
            applications=applications[:FIRST], applications_count=steps_count, due=due[:FIRST], due_count=len(due), supervision=supervision,
            has_duties=access.has(Role.REPORTER, Role.REVIEWER, Role.APPROVER) or bool(due) or bool(supervision), digest=digest_of(self.request.user, today), **kwargs,
        )  # fmt: skip
