"""The printed bulletin: layout, marks, the same bytes twice, nothing fetched."""

from __future__ import annotations

import http.server
import io
import re
import threading
from datetime import date

import pytest
from django.utils import translation
from pypdf import PdfReader

from programs.documents import pdf
from programs.documents.bulletin import CHUNK, print_bulletin, split
from programs.documents.tables import Row
from programs.models import Unit
from programs.queries.ranking import group_label

MM = 72 / 25.4


def printed(bulletin, issued_on=date(2026, 11, 22), steps=None) -> bytes:
    return print_bulletin(
        bulletin, issued_on=issued_on, step=lambda *step: steps.append(step) if steps is not None else None
    )


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_the_same_snapshot_gives_the_same_bytes(draft):
    steps = []
    one, two = printed(draft, steps=steps), printed(draft)
    assert one == two
    assert steps == [(0, 1, "")]
    assert printed(draft, date(2026, 11, 23)) != one


def test_paper_is_a4_and_a_draft_is_marked_on_every_page(place, draft):
    pages = PdfReader(io.BytesIO(printed(draft, None))).pages
    assert [round(float(side) / MM) for side in pages[0].mediabox[2:]] == [210, 297]
    assert all("草稿" in page.extract_text() for page in pages)
    final = text_of(printed(draft))
    assert "草稿" not in final
    assert draft.code in final


def test_page_numbers_go_on_over_joined_parts(draft, monkeypatch):
    monkeypatch.setattr("programs.documents.bulletin.CHUNK", 3)
    steps = []
    content = printed(draft, steps=steps)
    assert len(steps) == 3  # the text, three townships, one township
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    assert all(f"— {number} —" in page for number, page in enumerate(pages, start=1))
    assert content == printed(draft)


def test_long_lists_are_split_without_losing_a_row():
    rows = [("", Row(str(n), ())) for n in range(2 * CHUNK + 1)]
    parts = split(rows)
    assert [len(part.rows) for part in parts] == [0, CHUNK, CHUNK, 1]
    assert [row for part in parts for row in part.rows] == rows
    assert [part.is_first for part in parts].count(True) == 1
    assert [part.is_last for part in parts] == [False, False, False, True]
    assert [part.starts_annex for part in parts] == [False, True, False, False]


@pytest.fixture
def listener():
    """A server on this machine that writes down who calls."""
    calls = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            calls.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"body{color:red}")

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", calls
    server.shutdown()
    server.server_close()


def test_content_reaches_neither_network_nor_files(listener, tmp_path):
    url, calls = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of this machine")
    picture = tmp_path / "picture.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>the secret of this machine</text></svg>')
    probes = [
        '<img src="{}"><object data="{}"></object><link rel="stylesheet" href="{}"><link rel="attachment" href="{}">'
        '<style>@import url("{}"); p{{background:url("{}")}} @font-face{{font-family:x;src:url("{}")}}</style>'
        '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="{}"/><use href="{}#a"/></svg><embed src="{}">'
    ]
    html = "".join(
        probe.replace("{{", "{").replace("}}", "}").replace("{}", target)
        for probe in probes
        for target in (f"{url}/x", secret.as_uri(), picture.as_uri(), "file:///etc/passwd")
    )
    content, pages = pdf.render(
        f"<!doctype html><body>{html}<p style='font-family:x'>still printed</p></body>", style="official.css"
    )
    assert calls == []
    reader = PdfReader(io.BytesIO(content))
    text = "".join(page.extract_text() for page in reader.pages)
    assert pages >= 1
    assert "still" in text
    assert "secret" not in text
    assert "root:" not in text
    assert not reader.attachments
    assert b"EmbeddedFile" not in content


def test_the_probe_would_notice_an_open_fetcher(listener):
    """Control: WeasyPrint's own fetcher does call."""
    from weasyprint import HTML

    url, calls = listener
    HTML(string=f'<img src="{url}/x">').render()
    assert calls == ["/x"]


def test_names_are_escaped(place, draft):
    draft.snapshot["programme"]["name_zh"] = "<script>alert(1)</script><img src=x>"
    assert "<script>alert(1)</script>" in text_of(printed(draft)).replace("\n", "")


def test_without_fandol_it_is_printed_in_noto(draft, settings, tmp_path):
    settings.LUOSHI_FONTS = tmp_path / "none"
    pdf._fonts.cache_clear()
    pdf._style.cache_clear()
    try:
        text = text_of(printed(draft))
    finally:
        pdf._fonts.cache_clear()
        pdf._style.cache_clear()
    assert draft.code in text
    assert place_name(draft) in text.replace("\n", "")


def place_name(draft) -> str:
    return draft.snapshot["home"]["name_zh"]


@pytest.mark.parametrize("code", ["county_city", "district", *Unit.Level.values[1:]])
def test_the_groups_of_the_ranking_are_printed_in_chinese(code):
    with translation.override("zh-hans"):
        assert not re.search("[A-Za-z]", str(group_label(code)))
