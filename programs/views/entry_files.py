"""The grid as an Excel file: download, upload with a preview, confirmation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from audit.services import record
from programs.errors import RuleViolation
from programs.forms import UploadForm
from programs.services.entry import Typed
from programs.services.xlsx_entry import Change, import_changes, read_grid, write_grid
from programs.views.base import add_to_messages
from programs.views.entry import FIELD, GridMixin

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DownloadView(GridMixin, View):
    """The grid with everything typed so far; what may be typed into is unlocked."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        content = write_grid(self.grid(), f"{self.programme.name} {self.period.code}")
        record(
            "export.grid",
            actor=request.user,
            obj=self.period,
            after={"period": self.period.code, "programme": self.programme.code},
        )
        name = f"{self.programme.code}-{self.period.code}.xlsx"
        return HttpResponse(
            content,
            content_type=XLSX,
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )


class UploadView(GridMixin, TemplateView):
    """POST a file: a preview of what would change, or the list of what is wrong. POST ``action=confirm``: import it."""

    template_name = "programs/entry/upload.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        crumbs = [
            (_("Workbench"), reverse("workbench")),
            (f"{self.programme.short} {self.period.code}", self.here),
            (_("Import Excel"), None),
        ]
        context = {
            "programme": self.programme,
            "period": self.period,
            "within": self.within,
            "form": kwargs.get("form") or UploadForm(),
            "crumbs": crumbs,
            "here": self.here,
        }
        return super().get_context_data(**(kwargs | context))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if request.POST.get("action") == "confirm":
                return self._confirm()
            form = UploadForm(request.POST, request.FILES)
            if not form.is_valid():
                return self.render_to_response(self.get_context_data(form=form), status=422)
            file = form.cleaned_data["file"]
            changes: list[Change] = read_grid(file, file.size, self.grid())
        except RuleViolation as violation:
            return self.render_to_response(self.get_context_data(refused=violation), status=violation.status)
        return self.render_to_response(self.get_context_data(changes=changes, previewed=True))

    def _confirm(self) -> HttpResponse:
        cells = []
        for name, text in self.request.POST.items():
            match = FIELD.match(name)
            if match:
                version = self.request.POST.get(f"v-{match[1]}-{match[2]}", "0")
                cells.append(
                    Typed(
                        int(match[1]),
                        int(match[2]),
                        text,
                        version=int(version) if version.isdecimal() and len(version) < 10 else 0,
                    )
                )
        try:
            import_changes(actor=self.request.user, period=self.period, cells=cells)
            messages.success(
                self.request,
                ngettext(
                    "%(n)s cell imported as a draft; nothing was sent.",
                    "%(n)s cells imported as drafts; nothing was sent.",
                    len(cells),
                )
                % {"n": len(cells)},
            )
        except RuleViolation as violation:
            add_to_messages(self.request, violation)
        return redirect(self.here)
