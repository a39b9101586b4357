"""The audit log: an auditor sees the entries of the own units in full, the audit administrator all without business values."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from audit import export
from audit.models import AuditEntry
from audit.reading import PER_PAGE, AuditFilter, changes, entries_within, is_open
from audit.services import record
from audit.state import is_quick, last_verification, remember_verification
from audit.tasks import verify_log
from programs.models import Role
from programs.queries.system import unsealed_entries
from programs.views.base import ScopedView

READERS = (Role.AUDITOR, Role.AUDIT_ADMIN)


class AuditView(ScopedView):
    """Which entries the person may read."""

    roles = READERS

    @property
    def with_values(self) -> bool:
        return self.access.has(Role.AUDITOR)

    def entries(self) -> QuerySet[AuditEntry]:
        """An auditor's grant for one programme opens nothing: an entry names its unit, not its programme."""
        if self.access.has(Role.AUDIT_ADMIN):
            return AuditEntry.objects.all()
        return entries_within(
            [held.path for held in self.access.business if held.role == Role.AUDITOR and held.programme_id is None]
        )

    def filtered(self) -> AuditFilter:
        return AuditFilter(self.request.GET, queryset=self.entries().order_by("-id"))


class AuditLogView(AuditView, TemplateView):
    """The list, newest first, in pages by id: no counting, the same speed at any depth."""

    template_name = "audit/log.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        log = self.filtered()
        rows = log.qs if log.is_valid() else AuditEntry.objects.none()
        older = self.request.GET.get("before", "")
        if older.isdigit() and len(older) < 19:
            rows = rows.filter(pk__lt=int(older))
        page = list(rows[: PER_PAGE + 1])
        more = len(page) > PER_PAGE
        context = {
            "filter": log, "entries": page[:PER_PAGE], "older": page[PER_PAGE - 1].pk if more else None, "deep": bool(older),
            "last": last_verification(), "unsealed": unsealed_entries(), "with_values": self.with_values,
        }  # fmt: skip
        return super().get_context_data(**kwargs) | context


class AuditEntryView(AuditView, TemplateView):
    """One entry: who, when, from where, field by field, and its seal."""

    template_name = "audit/entry.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        entry = self.entries().select_related("seal").filter(pk=self.kwargs["pk"]).first()
        if entry is None:
            raise Http404
        shown = self.with_values or is_open(entry)
        crumbs = [(_("Audit log"), reverse("audit-log")), (f"#{entry.pk}", None)]
        context = {
            "entry": entry,
            "shown": shown,
            "changes": changes(entry, with_values=shown),
            "seal": getattr(entry, "seal", None),
            "crumbs": crumbs,
        }
        return super().get_context_data(**kwargs) | context


class AuditVerifyView(ScopedView, View):
    """POST: verify now; a long log in the background."""

    roles = READERS
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        record("audit.verify", actor=request.user)
        if not is_quick():
            verify_log.delay()
            messages.info(
                request, _("The log is long, so it is verified in the background. Reload the page in a few minutes.")
            )
        elif remember_verification().holds:
            messages.success(request, _("The audit log is intact."))
        else:
            messages.error(
                request,
                _(
                    "The audit log has been altered. Keep the database as it is and report it; the first break is named below."
                ),
            )
        return redirect("audit-log")


class AuditExportView(AuditView, View):
    """The filtered list as .csv or .xlsx; the export itself is an entry."""

    def get(self, request: HttpRequest, form: str) -> HttpResponse:
        log = self.filtered()
        if not log.is_valid():
            return redirect(f"{reverse('audit-log')}?{request.GET.urlencode()}")
        record("audit.export", actor=request.user, after={"form": form, "filter": request.GET.dict()})
        table = export.rows(log.qs[: export.LIMIT].iterator(chunk_size=2000), with_values=self.with_values)
        kind = {
            "csv": "text/csv; charset=utf-8",
            "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }[form]
        response = HttpResponse(export.as_csv(table) if form == "csv" else export.as_xlsx(table), content_type=kind)
        response.headers["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate():%Y%m%d}.{form}"'
        return response
