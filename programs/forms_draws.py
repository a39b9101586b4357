"""Forms of a draw: its frame, and its lists as lines that can be pasted from Excel."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.fields import DayField
from programs.models import Checklist, DrawExcuse, Organization, Programme, Unit
from programs.services.draws import sources
from programs.services.draws.preparing import Candidate, Excuse, Inspector

CELLS = re.compile(r"[,，;；]")  # of a line without tabs; one with tabs is split by them only
MOST_LINES = 5000
MOST_DIGITS = 6  # of a number to be drawn


def kinds() -> dict[str, str]:
    """Kinds of exceptions by their code and their words in every language, in lower case."""
    found = {str(one): str(one) for one in DrawExcuse.Kind}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {str(one.label).lower(): str(one) for one in DrawExcuse.Kind}
    return found


class DrawForm(forms.Form):
    """What is drawn, for which plan, on which day, with whom."""

    programme = forms.ModelChoiceField(
        label=gettext_lazy("Programme"), queryset=Programme.objects.none(), empty_label=None
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    planned_on = DayField(label=gettext_lazy("Planned for"))
    is_cross_department = forms.BooleanField(label=gettext_lazy("Together with other departments"), required=False)
    departments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Departments"),
        queryset=Organization.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Those that take part in a joint inspection. Their names are published."),
    )

    def __init__(self, *args: Any, programmes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        self.fields["departments"].queryset = (  # type: ignore[attr-defined]
            Organization.objects.filter(
                unit__in=programmes.values("jurisdiction"), valid_to=None, kind=Organization.Kind.MUNICIPAL_BUREAU
            )
            .select_related("unit")
            .order_by("unit__code", "name")
        )


class ListsForm(forms.Form):
    """One line per object, group, inspector or exception; cells are separated by tabs, commas or semicolons."""

    candidates = forms.CharField(
        label=gettext_lazy("Objects that may be drawn"),
        widget=forms.Textarea(attrs={"rows": 12, "class": "area mono"}),
        help_text=gettext_lazy(
            "One a line: code, name, group, unit it lies in (12-digit code or name). Paste it from Excel."
        ),
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
            "One a line: staff code, name, unit they work in (12-digit code or name). The public page shows the code only. Those of a county are excused from its objects by themselves."
        ),
    )
    inspectors_each = forms.IntegerField(
        label=gettext_lazy("Inspectors for each object"), min_value=1, max_value=10, initial=2
    )
    excused = forms.CharField(
        label=gettext_lazy("Further exceptions"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "area mono"}),
        help_text=gettext_lazy(
            "One a line: code of the object, staff code, reason, and own unit, relation or other. Only the last is published; the reason is for the office that draws. Write no diagnosis, id or telephone number."
        ),
    )
    checklist = forms.ModelChoiceField(
        label=gettext_lazy("Checklist"),
        queryset=Checklist.objects.none(),
        required=False,
        help_text=gettext_lazy("What the drawn inspectors go through. Without it no inspection can be opened from this draw."),
    )  # fmt: skip

    def __init__(self, *args: Any, draw: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draw = draw
        self.fields["checklist"].queryset = Checklist.objects.filter(  # type: ignore[attr-defined]
            programme=draw.programme, state=Checklist.State.PUBLISHED
        )

    def clean_candidates(self) -> list[Candidate]:
        rows = self._lines("candidates", 60, 120, 60, 60)
        units = self._units(row[3] for row in rows)
        projects = {one.code: one for one in self.draw.programme.projects.filter(code__in=[row[0] for row in rows])}
        return [Candidate(row[0], row[1], row[2], units[row[3]], projects.get(row[0])) for row in rows]

    def clean_quota(self) -> dict[str, int]:
        rows = self._lines("quota", 60, 60)
        wrong = [row[0] for row in rows if not row[1].isdecimal() or len(row[1]) > MOST_DIGITS]
        if wrong:
            raise forms.ValidationError(_("%(group)s: write a whole number.") % {"group": ", ".join(wrong[:5])})
        self._refuse_twice(row[0] for row in rows)
        return {row[0]: int(row[1]) for row in rows}

    def clean_inspectors(self) -> list[Inspector]:
        """A staff code that a register gave to somebody with the inspector's role here is that person."""
        rows = self._lines("inspectors", 40, 60, 60)
        units = self._units(row[2] for row in rows)
        known = {one.code: one for one in sources.inspectors(self.draw.programme, self.draw.unit)}  # by neutral number
        found = []
        for code, name, unit in rows:
            person = known.get(code)
            user, organization = (person.user, person.organization) if person else (None, None)
            found.append(Inspector(code, name, units[unit], user, organization))
        return found

    def clean_excused(self) -> dict[tuple[str, str], Excuse]:
        """The last cell, the kind that is published, may be missing: the kind is then “other”."""
        rows = self._lines("excused", 60, 40, 120, 40, optional=1)
        self._refuse_twice(f"{row[0]} / {row[1]}" for row in rows)
        known = kinds()
        wrong = [row[3] for row in rows if len(row) > 3 and row[3].lower() not in known]
        if wrong:
            raise forms.ValidationError(
                _(
                    "%(words)s: no kind of exception. Write %(kinds)s. A reason with a comma wants cells separated by tabs."
                )
                % {"words": ", ".join(wrong[:5]), "kinds": " / ".join(str(one.label) for one in DrawExcuse.Kind)}
            )
        return {
            (row[0], row[1]): Excuse(row[2], known[row[3].lower()] if len(row) > 3 else DrawExcuse.Kind.OTHER)
            for row in rows
        }

    def _lines(self, name: str, *longest: int, optional: int = 0) -> list[list[str]]:
        """Cells of every line that is not empty, one for each of ``longest`` and at most so many characters long; the last
        ``optional`` cells may be missing.

        ValidationError naming the lines of another width, and those with a cell that is too long.
        """
        found, wrong, long = [], [], []
        least = len(longest) - optional
        lines = self.cleaned_data[name].splitlines()
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(
                _("%(lines)s lines; at most %(most)s are read.") % {"lines": len(lines), "most": MOST_LINES}
            )
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            parts = line.strip().split("\t") if "\t" in line.strip() else CELLS.split(line.strip())
            cells = [cell.strip() for cell in parts]
            if not least <= len(cells) <= len(longest) or not all(cells):
                wrong.append(number)
            elif any(len(cell) > most for cell, most in zip(cells, longest, strict=False)):
                long.append(number)
            found.append(cells)
        if wrong:
            raise forms.ValidationError(
                _("Lines %(lines)s do not have %(width)s cells. Separate them by tabs, commas or semicolons; none is empty.")
                % {"lines": ", ".join(map(str, wrong[:10])), "width": len(longest) if not optional else f"{least}–{len(longest)}"}
            )  # fmt: skip
        if long:
            raise forms.ValidationError(
                _("Lines %(lines)s have a cell that is too long; the cells hold %(most)s characters.")
                % {"lines": ", ".join(map(str, long[:10])), "most": " / ".join(map(str, longest))}
            )
        return found

    def _refuse_twice(self, names: Iterable[str]) -> None:
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise forms.ValidationError(_("%(code)s is listed twice.") % {"code": ", ".join(twice[:5])})

    def _units(self, texts: Iterable[str]) -> dict[str, Unit]:
        """Units by what was written: the code, or a name that one unit below the drawing one has alone."""
        wanted = set(texts)
        found = {one.code: one for one in Unit.objects.filter(code__in=wanted, valid_to=None)}
        named: dict[str, list[Unit]] = {}
        for unit in Unit.objects.filter(
            name__in=wanted - set(found), valid_to=None, path__startswith=self.draw.unit.path
        ):
            named.setdefault(unit.name, []).append(unit)
        several = sorted(name for name, units in named.items() if len(units) > 1)
        if several:
            raise forms.ValidationError(
                _("Several units are called %(names)s. Write the 12-digit code.") % {"names": ", ".join(several[:10])}
            )
        found |= {name: units[0] for name, units in named.items()}
        if missing := sorted(wanted - set(found)):
            raise forms.ValidationError(
                _("No unit has the code or name %(codes)s. Write the 12-digit code, or the unit's full name.")
                % {"codes": ", ".join(missing[:10])}
            )
        return found
