"""A periodic paper as .docx for the office to edit: margins, grid and fonts of GB/T 9704-2012 as far as Word has them.

No macro, no field, no link. The sizes are those of specification 10.1; the fonts are named, not embedded.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext
from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from programs.documents.periodic import Periodic
from programs.models import Ranking

BODY, HEAD, TITLE, KAI = "FangSong", "SimHei", "STZhongsong", "KaiTi"
RED = RGBColor(0xC8, 0x10, 0x2E)
FIXED = datetime(2000, 1, 1)  # noqa: DTZ001 a file's own dates would make two printings differ


def print_docx(ranking: Ranking, *, issued_on: date | None) -> bytes:
    """The paper as .docx. ``issued_on`` None says that it is a draft."""
    with translation.override("zh-hans"):
        words = Periodic(ranking.snapshot)
        paper = _blank(words.title)
        if issued_on is None:
            _line(paper, gettext("Draft, not issued. Not to be quoted."), font=HEAD, indent=False)
        _line(paper, words.masthead, font=TITLE, size=27, bold=True, colour=RED, centred=True)
        _line(paper, words.title, font=TITLE, size=22, bold=True, centred=True)
        _line(paper, words.intro)
        _heading(paper, gettext("1. Overall"))
        for text in words.headlines:
            _line(paper, text)
        _heading(paper, gettext("2. Order of results"))
        _rule(paper, words)
        for label, lines in words.groups:
            _line(paper, label, font=KAI)
            heads = [
                gettext("Place"),
                gettext("Unit"),
                gettext("Score"),
                *(name for name, _weight, _how in words.rule_parts),
            ]
            _table(paper, heads, [[str(line.position), line.name, line.score, *line.parts] for line in lines])
        for name, why in words.not_ranked:
            _line(paper, gettext("Not ranked: %(unit)s, %(why)s.") % {"unit": name, "why": why})
        _heading(paper, gettext("3. What is missing"))
        _line(paper, words.missing_words)
        _heading(paper, gettext("4. Corrections and notes"))
        for text in [*words.corrections, *words.issues] or [gettext("None.")]:
            _line(paper, text)
        _line(paper, words.issuer, right=True)
        _line(paper, date_format(issued_on, gettext("N j, Y")) if issued_on else gettext("not published"), right=True)
        _line(paper, f"{gettext('Verification code')} {ranking.code}", indent=False)
        out = io.BytesIO()
        paper.save(out)
        return out.getvalue()


def _blank(title: str) -> Paper:
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Mm(37),
        Mm(35),
        Mm(28),
        Mm(26),
    )
    properties = paper.core_properties
    properties.title, properties.author, properties.comments = title, "", ""
    properties.created = properties.modified = FIXED
    properties.last_modified_by = ""
    return paper


def _line(
    paper: Paper,
    text: str,
    *,
    font: str = BODY,
    size: float = 16,
    bold: bool = False,
    colour: RGBColor | None = None,
    centred: bool = False,
    right: bool = False,
    indent: bool = True,
) -> Paragraph:
    paragraph = paper.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28.95 if size <= 16 else size * 1.4)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    elif indent:
        form.first_line_indent = Pt(size * 2)
    _style(paragraph, text, font=font, size=size, bold=bold, colour=colour)
    return paragraph


def _style(
    paragraph: Paragraph, text: str, *, font: str, size: float, bold: bool = False, colour: RGBColor | None = None
) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, "Times New Roman"
    properties = run._element.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour is not None:
        run.font.color.rgb = colour


def _heading(paper: Paper, text: str) -> None:
    _line(paper, text, font=HEAD)


def _rule(paper: Paper, words: Periodic) -> None:
    _line(paper, words.rule_words)
    _line(paper, words.missing_rule)


def _table(paper: Paper, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = paper.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        _style(cell.paragraphs[0], text, font=HEAD, size=10.5)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _style(cell.paragraphs[0], text, font=BODY, size=10.5)
