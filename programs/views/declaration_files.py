"""Files of a declaration: its history as a table, the application package as a PDF made by a job."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.generic import View

from audit.services import record
from programs import application
from programs.queries.declarations import stage_name, verb_name
from programs.services import jobs
from programs.services.exports import export_xlsx, rows_to_csv
from programs.services.exports.figures import FORMATS
from programs.views.declarations import DeclarationMixin

WIDTHS = (17, 16, 14, 14, 12, 24, 40, 30, 20, 12, 9, 40, 30)


class HistoryFileView(DeclarationMixin, View):
    """``history.xlsx`` or ``history.csv``: every decision, override and piece of evidence, oldest first."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        fmt = self.kwargs["fmt"]
        if fmt not in FORMATS:
            raise Http404
        name = f"{self.declaration.project.code}-{self.declaration.cycle.year}-history.{fmt}"
        content = self._csv() if fmt == "csv" else self._xlsx()
        record(
            f"export.{fmt}",
            actor=self.request.user,
            obj=self.declaration,
            unit_path=self.declaration.project.unit.path,
            after={"what": "declaration.history", "rows": len(self.found.decisions)},
        )
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
        return HttpResponse(content, content_type=FORMATS[fmt], headers=headers)

    def _header(self) -> list[str]:
        return [
            _("Entered at"), _("Step"), pgettext("history of a declaration", "Stage before"), pgettext("history of a declaration", "Stage after"),
            _("Person"), pgettext("history of a declaration", "Unit or body"), _("Comment"), pgettext("history of a declaration", "Facts of the step"), _("Number"), pgettext("table", "Date"), _("Revision"),
            _("Rules passed over, with reasons"), _("Evidence"),
        ]  # fmt: skip

    def _rows(self) -> Iterator[list[Any]]:
        flow, colon = self.found.flow, pgettext("before a reason", ": ")
        for one in self.found.decisions:
            overrides = "\n".join(
                f"{row.get('rule')} {row.get('clause', '')}: {row.get('message')} — {row.get('reason')}"
                for row in one.overrides
            )
            evidence = "\n".join(f"{row.get('name')} {row.get('sha256', '')[:16]}" for row in one.evidence)
            facts = "\n".join(f"{name}{colon}{value}" for name, value in application.facts_of(flow, one))
            yield [
                one.at, verb_name(flow, one), stage_name(flow, one.from_stage), stage_name(flow, one.to_stage),
                one.actor.full_name if one.actor else _("by the system"), one.office, one.comment, facts, one.number, one.decided_on, one.revision,
                overrides, evidence,
            ]  # fmt: skip

    def _notes(self) -> list[tuple[str, str]]:
        user, project = self.request.user, self.declaration.project
        return [
            (_("Project"), project.name), (_("Programme"), project.programme.name), (_("Year"), str(self.declaration.cycle.year)),
            (_("Exported by"), f"{user.full_name} ({user.username})"), (_("Exported at"), f"{timezone.localtime():%Y-%m-%d %H:%M:%S}"),
        ]  # fmt: skip

    def _csv(self) -> bytes:
        out = io.StringIO(newline="")
        rows_to_csv(self._header(), self._rows(), out, preface=[f"{name}: {text}" for name, text in self._notes()])
        return out.getvalue().encode()

    def _xlsx(self) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "history.xlsx"
            export_xlsx(
                path, header=self._header(), rows=self._rows(), title=_("History"), notes=self._notes(), widths=WIDTHS
            )
            return path.read_bytes()


class PackageView(DeclarationMixin, View):
    """POST: print the application package; it appears among the person's files."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        job = jobs.enqueue(
            kind="declaration.package", params={"declaration": self.declaration.pk}, actor=self.request.user
        )
        messages.info(request, _("The package is being printed; it will stand among your files."))
        return redirect("job", pk=job.pk)
