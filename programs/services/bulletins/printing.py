"""The two jobs that print a bulletin from its snapshot."""

from __future__ import annotations

from django.utils import timezone

from programs.documents.bulletin import print_bulletin
from programs.models import Bulletin
from programs.services import files
from programs.services.bulletins.lifecycle import mark_published
from programs.services.jobs import Work

PDF = "application/pdf"


def print_draft(work: Work) -> None:
    """Print with the mark 草稿 and attach the file to the draft."""
    bulletin = _bulletin(work)
    content = print_bulletin(bulletin, issued_on=None, step=work.step)
    stored = files.store_bytes(content, name=file_name(bulletin, "draft"), content_type=PDF)
    with work.finishing() as job:
        row = Bulletin.objects.select_for_update(of=("self",)).get(pk=bulletin.pk)
        if row.state == Bulletin.State.DRAFT:
            row.file = job.result = stored
            row.save(update_fields=["file"])


def print_published(work: Work) -> None:
    """Print without the mark from the same snapshot, store, publish: one effect, in one transaction."""
    bulletin = _bulletin(work)
    content = print_bulletin(bulletin, issued_on=timezone.localtime(work.job.requested_at).date(), step=work.step)
    stored = files.store_bytes(content, name=file_name(bulletin, ""), content_type=PDF)
    with work.finishing() as job:
        row = (
            Bulletin.objects.select_for_update(of=("self",))
            .select_related("programme__jurisdiction")
            .get(pk=bulletin.pk)
        )
        mark_published(actor=work.requester, bulletin=row, file=stored)
        job.result = stored


def file_name(bulletin: Bulletin, mark: str) -> str:
    """``pingdingshan-villages-2023-2026-03.pdf``; a draft says so."""
    return (
        "-".join(filter(None, [bulletin.programme.code, str(bulletin.year), f"{bulletin.issue_no:02d}", mark])) + ".pdf"
    )


def _bulletin(work: Work) -> Bulletin:
    return Bulletin.objects.select_related("programme__jurisdiction", "period").get(pk=work.params["bulletin"])
