"""The two jobs that print a periodic paper, as PDF and as .docx, from its snapshot."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from programs.documents.office_docx import print_docx
from programs.documents.periodic import print_pdf
from programs.models import Ranking, StoredFile
from programs.services import files
from programs.services.jobs import Work
from programs.services.rankings.papers import mark_published

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def print_draft(work: Work) -> None:
    """Print both with the mark 草稿 and attach them to the draft, unless it was worked out again meanwhile."""
    ranking = _ranking(work)
    pdf, docx = _both(work, ranking, issued_on=None)
    with work.finishing() as job:
        row = Ranking.objects.select_for_update(of=("self",)).get(pk=ranking.pk)
        if row.state in (Ranking.State.DRAFT, Ranking.State.APPEAL) and row.as_of == ranking.as_of:
            row.pdf, row.docx = pdf, docx
            row.save(update_fields=["pdf", "docx"])
        job.result = pdf


def publish(work: Work) -> None:
    """Print both without the mark, store, publish: one effect, in one transaction."""
    ranking = _ranking(work)
    pdf, docx = _both(work, ranking, issued_on=timezone.localtime(work.job.requested_at).date())
    with work.finishing() as job:
        row = (
            Ranking.objects.select_for_update(of=("self",)).select_related("programme__jurisdiction").get(pk=ranking.pk)
        )
        mark_published(actor=job.requested_by, ranking=row, pdf=pdf, docx=docx)
        job.result = pdf


def _both(work: Work, ranking: Ranking, *, issued_on: date | None) -> tuple[StoredFile, StoredFile]:
    work.step(0, 2)
    name = f"{ranking.programme.code}-{ranking.period_code}" + ("" if issued_on else "-draft")
    pdf = files.store_bytes(print_pdf(ranking, issued_on=issued_on), name=f"{name}.pdf", content_type=PDF)
    work.step(1, 2)
    docx = files.store_bytes(print_docx(ranking, issued_on=issued_on), name=f"{name}.docx", content_type=DOCX)
    return pdf, docx


def _ranking(work: Work) -> Ranking:
    return Ranking.objects.select_related("programme").get(pk=work.params["ranking"])
