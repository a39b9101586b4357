"""Fields that every form shares."""

from __future__ import annotations

import re
from typing import Any

from django import forms

ISO = re.compile(r"\d{4}-\d\d-\d\d")


class DayField(forms.DateField):
    """A day, chosen or typed in the browser's own date input; it arrives as 2026-10-12 whatever the browser shows.

    What is no date at all comes back as typed in a text input: a date input would show nothing.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"}))
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        bound = super().get_bound_field(form, field_name)
        typed = bound.value()
        if isinstance(typed, str) and typed and not ISO.fullmatch(typed):
            self.widget.input_type = "text"
            self.widget.attrs["placeholder"] = "2026-10-12"
        return bound
