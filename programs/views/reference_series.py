"""The reference series that targets of a programme follow: seen by everybody, entered by the leading bureau."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from policies.models import in_language
from programs.errors import RuleViolation
from programs.models import Indicator, Programme, ReferenceSeries, Role, Target
from programs.numbers import NotANumber
from programs.services.reference_series import read_value, set_value
from programs.templatetags.luoshi import format_number
from programs.views.base import ANY_BUSINESS, sentence
from programs.views.derived import OneProgrammeMixin

MOST_TYPED = 200


@dataclass
class SeriesRow:
    """One year as the page shows it: what is stored, or what was typed and refused, with the reason."""

    row: ReferenceSeries
    value: str
    source: str
    seen: str
    error: str = ""


class SeriesView(OneProgrammeMixin, TemplateView):
    """``/programmes/<code>/series/``: one input a year for those who lead the programme. Four queries."""

    roles: tuple[Role, ...] = ANY_BUSINESS
    template_name = "programs/derived/series.html"
    refused: tuple[int, str] | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        programme = self.programme()
        measures = measures_of(programme)
        groups: dict[str, list[SeriesRow]] = {}
        for row in self.series(programme):
            groups.setdefault(row.code, []).append(self._row(row))
        return super().get_context_data(**kwargs) | {
            "programme": programme,
            "groups": [(measures.get(code, ""), rows) for code, rows in groups.items()],
            "leads": self.leads(programme),
            "crumbs": self.crumbs(programme),
        }

    def series(self, programme: Programme) -> Any:
        """Series that targets of the programme follow."""
        codes = Target.objects.filter(indicator__programme=programme, replaced_at=None).exclude(series_code="")
        return ReferenceSeries.objects.filter(
            code__in=codes.values("series_code"), unit__path__startswith=programme.jurisdiction.path
        ).order_by("code", "group", "year")

    def _row(self, row: ReferenceSeries) -> SeriesRow:
        if self.refused is not None and self.refused[0] == row.pk:
            typed = {name: self.request.POST.get(name, "")[:MOST_TYPED] for name in ("value", "source", "seen")}
            return SeriesRow(row, error=self.refused[1], **typed)
        value = "" if row.value is None else format_number(row.value)
        return SeriesRow(row, value, row.source, "" if row.value is None else str(row.value))


class SeriesValueView(SeriesView):
    """Enter one value. A refusal shows the page again with what was typed and the reason beside it."""

    roles = (Role.APPROVER,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, code: str, pk: int) -> HttpResponse:
        programme = self.programme()
        if not self.leads(programme):
            raise Http404
        row = ReferenceSeries.objects.filter(pk=pk, unit__path__startswith=programme.jurisdiction.path).first()
        if row is None:
            raise Http404
        try:
            set_value(
                actor=self.request.user,
                programme=programme,
                series_id=pk,
                seen=read_value(request.POST.get("seen", ""), ""),
                value=read_value(request.POST.get("value", ""), measures_of(programme).get(row.code, "")),
                source=request.POST.get("source", ""),
            )
        except RuleViolation as violation:
            if isinstance(violation, NotANumber) or violation.code == "bad_value":
                violation.rule = _("a value is a number in the measure of its series, with at most 4 decimals")
            told = _("%(series)s, %(year)s: %(what)s") % {
                "series": in_language(row, "name"),
                "year": row.year,
                "what": sentence(violation),
            }
            self.refused = (pk, told)
            return self.render_to_response(self.get_context_data(refused=told), status=violation.status)
        messages.success(
            request,
            _("%(year)s is saved; targets that follow this series are judged by it from now on.") % {"year": row.year},
        )
        return redirect("programme-series", code=code)


def measures_of(programme: Programme) -> dict[str, str]:
    """{code of a series: its measure}: of the indicator it is named after, else of the one compared with it. Two queries."""
    followed = Target.objects.filter(indicator__programme=programme, replaced_at=None).exclude(series_code="")
    found = {target.series_code: target.indicator.unit_zh for target in followed.select_related("indicator")}
    return found | dict(Indicator.objects.filter(programme=programme, code__in=found).values_list("code", "unit_zh"))
