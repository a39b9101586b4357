"""Fields that every form shares."""

from __future__ import annotations

from typing import Any

from django import forms


class DayField(forms.DateField):
    """A day typed as 2026-10-12, alike in every browser."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"placeholder": "2026-10-12", "inputmode": "numeric", "autocomplete": "off", "size": 12}
        super().__init__(**{"widget": forms.DateInput(format="%Y-%m-%d", attrs=attrs)} | kwargs)
