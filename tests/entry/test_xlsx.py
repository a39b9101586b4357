"""The grid as an Excel file: what goes out comes back; anything odd is refused whole, with the place and the reason."""

import io
import time
import tracemalloc
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from programs.errors import RuleViolation
from programs.models import ProgressDraft
from programs.services.xlsx_guard import inspect

INPUT = "D4"  # first township, first indicator


def download(client, city) -> bytes:
    answer = client.get(reverse("entry-download", args=[city.programme.code, city.period.code]))
    assert answer.status_code == 200
    return answer.content


def upload(client, city, content: bytes, name: str = "grid.xlsx"):
    url = reverse("entry-upload", args=[city.programme.code, city.period.code])
    return client.post(url, {"file": SimpleUploadedFile(name, content)})


def changed(content: bytes, change) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book["grid"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def typed(**cells):
    return lambda sheet: [sheet.__setitem__(place, value) for place, value in cells.items()]


def test_only_input_cells_are_unlocked(reporter, city):
    sheet = openpyxl.load_workbook(io.BytesIO(download(reporter, city)))["grid"]
    assert sheet.protection.sheet
    assert not sheet[INPUT].protection.locked
    assert all(sheet[place].protection.locked for place in ("A4", "B4", "C4", "E4", "D3"))


def test_a_filled_file_is_previewed_then_imported_as_drafts(reporter, city):
    content = changed(download(reporter, city), typed(D4="１，２００", G4=3, D5=None))
    page = upload(reporter, city, content)
    assert [(c.cell.unit, c.text) for c in page.context["changes"]] == [
        (city.townships[0], "１，２００"),
        (city.townships[0], "3"),
    ]
    assert not ProgressDraft.objects.exists()  # a preview stores nothing
    data = {"action": "confirm"} | {f"c-{c.cell.key}": c.text for c in page.context["changes"]}
    assert reporter.post(reverse("entry-upload", args=[city.programme.code, city.period.code]), data).status_code == 302
    assert sorted(ProgressDraft.objects.values_list("value", flat=True)) == [3, 1200]


def test_the_same_file_changes_nothing(reporter, city):
    page = upload(reporter, city, download(reporter, city))
    assert page.status_code == 200
    assert page.context["changes"] == []


def test_nothing_is_imported_when_one_cell_changed_meanwhile(reporter, city, send):
    one, two = city.indicators
    town = city.townships[0]
    page = upload(reporter, city, changed(download(reporter, city), typed(D4=5, G4=6)))
    send(city.period, {(one, town): "4"})
    data = {"action": "confirm"} | {f"c-{c.cell.key}": c.text for c in page.context["changes"]}
    reporter.post(reverse("entry-upload", args=[city.programme.code, city.period.code]), data)
    assert not ProgressDraft.objects.filter(report__indicator=two).exists()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (typed(D4="=1+1"), "D4"),
        (typed(D4="many"), "D4"),
        (typed(D3="Another header"), "D3"),
        (typed(A4="999999999999"), "A4"),
        (lambda sheet: sheet.merge_cells("D4:D5"), "D4:D5"),
        (lambda sheet: sheet.insert_cols(3), "C3"),
    ],
    ids=["formula", "word", "header", "unit", "merged", "column"],
)
def test_bad_cells_are_named_and_nothing_is_stored(reporter, city, change, place):
    good_too = changed(download(reporter, city), typed(G4=6))
    page = upload(reporter, city, changed(good_too, change))
    assert page.status_code == 422
    assert any(str(error.message).startswith(place) for error in page.context["refused"].errors)
    assert not ProgressDraft.objects.exists()


def test_a_file_of_another_period_is_refused(reporter, city):
    other = reporter.get(reverse("entry-download", args=[city.programme.code, city.previous.code])).content
    page = upload(reporter, city, other)
    assert page.status_code == 422
    assert city.previous.code in str(page.context["refused"].message)


def test_macros_are_refused(reporter, city):
    out = io.BytesIO(download(reporter, city))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    page = upload(reporter, city, out.getvalue())
    assert page.context["refused"].code == "active_content"


@pytest.mark.parametrize(
    "content",
    [b"", b"\xd0\xcf\x11\xe0old excel", b"PK\x03\x04broken", b"code,unit\n1,2\n"],
    ids=["empty", "xls", "broken", "csv"],
)
def test_other_files_are_refused(reporter, city, content):
    assert upload(reporter, city, content).status_code == 422


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"} | parts).items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_zip_bomb_is_refused_at_once_in_little_memory():
    bomb = zipped({"xl/worksheets/sheet1.xml": b"<a>" + b" " * 70_000_000})
    tracemalloc.start()
    begin = time.perf_counter()
    with pytest.raises(RuleViolation) as refused:
        inspect(io.BytesIO(bomb), len(bomb))
    seconds, peak = time.perf_counter() - begin, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.code == "zip_bomb"
    assert seconds < 1
    assert peak < 50_000_000


def test_a_million_rows_are_refused_without_reading_them():
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 200_000))
    filler = bytes(range(256)) * 400  # keeps the ratio ordinary
    big = zipped(
        {
            "xl/worksheets/sheet1.xml": b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>",
            "xl/media/a.bin": filler,
        }
    )
    with pytest.raises(RuleViolation) as refused:
        inspect(io.BytesIO(big), min(len(big), 5_000_000))
    assert refused.value.code == "too_many_cells"


def test_entities_are_refused():
    evil = zipped({"xl/worksheets/sheet1.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'})
    with pytest.raises(RuleViolation) as refused:
        inspect(io.BytesIO(evil), len(evil))
    assert refused.value.code == "not_xlsx"
