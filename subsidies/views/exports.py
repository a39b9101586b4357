"""Money to take along: lists and ledgers as .xlsx and CSV, the ledger and the award order as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.generic import View

from audit.services import record
from programs.services.exports.writers import export_xlsx, rows_to_csv
from programs.views.base import ANY_BUSINESS, ScopedView
from programs.views.exports import scratch_file, send_once
from subsidies.documents import ledger_pdf, order_pdf
from subsidies.ledger import ledger
from subsidies.models import AwardOrder
from subsidies.queries import award_list, chains, fund_rows
from subsidies.views.awards import narrowed
from subsidies.views.funds import FundMixin, wanted_year


def write(path: Path, fmt: str, header: Sequence[str], rows: Sequence[Sequence[Any]], title: str, note: str) -> None:
    """One table into ``path`` as csv or xlsx; texts that a spreadsheet would run are neutralised by the writers."""
    if fmt == "csv":
        with path.open("w", encoding="utf-8", newline="") as out:
            rows_to_csv(header, rows, out, preface=[note])
    else:
        export_xlsx(path, header=header, rows=rows, title=title, notes=[(_("Export"), note)], widths=[28] * 2)


def note_of(view: ScopedView) -> str:
    return _("Exported by %(who)s, %(when)s; amounts in yuan.") % {
        "who": view.request.user.full_name,
        "when": timezone.localtime().strftime("%Y-%m-%d %H:%M"),
    }


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """A PDF shown in the browser, never kept by caches."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "private, no-store"},
    )


class AwardsView(ScopedView, View):
    """The list of awards as it is narrowed on the page."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, fmt: str) -> HttpResponseBase:
        if fmt not in {"csv", "xlsx"}:
            raise Http404
        found = narrowed(award_list(self.request.user), request.GET).order_by("-year", "id")
        rows: list[Sequence[Any]] = []
        for chain in chains(found, timezone.localdate()):
            award = chain.award
            rows.append(
                (
                    award.project.name,
                    chain.payee,
                    award.project.programme.short,
                    award.year,
                    award.rule.name,
                    award.amount,
                    chain.arrived,
                    chain.light[1],
                    award.order.number if award.order else "",
                    award.order.ordered_on if award.order else None,
                    ", ".join(alert.get_kind_display() for alert in chain.alerts),
                )
            )
        header = [_("Place"), _("Paid to"), _("Programme"), _("Year"), _("Award"), _("Amount (yuan)"), _("Arrived (yuan)"),
                  _("Where the money is"), _("Award order"), _("Date of the order"), _("Alerts")]  # fmt: skip
        path = scratch_file()
        write(path, fmt, header, rows, _("Awards"), note_of(self))
        with transaction.atomic():
            record(f"export.{fmt}", actor=request.user, object_type="subsidies.award", after={"rows": len(rows)})
        return send_once(path, f"awards.{fmt}", fmt)


class LedgerView(FundMixin, View):
    """A fund's ledger of one year: csv, xlsx or pdf."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, code: str, fmt: str) -> HttpResponseBase:
        if fmt not in {"csv", "xlsx", "pdf"}:
            raise Http404
        row = fund_rows([self.fund], timezone.localdate().year)[0]
        year = wanted_year(request.GET.get("year", ""), [line.year for line in row.years if line.year])
        lines = ledger(self.fund, self.request.user, year)
        with transaction.atomic():
            record(
                f"export.{fmt}",
                actor=request.user,
                obj=self.fund,
                unit_path=self.fund.programme.jurisdiction.path,
                after={"year": year, "rows": len(lines)},
            )
        name = f"{self.fund.code}-{year}"
        if fmt == "pdf":
            return pdf_answer(ledger_pdf(self.fund, row, year, lines, who=self.request.user.full_name), name)
        header = [pgettext("ledger", "Date"), _("What"), _("Place"), pgettext("ledger", "Paper"), _("In (yuan)"), _("Promised or spent (yuan)"), _("Balance (yuan)")]  # fmt: skip
        rows = [
            (line.on, line.what, line.where, line.paper, line.added, line.committed, line.balance) for line in lines
        ]
        path = scratch_file()
        write(path, fmt, header, rows, str(year), note_of(self))
        return send_once(path, f"{name}.{fmt}", fmt)


class OrderPdfView(ScopedView, View):
    """An award order in the official layout, for the office to seal; those who see a part of it see that part."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        order = self.get_or_404(
            AwardOrder.objects.select_related("programme__jurisdiction", "programme__document", "programme__lead"),
            pk=pk,
        )
        listed = chains(award_list(self.request.user).filter(order=order).order_by("id"), timezone.localdate())
        if not listed:
            raise Http404
        with transaction.atomic():
            record("export.pdf", actor=request.user, obj=order, after={"awards": len(listed)})
        return pdf_answer(order_pdf(order, listed, total=order.awards.count()), f"award-order-{order.pk}")
