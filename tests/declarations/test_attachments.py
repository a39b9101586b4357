"""Papers are judged by what they are: real bad files are refused, good ones are kept version by version."""

import io
import zipfile

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from audit.models import AuditEntry
from programs.errors import Conflict, RuleViolation
from programs.models import Attachment
from programs.services import previews
from programs.services.attachments import attach, clean_name
from programs.services.files import path_of
from programs.services.refusals import Forbidden
from tests.declarations.test_decide import take


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.LUOSHI_DATA = tmp_path


def pdf(*, script=False, launch=False, attachment=False, password="", pages=1, size=(300, 400)):
    writer = PdfWriter()
    for _number in range(pages):
        writer.add_blank_page(*size)
    if script or launch:
        action = {"/S": "/JavaScript", "/JS": "app.alert(1)"} if script else {"/S": "/Launch", "/F": "cmd.exe"}
        values = {NameObject(k): NameObject(v) if k == "/S" else TextStringObject(v) for k, v in action.items()}
        writer._root_object[NameObject("/OpenAction")] = DictionaryObject(values)
    if attachment:
        writer.add_attachment("x.exe", b"MZ")
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def picture(fmt="PNG", size=(40, 30)):
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, fmt)
    return out.getvalue()


def docx():
    out = io.BytesIO()
    document = Document()
    document.add_paragraph("plan")
    document.save(out)
    return out.getvalue()


