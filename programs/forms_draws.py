"""Forms of a draw: its frame, and its lists as lines that can be pasted from Excel."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.models import Checklist, Organization, Programme, Unit
from programs.services.draws.preparing import Candidate, Inspector

CELLS = re.compile(r"[\t,，;；]")
MOST_LINES = 5000


class DrawForm(forms.Form):
    """What is drawn, for which plan, on which day, with whom."""

    programme = forms.ModelChoiceField(
        label=gettext_lazy("Programme"), queryset=Programme.objects.none(), empty_label=None
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    planned_on = forms.DateField(label=gettext_lazy("Planned for"))
    is_cross_department = forms.BooleanField(label=gettext_lazy("Together with other departments"), required=False)
    departments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Departments"), queryset=Organization.objects.none(), required=False
    )

    def __init__(self, *args: Any, programmes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        self.fields["departments"].queryset = (  # type: ignore[attr-defined]
            Organization.objects.filter(
                unit__in=programmes.values("jurisdiction"), valid_to=None, kind=Organization.Kind.MUNICIPAL_BUREAU
            ).order_by("unit__code", "name")
        )


class ListsForm(forms.Form):
    """One line per object, group, inspector or exception; cells are separated by tabs, commas or semicolons."""

    candidates = forms.CharField(
        label=gettext_lazy("Objects that may be drawn"),
        widget=forms.Textarea(attrs={"rows": 12, "class": "area mono"}),
        help_text=gettext_lazy("One a line: code, name, group, 12-digit code of the unit it lies in."),
    )
    quota = forms.CharField(
        label=gettext_lazy("How many are drawn in each group"),
        widget=forms.Textarea(attrs={"rows": 4, "class": "area mono"}),
        help_text=gettext_lazy("One a line: group, number."),
    )
    inspectors = forms.CharField(
        label=gettext_lazy("Inspectors"),
        widget=forms.Textarea(attrs={"rows": 6, "class": "area mono"}),
        help_text=gettext_lazy(
            "One a line: staff code, name, 12-digit code of the unit they work in. The public page shows the code only. Those of a county are excused from its objects by themselves."
        ),
    )
    inspectors_each = forms.IntegerField(
        label=gettext_lazy("Inspectors for each object"), min_value=1, max_value=10, initial=2
    )
    excused = forms.CharField(
        label=gettext_lazy("Further exceptions"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "area mono"}),
        help_text=gettext_lazy("One a line: code of the object, staff code, reason. It is published."),
    )
    checklist = forms.ModelChoiceField(
        label=gettext_lazy("Checklist"), queryset=Checklist.objects.none(), required=False
    )

    def __init__(self, *args: Any, draw: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draw = draw
        self.fields["checklist"].queryset = Checklist.objects.filter(  # type: ignore[attr-defined]
            programme=draw.programme, state=Checklist.State.PUBLISHED
        )

    def clean_candidates(self) -> list[Candidate]:
        rows = self._lines("candidates", 4)
        units = self._units(row[3] for row in rows)
        projects = {one.code: one for one in self.draw.programme.projects.filter(code__in=[row[0] for row in rows])}
        return [  # services are read without strict_optional, so mypy takes Candidate's "Project | None" for "Project"
            Candidate(row[0], row[1], row[2], units[row[3]], projects.get(row[0]))  # type: ignore[arg-type]
            for row in rows
        ]

    def clean_quota(self) -> dict[str, int]:
        rows = self._lines("quota", 2)
        wrong = [row[0] for row in rows if not row[1].isdecimal()]
        if wrong:
            raise forms.ValidationError(_("%(group)s: write a whole number.") % {"group": ", ".join(wrong[:5])})
        return {row[0]: int(row[1]) for row in rows}

    def clean_inspectors(self) -> list[Inspector]:
        rows = self._lines("inspectors", 3)
        units = self._units(row[2] for row in rows)
        return [Inspector(row[0], row[1], units[row[2]]) for row in rows]

    def clean_excused(self) -> dict[tuple[str, str], str]:
        return {(row[0], row[1]): row[2] for row in self._lines("excused", 3)}

    def _lines(self, name: str, width: int) -> list[list[str]]:
        """Cells of every line that is not empty; ValidationError naming the lines of another width."""
        found, wrong = [], []
        lines = self.cleaned_data[name].splitlines()
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(
                _("%(lines)s lines; at most %(most)s are read.") % {"lines": len(lines), "most": MOST_LINES}
            )
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            cells = [cell.strip() for cell in CELLS.split(line.strip())]
            if len(cells) != width or not all(cells):
                wrong.append(number)
            found.append(cells)
        if wrong:
            raise forms.ValidationError(
                _("Lines %(lines)s do not have %(width)s cells.")
                % {"lines": ", ".join(map(str, wrong[:10])), "width": width}
            )
        return found

    def _units(self, codes: Any) -> dict[str, Unit]:
        wanted = set(codes)
        found = {one.code: one for one in Unit.objects.filter(code__in=wanted, valid_to=None)}
        if missing := sorted(wanted - set(found)):
            raise forms.ValidationError(_("No unit has the code %(codes)s.") % {"codes": ", ".join(missing[:10])})
        return found
