"""Forms of periodic papers: which programme and span, and the rule by which its results are ranked."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from programs.documents.periodic import paper_name
from programs.errors import RuleViolation
from programs.models import Programme
from programs.services.rankings.papers import last_day, spans_of
from programs.services.rankings.rules import RulePart, read_weight

CELLS = re.compile(r"[\t,，;；]")
YEARS = 3  # of which papers can still be made


class PaperForm(forms.Form):
    """Which programme, and which of the spans that have ended."""

    programme = forms.ModelChoiceField(
        label=gettext_lazy("Programme"), queryset=Programme.objects.none(), empty_label=None
    )
    span = forms.ChoiceField(
        label=gettext_lazy("Paper"), help_text=gettext_lazy("A paper is made of a span that has ended.")
    )

    def __init__(self, *args: Any, programmes: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        spans = spans_of(range(today.year - YEARS + 1, today.year + 1))
        self.fields["span"].choices = [  # type: ignore[attr-defined]
            (f"{kind} {code}", paper_name(kind, code)) for kind, code in reversed(spans) if last_day(kind, code) < today
        ]

    @property
    def chosen(self) -> tuple[str, str]:
        """(kind, code) of the span."""
        kind, code = self.cleaned_data["span"].split(" ")
        return kind, code


class RuleForm(forms.Form):
    """The rule as lines: indicator, weight, and for a part judged by its value the value that earns the full weight."""

    parts = forms.CharField(
        label=pgettext_lazy("of the rule of a ranking", "Parts"),
        widget=forms.Textarea(attrs={"rows": 8, "class": "area mono", "spellcheck": "false"}),
        help_text=gettext_lazy("One a line: code of the indicator, weight; with a third cell it is judged by its value and that value earns full points. Weights add up to 100."),
    )  # fmt: skip
    missing = forms.ChoiceField(
        label=gettext_lazy("A result without data"),
        choices=[("excluded", gettext_lazy("is left out, the others count for 100")), ("zero", gettext_lazy("counts as zero"))],
    )  # fmt: skip
    minimum_share = forms.IntegerField(
        label=gettext_lazy("Least points of weight for a place"), min_value=0, max_value=100, initial=50,
        help_text=gettext_lazy("Of 100. A score that rests on less, because targets or figures are missing, takes no place. Set by the city; no document asks for it."),
    )  # fmt: skip
    appeal_workdays = forms.IntegerField(
        label=gettext_lazy("Working days for appeals"), min_value=1, max_value=30, initial=5
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def read(self) -> list[RulePart]:
        """The lines as parts. RuleViolation ``bad_rule`` naming the first line that cannot be read."""
        found = []
        for number, line in enumerate(self.cleaned_data["parts"].splitlines(), start=1):
            cells = [cell.strip() for cell in CELLS.split(line)]
            while cells and not cells[-1]:
                cells.pop()
            if not cells:
                continue
            if len(cells) not in (2, 3) or not cells[0]:
                raise RuleViolation(
                    "bad_rule",
                    _("Line %(number)s has no indicator with a weight.") % {"number": number},
                    field="parts",
                    next_step=_("Write code and weight, separated by a tab or a comma; a third cell holds the value that earns full points."),
                )  # fmt: skip
            weight = read_weight(cells[1])
            found.append(
                RulePart(cells[0], weight, "value", read_weight(cells[2])) if len(cells) > 2 else RulePart(cells[0], weight)
            )  # fmt: skip
        return found
