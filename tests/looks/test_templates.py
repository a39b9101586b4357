"""Templates and style sheets as a whole: what the content security policy, AA contrast and the house rules ask for."""

import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

from config.styleguide import styleguide
from programs.templatetags.luoshi import LIGHTS

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
SERVED = [path for path in TEMPLATES if "pdf" not in path.parts]
SHEETS = sorted((settings.BASE_DIR / "static" / "css").glob("*.css"))
ERRORS = ["400", "403", "404", "409", "413", "429", "500", "503", "csrf"]


def name(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


@pytest.mark.parametrize("path", SERVED, ids=name)
def test_template_keeps_the_content_security_policy(path):
    text = path.read_text()
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert "<style" not in text
    assert "data:" not in re.sub(r"data:\s", "", text)
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag
    assert not re.search(r"(src|href)=[\"']https?:", text)


@pytest.mark.parametrize("path", [*TEMPLATES, *SHEETS], ids=name)
def test_chinese_comes_from_translations_only(path):
    assert not re.search(r"[\u4e00-\u9fff]", path.read_text())


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_style_sheet_loads_nothing_from_elsewhere(path):
    assert "url(" not in path.read_text()
    assert "@import" not in path.read_text()


def tokens() -> dict[str, str]:
    text = (settings.BASE_DIR / "static/css/base.css").read_text()
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})", text))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted([luminance(one), luminance(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT_PAIRS = [
    *[(ink, ground) for ink in ("ink", "ink-2", "accent", "red", "amber", "green") for ground in
      ("paper", "surface", "sunken", "accent-tint", "accent-wash")],
    ("ink-3", "paper"), ("ink-3", "surface"), ("ink-3", "sunken"),
    ("red", "red-tint"), ("amber", "amber-tint"), ("green", "green-tint"),
    ("ink-2", "red-tint"), ("ink-2", "amber-tint"), ("ink-2", "green-tint"),
]  # fmt: skip


@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_reaches_aa(ink, ground):
    assert contrast(tokens()[ink], tokens()[ground]) >= 4.5


@pytest.mark.parametrize("mark", ["edge", "red-mark", "amber-mark", "green-mark", "accent"])
def test_marks_and_control_borders_reach_three_to_one(mark):
    assert contrast(tokens()[mark], tokens()["surface"]) >= 3


def test_style_guide_shows_every_light_and_component():
    html = styleguide(RequestFactory().get("/styleguide/")).content.decode()
    for kind in LIGHTS:
        assert f"light--{kind}" in html
    shown = (settings.BASE_DIR / "templates/styleguide.html").read_text()
    shown += "".join((settings.BASE_DIR / "templates" / part).read_text() for part in ("base.html", "_header.html"))
    tags = {"bullet", "sparkline", "line_chart"}
    for component in (settings.BASE_DIR / "templates/components").glob("*.html"):
        assert f"components/{component.name}" in shown or component.stem in tags, component.name


class Visit(forms.Form):
    name = forms.CharField(help_text="As in the register")
    note = forms.CharField(widget=forms.Textarea(attrs={"class": "wide"}), required=False)
    paper = forms.FileField(required=False)
    agreed = forms.BooleanField()
    kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)

    def clean(self):
        raise forms.ValidationError("Both <together> are impossible")


def test_form_errors_stand_at_their_fields_and_are_announced():
    html = str(Visit({"name": "", "note": "kept <text>"}))
    field = re.search(r'<input[^>]*name="name"[^>]*>', html)[0]
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_name_helptext id_name_error"' in field
    assert 'id="id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'role="alert"' in html
    assert "Both &lt;together&gt; are impossible" in html
    assert "kept &lt;text&gt;" in html
    assert 'class="area wide"' in html
    assert html.count("class=") == len(re.findall(r"<[^>]*class=[^>]*>", html))


@pytest.mark.parametrize("page", ERRORS)
def test_error_page_needs_neither_database_nor_session(page, client):
    """No database mark: any query would fail this test."""
    request = RequestFactory().get("/somewhere/")
    html = render_to_string(f"errors/{page}.html", {"status": page, "detail": "Detail <b>"}, request)
    assert "Detail &lt;b&gt;" in html
    assert "<h1>" in html


def test_pager_keeps_the_filters():
    request = RequestFactory().get("/list/?county=410422000000&page=2")
    page = Paginator(range(3012), 50).page(2)
    html = get_template("components/pager.html").render({"page": page}, request)
    assert 'href="?county=410422000000&amp;page=3" rel="next"' in html
    assert 'aria-current="page">2<' in html
    assert "3,012" in html


def test_pager_of_an_empty_list():
    page = Paginator([], 50).page(1)
    html = get_template("components/pager.html").render({"page": page}, RequestFactory().get("/"))
    assert "href" not in html
