"""Exports too large for a request, as jobs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from programs.models import Period, Programme
from programs.services import files
from programs.services.exports import figures, reports
from programs.services.jobs import Work


def write_figures(work: Work) -> None:
    """params: programme and period (keys), as_of (ISO or null), format."""
    period = Period.objects.select_related("programme__jurisdiction").get(pk=work.params["period"])
    as_of = parse_datetime(work.params["as_of"]) if work.params.get("as_of") else None
    export = figures.figures_for(actor=work.requester, programme=period.programme, period=period, as_of=as_of)
    work.step(0, export.cells, _("writing"))
    path, fmt = _scratch(), work.params["format"]
    rows = figures.write_figures(export, path=path, fmt=fmt, actor=work.requester)
    stored = _store(path, f"{export.name}.{fmt}", fmt)
    with work.finishing() as job:
        figures.log_figures(export, fmt=fmt, rows=rows, actor=work.requester)
        job.result = stored


def write_reports(work: Work) -> None:
    """params: programme and period (keys; period may be null), format."""
    programme = Programme.objects.select_related("jurisdiction").get(pk=work.params["programme"])
    period = Period.objects.get(pk=work.params["period"]) if work.params.get("period") else None
    work.step(0, 1, _("writing"))
    path, fmt, actor = _scratch(), work.params["format"], work.requester
    rows = reports.write_reports(actor=actor, programme=programme, period=period, path=path, fmt=fmt)
    stored = _store(path, f"{programme.code}-reports.{fmt}", fmt)
    with work.finishing() as job:
        reports.log_reports(actor=actor, programme=programme, period=period, fmt=fmt, rows=rows)
        job.result = stored


def _scratch() -> Path:
    with tempfile.NamedTemporaryFile(dir=files.scratch(), delete=False) as out:
        return Path(out.name)


def _store(path: Path, name: str, fmt: str):
    return files.store(source=path, name=name, content_type=figures.FORMATS[fmt])
