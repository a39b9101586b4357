"""The kinds of filters lists have. Values that are unknown or out of scope are the same error."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from policies.models import Clause
from programs.models import Indicator, Period, Programme, Unit

YES, NO = pgettext_lazy("answer", "yes"), pgettext_lazy("answer", "no")
ALL = pgettext_lazy("choice of a filter", "all")
YES_NO = [("true", YES), ("false", NO)]
SHORT = {"1": "true", "0": "false"}  # what programs may send instead
UNKNOWN = _("“%(value)s” is unknown here, or lies outside your units.")


def visible(rows: QuerySet) -> Callable[[Any], QuerySet]:
    """Choices of a filter: what the person asking may see (everything that is scoped when nobody asks: the schema)."""

    def of(request: Any) -> QuerySet:
        return rows.visible_to(request.user) if request is not None and hasattr(rows, "visible_to") else rows.all()

    return of


@extend_schema_field(OpenApiTypes.STR)
class CodeFilter(filters.ModelChoiceFilter):
    """One object named by its code."""

    def __init__(self, rows: QuerySet, field_name: str, *, label: Any, to: str = "code", **kwargs: Any) -> None:
        super().__init__(
            queryset=visible(rows),
            field_name=field_name,
            to_field_name=to,
            label=label,
            error_messages={"invalid_choice": UNKNOWN},
            **kwargs,
        )


@extend_schema_field(OpenApiTypes.INT)
class KeyFilter(CodeFilter):
    """One object named by its number."""

    def __init__(self, rows: QuerySet, field_name: str, *, label: Any, **kwargs: Any) -> None:
        super().__init__(rows, field_name, label=label, to="pk", **kwargs)


class FlagField(forms.TypedChoiceField):
    """Either, yes or no; 1 and 0 are read, and shown again, as the answers they stand for."""

    def to_python(self, value: Any) -> str:
        return super().to_python(SHORT.get(value, value))

    def prepare_value(self, value: Any) -> Any:
        return SHORT.get(value, value)


@extend_schema_field(OpenApiTypes.BOOL)
class FlagFilter(filters.TypedChoiceFilter):
    """true or false; nothing is either; anything else is an error."""

    field_class = FlagField

    def __init__(self, *, label: Any, **kwargs: Any) -> None:
        choices = [("", ALL), *YES_NO]
        super().__init__(choices=choices, coerce=lambda text: text == "true", empty_value=None, label=label, **kwargs)


class WithinFilter(CodeFilter):
    """A unit and everything below it, by the unit's code; ``field_name`` is the lookup to a unit's path."""

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(current_units(), field_name, label=_("Unit and everything below it (12-digit code)"), **kwargs)

    def filter(self, qs: QuerySet, value: Unit | None) -> QuerySet:
        return qs if value is None else qs.filter(**{f"{self.field_name}__startswith": value.path})


def current_units() -> QuerySet[Unit]:
    """Units in force today's register."""
    return Unit.objects.filter(valid_to=None)


def programme_filter(field_name: str = "programme") -> CodeFilter:
    return CodeFilter(Programme.objects.all(), field_name, label=_("Programme (code)"))


def indicator_filter(field_name: str = "indicator") -> CodeFilter:
    return CodeFilter(Indicator.objects.all(), field_name, label=_("Indicator (code)"))


def unit_filter(field_name: str = "unit") -> CodeFilter:
    return CodeFilter(current_units(), field_name, label=_("Unit (12-digit code)"))


def clause_filter() -> KeyFilter:
    return KeyFilter(Clause.objects.all(), "clause", label=_("Clause (number)"))


class TextFilter(filters.CharFilter):
    """Words looked for in several columns; ``lookups`` are tried one by one."""

    def __init__(self, *lookups: str, **kwargs: Any) -> None:
        self.lookups = lookups
        super().__init__(label=_("Words"), max_length=60, **kwargs)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        if not value:
            return qs
        condition = Q()
        for lookup in self.lookups:
            condition |= Q(**{lookup: value})
        return qs.filter(condition)


@extend_schema_field(OpenApiTypes.INT)
class WholeNumberFilter(filters.NumberFilter):
    """A whole number; 2024.5 is an error."""

    field_class = forms.IntegerField

    def get_max_validator(self) -> None:
        """The bounds are given where the filter is declared."""
        return


class ListFilters(filters.FilterSet):
    """Base of all filter sets. ``only``: names of the filters wanted; building the others' fields costs more than the query."""

    base_filters: dict[str, filters.Filter]

    def __init__(
        self, data: Any = None, queryset: QuerySet | None = None, *, only: Container[str] | None = None, **kwargs: Any
    ) -> None:
        if only is not None:
            self.base_filters = {name: one for name, one in self.base_filters.items() if name in only}
        super().__init__(data, queryset, **kwargs)


class PeriodCodeMixin:
    """For filter sets with a field ``period``: ``2026-10`` names one period per programme; a code nobody has is an error."""

    def is_valid(self) -> bool:
        if not super().is_valid():  # type: ignore[misc]
            return False
        code = self.form.cleaned_data.get("period")  # type: ignore[attr-defined]
        if code:
            rows = visible(Period.objects.filter(code=code))(self.request)  # type: ignore[attr-defined]
            programme = self.form.cleaned_data.get("programme")  # type: ignore[attr-defined]
            self.periods = list(
                rows.filter(programme=programme).values_list("pk", flat=True)
                if programme
                else rows.values_list("pk", flat=True)
            )
            if not self.periods:
                self.form.add_error("period", UNKNOWN % {"value": code})  # type: ignore[attr-defined]
                return False
        return True

    def in_period(self, qs: QuerySet, _name: str, _value: str) -> QuerySet:
        return qs.filter(period_id__in=self.periods)
