"""Exports: only what is in scope, exact, written to the audit log, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.urls import reverse

from audit.models import AuditEntry
from programs.models import ApprovedFigure, Job, ProgressReport, ProgressRevision
from programs.services import files, jobs
from programs.services.exports import export_csv, export_xlsx, figures, rows_to_csv
from programs.services.exports.cells import safe_text, sql_text
from tests.factories import SmallCity, make_target, small_city

CORPUS = [
    "=1+1", "=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1＋1", "＋1", "－1", "＠x", "=HYPERLINK(\"http://example.test\")",
    "-", "+86 1", "  @x",
]  # fmt: skip
HARMLESS = ["示例村", "1-2", "a=b", "12", "", "（=1）", "O'Neil", '村"名"', "a,b"]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.LUOSHI_DATA = tmp_path


def approve(place: SmallCity, unit, value, reason: str = "") -> None:
    indicator = place.indicators[0]
    report = ProgressReport.objects.create(
        indicator=indicator,
        unit=unit,
        period=place.period,
        state="approved",
        revision=1,
        value=Decimal(value),
        submitted_by=place.reporter,
    )
    revision = ProgressRevision.objects.create(
        report=report, number=1, value=Decimal(value), author=place.reporter, reason=reason
    )
    ApprovedFigure.objects.create(
        revision=revision,
        indicator=indicator,
        unit=unit,
        period=place.period,
        value=Decimal(value),
        approved_by=place.approver,
    )


@pytest.fixture
def place(db) -> SmallCity:
    from programs.services.summaries import rebuild

    city = small_city()
    make_target(city.indicators[0], city.city, 200)
    for unit, value in zip(city.townships, ("30.5", "-4", "20"), strict=False):
        approve(city, unit, value, reason="=1+1")
    rebuild(city.programme)
    return city


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def body(response) -> bytes:
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("text", CORPUS)
def test_formulas_become_text(text):
    assert safe_text(text) == f"'{text}"
    out = io.StringIO()
    rows_to_csv(["x"], [[text]], out)
    assert table(out.getvalue().encode())[1] == [f"'{text}"]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_is_left_alone(text):
    assert safe_text(text) == text


@pytest.mark.django_db
def test_the_database_neutralises_by_the_same_rule():
    out = io.BytesIO()
    rows = export_csv(
        f"SELECT {sql_text('t')} AS t FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS u(t, n) ORDER BY n",
        {"texts": CORPUS + HARMLESS},
        out,
    )
    assert rows == len(CORPUS + HARMLESS)
    got = [row[0] if row else "" for row in table(out.getvalue())[1:]]
    assert got == [safe_text(text) for text in CORPUS + HARMLESS]


def test_numbers_stay_numbers_and_text_is_never_a_formula_or_link(tmp_path):
    path = tmp_path / "x.xlsx"
    rows = [[text, Decimal("-12.5"), -3, None, "http://example.com"] for text in CORPUS + HARMLESS]
    assert export_xlsx(path, header=["=1", "b", "c", "d", "e"], rows=rows, title="t", notes=[("=a", "=b")]) == len(rows)
    book = openpyxl.load_workbook(path)
    sheet = book["t"]
    assert {cell.data_type for row in book.worksheets for line in row.iter_rows() for cell in line} <= {
        "s",
        "n",
        "inlineStr",
    }
    assert [sheet.cell(2, column).value for column in (2, 3, 4)] == [-12.5, -3, None]
    assert sheet.cell(2, 5).hyperlink is None
    assert sheet.cell(1, 1).value == "'=1"
    with pytest.raises(TypeError):
        export_xlsx(tmp_path / "y.xlsx", header=["a"], rows=[[object()]], title="t", notes=[])


def test_negative_numbers_stay_numbers_in_csv():
    out = io.StringIO()
    rows_to_csv(["x", "y"], [[Decimal("-4.50"), -3], [None, "-3"]], out)
    assert table(out.getvalue().encode())[1:] == [["-4.50", "-3"], ["", "'-3"]]


def test_the_city_takes_everything_with_sums_and_as_of(place, client):
    client.force_login(place.approver)
    url = reverse("export-figures", args=[place.programme.code, "csv"])
    response = client.get(url, {"period": "2026-10"})
    rows = table(body(response))
    header = next(n for n, row in enumerate(rows) if len(row) == 10)
    by_unit = {(row[0], row[3]): row for row in rows[header + 1 :]}
    first = place.indicators[0].name_zh
    city = by_unit[place.city.code, first]
    assert (Decimal(city[5]), Decimal(city[6]), Decimal(city[7]), city[8], city[9]) == (
        Decimal("46.5"),
        200,
        Decimal("0.2325"),
        "3",
        "4",
    )
    assert Decimal(by_unit[place.townships[1].code, first][5]) == -4
    assert by_unit[place.townships[3].code, first][5] == ""
    assert len(by_unit) == 7 * 2
    assert any(place.approver.username in row[0] for row in rows[:header])
    entry = AuditEntry.objects.get(verb="export.csv")
    assert (entry.actor_id, entry.after["rows"], entry.after["period"]) == (place.approver.pk, 14, "2026-10")
    assert list(files.scratch().iterdir()) == []
    before = body(client.get(url, {"period": "2026-10", "as_of": "2020-01-01"}))
    assert "46.5" not in before.decode()


def test_a_county_takes_its_own_part_only(place, client):
    client.force_login(place.reviewer)
    content = body(
        client.get(reverse("export-figures", args=[place.programme.code, "csv"]), {"period": "2026-10"})
    ).decode()
    assert place.townships[0].code in content
    for unit in (place.city, place.counties[1], place.townships[2]):
        assert unit.code not in content
    client.force_login(place.stranger)
    assert client.get(reverse("export-figures", args=[place.programme.code, "csv"])).status_code == 404
    client.force_login(place.approver)
    assert client.get(reverse("export-figures", args=[place.programme.code, "pdf"])).status_code == 404
    assert (
        client.get(reverse("export-figures", args=[place.programme.code, "csv"]), {"period": "1999-01"}).status_code
        == 404
    )


def test_xlsx_and_csv_agree_cell_by_cell(place, tmp_path):
    export = figures.figures_for(actor=place.approver, programme=place.programme, period=place.period)
    path = tmp_path / "f.xlsx"
    assert figures.write_figures(export, path=path, fmt="xlsx", actor=place.approver) == 14
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    got = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    wanted = [[None if v == "" else float(v) if isinstance(v, Decimal) else v for v in row] for row in export.rows()]
    assert got == wanted
    assert place.approver.username in str([cell.value for row in book.worksheets[1].iter_rows() for cell in row])


def test_reports_are_for_auditors_and_name_people_and_times(place, client):
    url = reverse("export-reports", args=[place.programme.code, "csv"])
    client.force_login(place.viewer)
    assert client.get(url).status_code == 403
    client.force_login(place.auditor)
    rows = table(body(client.get(url)))
    lines = [row for row in rows if len(row) == 13][1:]
    assert len(lines) == 3
    assert {row[7] for row in lines} == {place.reporter.full_name}
    assert {row[12] for row in lines} == {"'=1+1"}
    assert sorted(Decimal(row[4]) for row in lines) == [Decimal("-4"), Decimal("20"), Decimal("30.5")]
    assert AuditEntry.objects.get(verb="export.csv").after["what"] == "reports"


def test_reports_as_xlsx_have_the_same_rows(place, client):
    client.force_login(place.auditor)
    content = body(client.get(reverse("export-reports", args=[place.programme.code, "xlsx"])))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert sorted(row[4].value for row in sheet.iter_rows(min_row=2)) == [-4, 20, 30.5]


def test_a_large_export_becomes_a_job(place, client, monkeypatch):
    monkeypatch.setattr(figures, "IN_REQUEST", 1)
    client.force_login(place.approver)
    for name, kind in (("export-figures", "export.figures"), ("export-reports", "export.reports")):
        answer = client.get(reverse(name, args=[place.programme.code, "xlsx"]), {"period": "2026-10"})
        job = Job.objects.get(kind=kind)
        assert answer["Location"] == reverse("job", args=[job.pk])
        assert jobs.execute(job.pk) == "done"
        job.refresh_from_db()
        assert files.is_intact(job.result)
        assert job.result.name.endswith(".xlsx")
    assert AuditEntry.objects.filter(verb="export.xlsx").count() == 2


def test_the_number_of_queries_does_not_grow(place, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    big = small_city(townships=20)
    make_target(big.indicators[0], big.city, 200)
    with CaptureQueriesContext(connection) as few:
        list(figures.figures_for(actor=place.approver, programme=place.programme, period=place.period).rows())
    with django_assert_num_queries(len(few)):
        list(figures.figures_for(actor=big.approver, programme=big.programme, period=big.period).rows())