def repacked(content, **added):
    """An office file with parts added (name with ``__`` for ``/`` and ``_`` kept) or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in added:
                new.writestr(info.filename, old.read(info))
        for name, data in added.items():
            new.writestr(name, data)
    return out.getvalue()


def archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        new.writestr("run.js", "x")
    return out.getvalue()


def huge_png():
    """40,000 × 40,000 pixels in a few hundred bytes of header."""
    return picture()[:16] + (40_000).to_bytes(4, "big") * 2 + picture()[24:]


RELS = (
    '<?xml version="1.0"?><Relationships><Relationship Id="r1" Type="attachedTemplate" Target="//elsewhere/t.dotm" '
    'TargetMode="External"/></Relationships>'
)
BAD = {
    "renamed program": ("plan.pdf", b"MZ\x90\x00" + b"\x00" * 200, "content"),
    "page": ("plan.pdf", b"<!doctype html><script>alert(1)</script>", "content"),
    "svg": ("plan.png", b'<svg onload="alert(1)"/>', "content"),
    "svg by its name": ("plan.svg", b"<svg/>", "type"),
    "no ending": ("plan", b"%PDF-1.7", "type"),
    "old word": ("plan.doc", b"\xd0\xcf\x11\xe0", "type"),
    "empty": ("plan.pdf", b"", "empty"),
    "only a header": ("plan.pdf", b"%PDF-1.7\n" + b"x" * 400, "damaged"),
    "pdf with script": ("plan.pdf", pdf(script=True), "active_content"),
    "pdf that launches": ("plan.pdf", pdf(launch=True), "active_content"),
    "pdf with a file inside": ("plan.pdf", pdf(attachment=True), "active_content"),
    "pdf with password": ("plan.pdf", pdf(password="x"), "encrypted"),
    "pdf and archive": ("plan.pdf", pdf() + archive(), "polyglot"),
    "picture and archive": ("photo.png", picture() + archive(), "polyglot"),
    "picture with another name": ("photo.jpg", picture(), "content"),
    "picture cut off": ("photo.png", picture(size=(400, 400))[:-700], "damaged"),
    "pixels": ("photo.png", huge_png(), None),
    "word with macros": ("plan.docx", repacked(docx(), **{"word/vbaProject.bin": b"x"}), "active_content"),
    "word with remote template": ("plan.docx", repacked(docx(), **{"word/_rels/settings.xml.rels": RELS}), "active_content"),
    "bomb": ("plan.docx", repacked(docx(), **{"word/media/a.xml": b"0" * 210_000_000}), "zip_bomb"),
    "archive called word": ("plan.docx", archive(), None),
    "word called excel": ("plan.xlsx", docx(), None),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_and_nothing_stays(case, what, tmp_path):
    name, content, code = BAD[what]
    with pytest.raises(RuleViolation) as caught:
        attach(actor=case.town_reporter, project=case.project, kind="plan", upload=SimpleUploadedFile(name, content))
    assert code is None or caught.value.code == code
    assert caught.value.field == "file"
    assert caught.value.next_step
    assert not Attachment.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_too_large_is_refused_before_it_is_parsed(case, settings):
    settings.LUOSHI_PAPER_MB = 1
    upload = SimpleUploadedFile("plan.pdf", pdf() + b" " * (1 << 20))
    with pytest.raises(RuleViolation) as caught:
        attach(actor=case.town_reporter, project=case.project, kind="plan", upload=upload)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    ("name", "content", "pages"),
    [("plan.pdf", pdf(pages=3), 3), ("a.JPEG", picture("JPEG"), 1), ("a.png", picture(), 1), ("a.docx", docx(), 0)],
)
def test_a_good_file_is_kept_and_shown_as_a_picture(case, name, content, pages):
    paper = attach(
        actor=case.town_reporter, project=case.project, kind="plan", upload=SimpleUploadedFile(name, content)
    )
    assert path_of(paper.file).read_bytes() == content
    assert previews.pages_of(paper.file) == pages
    drawn = previews.draw(paper.file, 1)
    assert (drawn[:4] == b"\x89PNG") if pages else drawn is None
    assert previews.draw(paper.file, pages + 1) is None
    assert AuditEntry.objects.get(verb="attachment.add").after["sha256"] == paper.file.sha256


def test_a_newer_version_replaces_and_the_older_stays(case):
    for width in (300, 301):
        upload = SimpleUploadedFile("plan.pdf", pdf(size=(width, 400)))
        attach(actor=case.town_reporter, project=case.project, kind="plan", upload=upload)
    rows = Attachment.objects.order_by("id")
    assert [(row.version, row.replaced_at is None) for row in rows] == [(1, False), (2, True)]


def test_other_papers_stand_side_by_side(case):
    for name in ("a.pdf", "b.pdf"):
        attach(actor=case.town_reporter, project=case.project, kind="other", upload=SimpleUploadedFile(name, pdf()))
    assert Attachment.objects.filter(replaced_at=None).count() == 2


def test_a_paper_under_decision_is_not_replaced(case):
    def again():
        return attach(
            actor=case.town_reporter, project=case.project, kind="plan", upload=SimpleUploadedFile("p.pdf", pdf())
        )

    again()
    take(case, "apply", case.town_reporter)
    with pytest.raises(Conflict) as caught:
        again()
    assert caught.value.code == "handed_in"
    take(case, "withdraw", case.town_reporter, comment="wrong plan")
    assert again().version == 2


def test_a_paper_stays_as_decided_and_belongs_to_who_hands_it_in(case):
    def plan(actor):
        return attach(actor=actor, project=case.project, kind="plan", upload=SimpleUploadedFile("p.pdf", pdf()))

    for other_side in (case.county_reviewer, case.city_approver):
        with pytest.raises(Forbidden) as caught:
            plan(other_side)
        assert caught.value.code == "not_your_paper"
    plan(case.town_reporter)
    take(case, "apply", case.town_reporter)
    take(case, "hand_in", case.county_reviewer)
    take(case, "accept", case.city_approver)
    for actor, error in ((case.town_reporter, Conflict), (case.city_approver, Forbidden)):
        with pytest.raises(error):
            plan(actor)
    assert Attachment.objects.get(kind="plan").version == 1


@pytest.mark.parametrize(
    ("who", "error"), [("viewer", PermissionDenied), ("other_reporter", RuleViolation), ("nobody", RuleViolation)]
)
def test_only_people_of_the_place_attach(case, who, error):
    with pytest.raises(error):
        attach(
            actor=case.place.people[who], project=case.project, kind="plan", upload=SimpleUploadedFile("p.pdf", pdf())
        )
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/plan.pdf", "plan.pdf"),
        ("C:\\x\\方案.pdf", "方案.pdf"),
        ("a\u202efdp.exe.pdf", "afdp.exe.pdf"),
        ("x" * 300 + ".pdf", "x" * 140 + ".pdf"),
    ],
)
def test_names_lose_folders_and_tricks(typed, kept):
    assert clean_name(typed) == kept
