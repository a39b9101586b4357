"""Waters of one year by stage, and the classes of their water."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from programs.models import Declaration
from programs.services.deadlines import Deadlines
from programs.views.base import ServiceFormMixin, who_can
from programs.workflow import Stage, workflow_of
from rivers.forms import ClassesForm
from rivers.models import WaterBody
from rivers.panels import newest_cycle
from rivers.queries import classes_of, months_of
from rivers.services.pasting import read_lines
from rivers.services.quality import WRITERS, record_classes
from rivers.views.register import WatersMixin


class YearView(WatersMixin, TemplateView):
    """Declarations of one year, in the order of the procedure; each with what comes next and by when."""

    template_name = "rivers/year.html"
    tab = "year"

    def get_context_data(self, **kwargs: Any) -> dict:
        mine = self.scoped(Declaration).filter(project__programme=self.programme, project__water__isnull=False)
        years = sorted(set(mine.order_by().values_list("cycle__year", flat=True)), reverse=True)
        wanted = self.request.GET.get("year", "")
        year = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) == 4 else newest_cycle()
        rows = list(
            mine.filter(cycle__year=year)
            .select_related("project__unit", "project__water", "project__programme", "cycle")
            .order_by("project__water__seq")
        )
        return super().get_context_data(**kwargs) | {
            "year": year,
            "evaluation_year": year + 1,
            "years": sorted({*years, newest_cycle()}, reverse=True),
            "groups": _by_stage(rows),
            "count": len(rows),
        }


def _by_stage(rows: list[Declaration]) -> list[dict[str, Any]]:
    """Stages in the order of the province's procedure, the longest; each with its waters and their next dates."""
    deadlines, today = Deadlines(rows), timezone.localdate()
    groups: dict[str, dict[str, Any]] = {}
    for stage in _in_order():
        groups[stage.code] = {"stage": stage, "rows": []}
    for one in rows:
        flow = workflow_of(one.workflow)
        forward = next((step for step in flow.steps_from(one.stage) if not step.is_reverse), None)
        window = deadlines.window(one, forward.verb) if forward else None
        late = window is not None and not window.exemption and window.closes is not None and window.closes < today
        groups[one.stage]["rows"].append(
            {"row": one, "next": flow.stage(one.stage).next, "window": window, "is_late": late}
        )
    return [group for group in groups.values() if group["rows"]]


def _in_order() -> list[Stage]:
    """Stages of all three procedures; a stage that only the county has stands after the one before it there."""
    order = list(workflow_of("rivers-province").stages)
    before = 0
    for stage in workflow_of("rivers-county").stages:
        place = next((n for n, one in enumerate(order) if one.code == stage.code), None)
        if place is None:
            order.insert(before + 1, stage)
            place = before + 1
        before = place
    return order


class ClassesView(ServiceFormMixin, WatersMixin, FormView):
    """A year of classes of every visible water, and the field to paste new ones into."""

    template_name = "rivers/classes.html"
    form_class = ClassesForm
    tab = "classes"

    def post(self, request, *args: Any, **kwargs: Any):
        if not self.access.can(WRITERS):
            raise PermissionDenied(who_can(WRITERS))
        return super().post(request, *args, **kwargs)

    @property
    def year(self) -> int:
        wanted = self.request.GET.get("year", "")
        return int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) == 4 else timezone.localdate().year

    def get_initial(self) -> dict:
        return super().get_initial() | {"year": self.year}

    def perform(self, form: ClassesForm) -> int:
        classes = read_lines(form.cleaned_data["lines"], form.cleaned_data["year"])
        return record_classes(
            actor=self.request.user,
            programme=self.programme,
            classes=classes,
            source=form.cleaned_data["source"],
            reason=form.cleaned_data["reason"],
        )

    def get_success_url(self) -> str:
        messages.success(self.request, _("%(count)s classes were stored.") % {"count": self.done})
        return f"{reverse('rivers:classes')}?year={self.request.POST['year']}"

    def get_context_data(self, **kwargs: Any) -> dict:
        waters = list(
            self.scoped(WaterBody)
            .filter(programme=self.programme)
            .select_related("project__unit", "project__programme")
            .order_by("seq")
        )
        months = [date(self.year, number, 1) for number in range(1, 13)]
        held = classes_of(waters, months[0], months[-1])
        today = timezone.localdate()
        lines = [{"water": water, "months": months_of(held[water.pk], months)} for water in waters]
        cells = [cell for line in lines for cell in line["months"]]
        return super().get_context_data(**kwargs) | {
            "year": self.year,
            "years": range(today.year, 2021, -1),
            "months": months,
            "lines": lines,
            "today": today,
            "bad": sum(cell.is_bad for cell in cells),
            "missing": sum(cell.grade is None and cell.month < today.replace(day=1) for cell in cells),
            "may_write": self.access.can(WRITERS, programme=self.programme),
        }
