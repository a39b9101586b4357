"""Supervision notices: numbered, printed once and for all, answered once, checked by anybody."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from programs.errors import Conflict, RuleViolation
from programs.models import SupervisionNotice, TaskAssignment
from programs.services import files
from programs.services.supervision_notices import answer, file_of, issue

TODAY, DUE = date(2026, 11, 2), date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.LUOSHI_DATA = tmp_path


def issued(office, rows=None, **fields):
    given = {"actor": office.approver, "demand": "立即整改。\n逐项说明。", "due_on": DUE, "today": TODAY}
    rows = rows or [office.of_county(1), office.of_county(2)]
    return issue(assignment_ids=[row.pk for row in rows], **(given | fields))


def test_it_is_numbered_printed_and_stands_in_the_history(office):
    first, second = issued(office), issued(office, [office.of_body(office.other)])
    assert [(one.year, one.number) for one in (first, second)] == [(2026, 1), (2026, 2)]
    printed = "".join(page.extract_text() for page in PdfReader(files.path_of(first.file).open("rb")).pages)
    for words in ("立即整改", "逐项说明", office.small.counties[0].name, first.code):
        assert words in printed.replace("\n", "")
    assert office.of_county(1).steps.filter(verb="notice", actor=office.approver).count() == 1
    assert (office.of_county(1).version, office.of_county(1).state) == (1, "assigned")


def test_lost_files_are_printed_again_the_same(office):
    notice = issued(office)
    before = notice.file.sha256
    files.path_of(notice.file).unlink()
    TaskAssignment.objects.update(state="done")  # what is printed comes from the snapshot alone
    again = file_of(SupervisionNotice.objects.get(pk=notice.pk))
    assert again.sha256 == before
    assert files.is_intact(again)


def test_what_is_refused(office):
    with pytest.raises(RuleViolation) as caught:
        issued(office, [office.of_county(1), office.of_county(1, county=1)])
    assert caught.value.code == "several_bodies"
    for fields, code in (({"demand": " "}, "demand_missing"), ({"due_on": TODAY}, "past")):
        with pytest.raises(RuleViolation) as caught:
            issued(office, **fields)
        assert caught.value.code == code
    for person in (office.reviewer, office.lead_reviewer, office.inspector):
        with pytest.raises(PermissionDenied):
            issued(office, actor=person)
    with pytest.raises(RuleViolation) as caught:
        issued(office, actor=office.stranger)
    assert caught.value.code == "not_found"
    TaskAssignment.objects.filter(pk=office.of_county(1).pk).update(state="done")
    with pytest.raises(Conflict):
        issued(office)
    assert not SupervisionNotice.objects.exists()


def test_it_is_answered_once_by_the_body(office):
    notice = issued(office)
    for person in (office.approver, office.reviewer):
        with pytest.raises(PermissionDenied):
            answer(actor=person, notice_id=notice.pk, text="示例")
    with pytest.raises(RuleViolation):
        answer(actor=office.other_reporter, notice_id=notice.pk, text="示例")
    with pytest.raises(RuleViolation) as caught:
        answer(actor=office.reporter, notice_id=notice.pk, text="  ")
    assert caught.value.code == "text_missing"
    done = answer(actor=office.reporter, notice_id=notice.pk, text="已改")
    assert (done.answered_at is not None, done.answered_by) == (True, office.reporter)
    with pytest.raises(Conflict):
        answer(actor=office.reporter, notice_id=notice.pk, text="again")


def test_anybody_checks_it_without_reading_it(office):
    notice = issued(office)
    client, address = Client(), f"/verify/notice/{notice.code}/"
    page = client.get(address).content.decode()
    assert notice.file.sha256 in page
    assert "立即整改" not in page
    content = files.path_of(notice.file).read_bytes()
    for sent, said in ((content, "msg--ok"), (content + b" ", "msg--err")):
        upload = SimpleUploadedFile("notice.pdf", io.BytesIO(sent).read(), content_type="application/pdf")
        assert said in client.post(address, {"file": upload}).content.decode()
    assert client.get("/verify/notice/AAAA-BBBB-CCCC-DDDD/").status_code == 404
