"""Fields that every form shares."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms

# 2026-10-12, 2026/10/12, 2026.10.12, the same with the Chinese words for year, month and day, and 20261012
WRITTEN = re.compile(r"(\d{4})[-/.\u5e74](\d{1,2})[-/.\u6708](\d{1,2})\u65e5?|(\d{4})(\d\d)(\d\d)")


class DayField(forms.DateField):
    """A day written as 2026-10-12, alike in every browser, or chosen from a calendar (static/js/day.js).

    The other ways in which officials write a day are understood, full-width digits too.
    """

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"placeholder": "2026-10-12", "inputmode": "numeric", "autocomplete": "off", "maxlength": 20}
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs=attrs))
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip()
            if found := WRITTEN.fullmatch(value):
                value = "-".join(part for part in found.groups() if part)
        return super().to_python(value)
