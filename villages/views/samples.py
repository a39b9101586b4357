"""The city's yearly sample of what counties decided: plan it, follow it, open its inspections."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from programs.errors import RuleViolation
from programs.models import Declaration, Draw, DrawCandidate, Inspection, Purpose
from programs.queries.inspections import checklists_for
from programs.services.draws.preparing import DRAWS
from programs.views.base import ANY_BUSINESS, add_to_form
from villages.forms import SampleForm
from villages.models import CountySample
from villages.queries import DECIDED_BY_COUNTY, counties_of
from villages.services import samples
from villages.views.base import VillagesView


class SampleView(VillagesView, View):
    """One year: what each county decided, what is drawn of it, what the inspections found. POST plans the draw."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: HttpRequest) -> HttpResponse:
        if not self.may_plan:
            raise PermissionDenied(_("The sample is planned by inspectors and approvers of the city."))
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            sample = samples.plan_sample(
                actor=request.user,  # type: ignore[arg-type]  # signed in: ScopedView
                programme=self.programme,
                year=self.year,
                **form.cleaned_data,
            )
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(form, status=violation.status)
        messages.success(
            request, _("The draw is prepared with its lists. Look at them, then commit: from then on they are frozen.")
        )
        return redirect("draw", sample.draw_id)

    def form(self, data: Any = None) -> SampleForm:
        return SampleForm(
            data, checklists=checklists_for(self.programme, Purpose.SAMPLE).filter(level__in=("", "county"))
        )

    @property
    def may_plan(self) -> bool:
        return self.access.can(DRAWS, unit=self.programme.jurisdiction, programme=self.programme)

    def years(self) -> list[int]:
        """This year and those before it, back to the programme's first."""
        now = timezone.localdate().year
        return list(range(now, max(self.programme.starts_on.year, now - 5) - 1, -1))

    def show(self, form: SampleForm, status: int = 200) -> HttpResponse:
        """The page; a fixed number of queries."""
        found = CountySample.objects.filter(draw__programme=self.programme, year=self.year)
        sample = (
            self.scoped(found).exclude(draw__state=Draw.State.CANCELLED)
            .select_related("draw__checklist", "planned_by").first()
        )  # fmt: skip
        chosen = self.drawn(sample)
        context = self.frame("villages-sample") | {
            "sample": sample,
            "lines": self.lines(sample, chosen),
            "chosen": chosen,
            "mine": {one.pk for one in chosen if self.is_sent(one)},
            "form": form,
            "may_plan": self.may_plan and not found.exclude(draw__state=Draw.State.CANCELLED).exists(),
            "years": self.years(),
        }
        return render(self.request, "villages/sample.html", context, status=status)

    def drawn(self, sample: CountySample | None) -> list[DrawCandidate]:
        if sample is None:
            return []
        rows = DrawCandidate.objects.filter(draw=sample.draw, is_chosen=True).select_related("project", "unit__parent", "inspection")  # fmt: skip
        return list(rows.prefetch_related("pairs__inspector").order_by("stratum", "code"))

    def is_sent(self, one: DrawCandidate) -> bool:
        """Whether the draw sends this person there."""
        user = self.request.user
        return any(user.pk == pair.inspector.user_id for pair in one.pairs.all())

    def lines(self, sample: CountySample | None, chosen: list[DrawCandidate]) -> list[dict[str, Any]]:
        """By county: decided, on the list, to be drawn, drawn, inspected, failed."""
        counties = counties_of(self.programme)
        decided = self.scoped(Declaration).filter(
            DECIDED_BY_COUNTY, project__programme=self.programme, cycle__year=self.year
        ).select_related("project__unit")  # fmt: skip
        there = Counter(counties.of(one.project.unit).name for one in decided)
        listed = Counter(sample.draw.candidates.values_list("stratum", flat=True)) if sample else Counter[str]()
        closed = [one for one in chosen if one.inspection and one.inspection.state == Inspection.State.CLOSED]
        drawn, looked_at = Counter(one.stratum for one in chosen), Counter(one.stratum for one in closed)
        failed = Counter(one.stratum for one in closed if one.inspection and one.inspection.outcome == "fail")
        quota = sample.draw.quota if sample else {}
        labels = {one.name: one.label for one in counties.by_path.values()}
        return [
            {
                "county": labels.get(name, name), "decided": there[name], "listed": listed[name], "quota": quota.get(name, 0),
                "drawn": drawn[name], "inspected": looked_at[name], "failed": failed[name],
            }
            for name in dict.fromkeys([*labels, *there, *listed])
            if there[name] or listed[name]
        ]  # fmt: skip
