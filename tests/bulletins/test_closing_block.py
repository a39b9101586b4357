"""The closing block of official papers (GB/T 9704: at the foot of the last page), never alone on it."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from programs.documents import pdf
from programs.documents.bulletin import STYLE, page_sides
from programs.documents.supervision_notice import print_notice

MM = 72 / 25.4
FOOT = 35 * MM  # lower margin of the page


def words_of(page):
    """[(text, height above the lower edge in points)] of what is printed on a page."""
    found = []
    page.extract_text(
        visitor_text=lambda text, cm, tm, _font, _size: (
            text.strip() and found.append((text.strip(), tm[5] * cm[3] + cm[5]))
        )
    )
    return found


def notice(tasks):
    line = {"summary": "完成居家适老化改造任务", "clause": "三（二）", "state": "进行中", "due_on": "2026-11-10"}
    return print_notice(
        {
            "issued_on": "2026-11-20", "due_on": "2026-12-04", "title": "关于重点任务的督办", "issuer": "某市民政局",
            "year": 2026, "number": 3, "programme": "养老服务", "body": "某县民政局", "document": "某方案",
            "demand_lines": ["请说明进展。"], "demo": False, "tasks": [{"number": n + 1, **line} for n in range(tasks)],
        },
        "ABCD-EFGH-1234",
    )  # fmt: skip


@pytest.mark.parametrize("tasks", [1, 8, 14, 22])
def test_the_closing_block_stands_at_the_foot_of_the_last_page(tasks):
    pages = PdfReader(io.BytesIO(notice(tasks))).pages
    *before, last = [words_of(page) for page in pages]
    issued = [height for text, height in last if "印发" in text]
    assert len(issued) == 1
    assert FOOT <= issued[0] <= FOOT + 8 * MM
    assert not [text for page in before for text, _height in page if "ABCD-EFGH" in text]
    assert [text for text, height in last if height > FOOT + 60 * MM], "something of the paper goes with it"


@pytest.mark.parametrize("rows", range(25, 34))
def test_the_closing_block_takes_the_last_row_of_a_table_along(rows):
    block = '<div class="foot"><div><div class="colophon"><div class="check"><div class="qr"></div><dl><dt>x</dt><dd>CODE</dd></dl></div></div></div></div>'
    body = "".join(f"<tr><td>R{n}.</td></tr>" for n in range(rows))
    content, _pages = pdf.render(
        f"<body><section class=annex><table><thead><tr><th>h</th></tr></thead><tbody>{body}</tbody></table></section>{block}</body>",
        style=STYLE,
        extra=page_sides(0),
    )
    last = PdfReader(io.BytesIO(content)).pages[-1].extract_text()
    assert "CODE" in last
    assert f"R{rows - 1}." in last
