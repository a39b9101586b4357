"""The living style guide at /styleguide/: every component from its real template. In development and demo mode only."""

from datetime import timedelta
from types import SimpleNamespace

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import pgettext, pgettext_lazy

from programs import charts


class SampleForm(forms.Form):
    """One field of each kind; bound to bad data so that errors are seen in place."""

    investment = forms.DecimalField(
        label=pgettext_lazy("sample", "Investment completed (10,000 yuan)"),
        help_text=pgettext_lazy("sample", "Cumulative from 1 January"),
    )
    toilets = forms.IntegerField(label=pgettext_lazy("sample", "Sanitary toilets (households)"), max_value=1000)
    contact = forms.CharField(label=pgettext_lazy("sample", "Contact"), required=False)
    kind = forms.ChoiceField(
        label=pgettext_lazy("sample", "Kind of work"),
        choices=[("new", pgettext_lazy("sample", "New")), ("better", pgettext_lazy("sample", "Improvement"))],
        widget=forms.RadioSelect,
    )
    light = forms.ChoiceField(
        label=pgettext_lazy("sample", "Status"), choices=[("", pgettext_lazy("sample", "All"))], required=False
    )
    reason = forms.CharField(label=pgettext_lazy("sample", "Reason"), widget=forms.Textarea)
    paper = forms.FileField(label=pgettext_lazy("sample", "Workbook (.xlsx)"), required=False)
    complete = forms.BooleanField(label=pgettext_lazy("sample", "All natural villages are listed"), required=False)


class SampleFilter(forms.Form):
    """What a filter set's form looks like."""

    q = forms.CharField(label=pgettext_lazy("sample", "Name or code"), required=False)
    light = forms.ChoiceField(label=pgettext_lazy("sample", "Status"), choices=[("", pgettext_lazy("sample", "All"))])


TOKENS = [
    ("--paper", "#faf9f6"), ("--surface", "#ffffff"), ("--sunken", "#f4f2ed"), ("--ink", "#1b2023"),
    ("--ink-2", "#474e53"), ("--ink-3", "#646b70"), ("--accent", "#0b5563"), ("--accent-tint", "#e3eff0"),
    ("--red", "#a3241b"), ("--amber", "#744d00"), ("--green", "#1c6037"),
]  # fmt: skip
NOW = [2.2, 5.6, 11.8, 20.1, 29.4, 41.2, 52.0, 62.6, 71.9, 81.4]
PLAN = [3.0, 8.1, 15.9, 26.1, 38.2, 50.1, 63.6, 76.8, 88.2, 100.0, 109.0, 120.0]
PAST = [2.0, 4.2, 9.6, 17.1, 26.4, 36.4, 47.5, 57.7, 69.0, 79.0, 91.0, 102.0]


def styleguide(request: HttpRequest) -> HttpResponse:
    """Render templates/styleguide.html with invented figures."""
    today = timezone.localtime()
    page = Paginator(range(3012), 50).page(min(max(int(request.GET.get("page") or 1), 1), 61))
    months = [str(number) for number in range(1, 13)]
    lines = [
        charts.Line("now", pgettext("sample", "This year 81.4"), NOW),
        charts.Line("plan", pgettext("sample", "Plan 120"), PLAN),
        charts.Line("past", pgettext("sample", "Last year 102"), PAST),
    ]
    context = {
        "tokens": TOKENS,
        "form": SampleForm({"investment": "12.5", "toilets": "1098", "kind": "new", "reason": ""}),
        "page": page,
        "filter": SimpleNamespace(form=SampleFilter()),
        "rows": _rows(),
        "ordering": request.GET.get("ordering", "unit"),
        "lines": lines,
        "months": months,
        "bullet": charts.bullet(16, 34, elapsed=0.45, part=26),
        "bars": charts.bars(
            [
                (pgettext("sample", "North county"), 5),
                (pgettext("sample", "South county"), 3),
                (pgettext("sample", "Zone"), None),
            ]
        ),
        "parts": charts.parts([(33.3, 40), (20, 20), (18, 20), (None, 10), (9, 10)]),
        "spark": [3, 4, 4, 5, None, 6, 7, 2],
        "steps": _steps(),
        "history": [
            {
                "at": today,
                "text": pgettext("sample", "Returned by the bureau."),
                "quote": pgettext("sample", "31 fewer, 8 closed"),
                "kind": "bad",
            },
            {"at": today - timedelta(days=1), "text": pgettext("sample", "Submitted, 108 figures."), "kind": ""},
        ],
        "facts": [
            (pgettext("sample", "Unit"), pgettext("sample", "North county")),
            (pgettext("sample", "Period"), "2026-10"),
            (pgettext("sample", "Target"), None),
        ],
        "jobs": _jobs(),
        "consequences": [
            pgettext("sample", "The unit is named in the bulletin"),
            pgettext("sample", "The award of this year is withdrawn"),
        ],
        "tabs": [
            {"url": "?", "label": pgettext("sample", "Needs a look"), "count": 12, "current": True},
            {"url": "?", "label": pgettext("sample", "Unchanged"), "count": 532, "current": False},
        ],
        "crumbs": [(pgettext("sample", "Programmes"), "?"), ("2026", "")],
        "buttons": [{"name": "verb", "value": "approve", "label": pgettext("sample", "Approve {n}"), "main": True}],
    }
    return render(request, "styleguide.html", context)


def _rows() -> list[dict]:
    kinds = ["ok", "near", "late", "back", "wait", "done", "todo", "none"]
    return [
        {"pk": pk, "code": f"4104221{pk:02}201", "light": kind,
         "unit": pgettext("sample", "Sample village {n}").format(n=pk),
         "value": value, "why": pgettext("sample", "not assigned: the document gives no quota")}
        for pk, (kind, value) in enumerate(zip(kinds, [1126, 12.5, 0, 31259, 8, 3, None, None], strict=True), start=1)
    ]  # fmt: skip


def _steps() -> list[dict]:
    return [
        {"state": "past", "name": pgettext("sample", "Application"), "date": "2026-03-20"},
        {"state": "past", "name": pgettext("sample", "Plan"), "date": "2026-04-10"},
        {"state": "now", "name": pgettext("sample", "Construction"), "date": "2026-11-18", "light": "near"},
        {"state": "next", "name": pgettext("sample", "Preliminary acceptance"), "date": "2026-12-31"},
    ]


def _jobs() -> list[SimpleNamespace]:
    return [
        SimpleNamespace(state="stopped", done=1920, total=3012, message="", result_url=""),
        SimpleNamespace(state="done", done=3012, total=3012, message=pgettext("sample", "3,012 rows"), result_url="?"),
        SimpleNamespace(state="failed", done=213, total=3012, result_url="",
                        message=pgettext("sample", "Row 214 is text where a number is wanted. Nothing was written.")),
    ]  # fmt: skip
