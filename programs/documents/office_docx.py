"""A periodic paper as .docx for the office to edit: margins, grid and fonts of GB/T 9704-2012 as far as Word has them.

No macro, no field, no link. The sizes are those of specification 10.1; the fonts are named, not embedded.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext
from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
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
        _head(paper, words, issued_on)
        _line(paper, words.intro)
        _heading(paper, gettext("1. Overall"))
        for text in words.headlines:
            _line(paper, text)
        _heading(paper, gettext("2. Order of results"))
        _places(paper, words)
        for name, why in words.not_ranked:
            _line(paper, gettext("Not ranked: %(unit)s, %(why)s.") % {"unit": name, "why": why})
        _heading(paper, gettext("3. What is missing"))
        _line(paper, words.missing_words)
        _heading(paper, gettext("4. Corrections and notes"))
        corrections = words.corrections or [gettext("No figure was corrected since the bulletin before this one.")]
        for text in [*corrections, *words.issues]:
            _line(paper, text)
        _line(paper, "")
        _line(paper, words.issuer, right=True)
        _line(paper, _day(issued_on), right=True)
        _annex(paper, words)
        _line(paper, "")
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


def _day(issued_on: date | None) -> str:
    return date_format(issued_on, gettext("N j, Y")) if issued_on else gettext("not published")


def _head(paper: Paper, words: Periodic, issued_on: date | None) -> None:
    """Marks, red masthead, the span, who issues and when above the red line, the title in its lines."""
    if issued_on is None:
        _line(paper, gettext("Draft, not issued. Not to be quoted."), font=HEAD, indent=False)
    if words.data.get("demo"):
        _line(paper, gettext("Demonstration: invented figures"), font=HEAD, size=10.5, indent=False)
    _line(paper, words.masthead, font=TITLE, size=27, bold=True, colour=RED, centred=True)
    _line(paper, words.span, centred=True)
    line = _line(paper, f"{words.issuer}\t{_day(issued_on)}", indent=False)
    line.paragraph_format.tab_stops.add_tab_stop(Mm(156), WD_TAB_ALIGNMENT.RIGHT)
    border = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "4"), ("color", str(RED))):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    line._p.get_or_add_pPr().insert_element_before(border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
    _line(paper, "")
    for text in words.title_lines:
        _line(paper, text, font=TITLE, size=22, bold=True, centred=True)
    _line(paper, "")


def _places(paper: Paper, words: Periodic) -> None:
    """The rule, and a table for each group of comparable units."""
    _line(paper, words.whole_rule)
    heads = [pgettext("ranking", "Place"), gettext("Unit"), gettext("Score")]
    heads[2] += "\n" + gettext("counted / weights")
    heads += [f"{name}\n{weight}" for name, weight, _how in words.rule_parts]
    for label, lines in words.groups:
        _line(paper, label, font=KAI, centred=True)
        _table(
            paper,
            heads,
            [[str(line.position), line.name, f"{line.score}\n{line.counted}", *line.parts] for line in lines],
        )
    if not words.groups:
        _line(paper, gettext("No unit has a figure with a target to be compared by."))


def _annex(paper: Paper, words: Periodic) -> None:
    """Every indicator of the programme, on a page of its own."""
    _line(paper, gettext("Annex"), font=HEAD, indent=False).paragraph_format.page_break_before = True
    _line(paper, gettext("Every indicator of the programme"), font=TITLE, size=18, bold=True, centred=True)
    heads = [
        gettext("No."), gettext("Indicator"), gettext("Measure"), gettext("Target"), pgettext("column", "Done"),
        gettext("Completion"), gettext("Time elapsed"), gettext("Clause"),
    ]  # fmt: skip
    rows = [
        [str(number), row["name"], row["measure"], row["cell"].target, row["cell"].value, row["cell"].share, row["time"], row["clause"]]
        for number, row in enumerate(words.all_indicators, start=1)
    ]  # fmt: skip
    _table(paper, heads, rows)


def _heading(paper: Paper, text: str) -> None:
    _line(paper, text, font=HEAD)


def _table(paper: Paper, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = paper.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        _cell(cell.paragraphs[0], text, font=HEAD)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _cell(cell.paragraphs[0], text, font=BODY)


def _cell(paragraph: Paragraph, text: str, *, font: str) -> None:
    """五号, centred."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
    _style(paragraph, text, font=font, size=10.5)
