"""Figures to take along: .xlsx and CSV, within the person's scope."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from programs.as_of import read_moment
from programs.errors import RuleViolation
from programs.models import Period, Programme, ProgressReport, Role
from programs.queries.dashboard import choose_period, visible_programmes
from programs.services import files, jobs
from programs.services.exports import figures, reports
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_messages


class ExportView(ScopedView, TemplateView):
    """``/exports/``: every visible programme with its periods, one click to each file. Two queries."""

    roles = ANY_BUSINESS
    template_name = "programs/jobs/exports.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        programmes = list(visible_programmes(self.request.user).prefetch_related("periods"))
        rows = [
            {"programme": one, "periods": sorted(one.periods.all(), key=lambda p: p.starts_on, reverse=True)}
            for one in programmes
        ]
        return super().get_context_data(**kwargs) | {"rows": rows, "reads_reports": self.access.has(*reports.READERS)}


class ExportFileView(ScopedView, View):
    """Answers with the file, or makes a job of it and leads there."""

    http_method_names = ["get"]

    def period(self, programme: Programme, code: str) -> Period | None:
        return (
            self.get_or_404(Period.objects.select_related("programme__jurisdiction"), programme=programme, code=code)
            if code
            else None
        )

    def get(self, request: HttpRequest, code: str, fmt: str) -> HttpResponseBase:
        if fmt not in figures.FORMATS:
            raise Http404
        try:
            return self.answer(self.get_programme(code), fmt)
        except RuleViolation as violation:
            add_to_messages(request, violation)
            return redirect("exports")

    def answer(self, programme: Programme, fmt: str) -> HttpResponseBase:
        """Write now or later."""
        raise NotImplementedError

    def later(self, kind: str, params: dict[str, Any]) -> HttpResponse:
        job = jobs.enqueue(kind=kind, params=params, actor=self.request.user)
        messages.info(
            self.request, _("This takes longer than two seconds. The file will be here and under “My files”.")
        )
        return redirect("job", pk=job.pk)


class FiguresView(ExportFileView):
    """``/exports/<programme>/figures.csv?period=&as_of=``."""

    roles = ANY_BUSINESS

    def answer(self, programme: Programme, fmt: str) -> HttpResponseBase:
        period = self.period(programme, self.request.GET.get("period", "")) or choose_period(
            list(programme.periods.select_related("programme__jurisdiction").order_by("-starts_on")),
            "",
            timezone.localdate(),
        )
        if period is None:
            raise RuleViolation(
                "no_period",
                _("This programme has no period yet."),
                next_step=_("Come back when the first period has begun."),
            )
        moment = read_moment(self.request.GET.get("as_of", ""))
        export = figures.figures_for(actor=self.request.user, programme=programme, period=period, as_of=moment.at)
        if export.cells > figures.IN_REQUEST:
            return self.later(
                "export.figures",
                {"period": period.pk, "as_of": moment.at.isoformat() if moment.at else None, "format": fmt},
            )
        path = scratch_file()
        with transaction.atomic():
            rows = figures.write_figures(export, path=path, fmt=fmt, actor=self.request.user)
            figures.log_figures(export, fmt=fmt, rows=rows, actor=self.request.user)
        return send_once(path, f"{export.name}.{fmt}", fmt)


class ReportsView(ExportFileView):
    """``/exports/<programme>/reports.csv?period=``: one row per report with its people and times."""

    roles = (Role.AUDITOR, Role.APPROVER)

    def answer(self, programme: Programme, fmt: str) -> HttpResponseBase:
        period = self.period(programme, self.request.GET.get("period", ""))
        owed = ProgressReport.objects.filter(indicator__programme=programme)
        if (owed.filter(period=period) if period else owed).count() > figures.IN_REQUEST:
            return self.later(
                "export.reports", {"programme": programme.pk, "period": period.pk if period else None, "format": fmt}
            )
        path = scratch_file()
        args: dict[str, Any] = {"actor": self.request.user, "programme": programme, "period": period, "fmt": fmt}
        with transaction.atomic():
            rows = reports.write_reports(path=path, **args)
            reports.log_reports(rows=rows, **args)
        return send_once(path, f"{programme.code}-reports.{fmt}", fmt)


def scratch_file() -> Path:
    with tempfile.NamedTemporaryFile(dir=files.scratch(), delete=False) as out:
        return Path(out.name)


def send_once(path: Path, name: str, fmt: str) -> FileResponse:
    """Answer with the file and forget it: the name goes now, the content when it was sent."""
    stream = path.open("rb")
    os.unlink(path)
    response = FileResponse(stream, as_attachment=True, filename=name, content_type=figures.FORMATS[fmt])
    response.headers["Cache-Control"] = "private, no-store"
    return response
