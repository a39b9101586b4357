"""One declaration per resource: its fields describe the schema and are the columns that are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db.models import CharField, Expression, F, Func, QuerySet
from rest_framework import serializers


class DecimalText(Func):
    """A numeric column as text without trailing zeros: PostgreSQL does in C what Python would do row by row."""

    template = "trim_scale(%(expressions)s)::text"
    output_field = CharField()


class Figure(serializers.DecimalField):
    """A decimal sent as a string; null is unknown, which is not 0."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 24, "decimal_places": 4, "allow_null": True} | kwargs)


class Row(serializers.Serializer):
    """A flat row of one resource. A field's ``source`` is the lookup it is read from; ``expressions`` overrides that.

    Fields in ``beside`` are no columns: the view adds them.
    """

    expressions: dict[str, Expression] = {}
    beside: tuple[str, ...] = ()

    @classmethod
    @cache
    def columns(cls) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """Names and the expressions behind them, in one order."""
        names, found = [], []
        for name, field in cls().fields.items():
            if name in cls.beside:
                continue
            names.append(name)
            if name in cls.expressions:
                found.append(cls.expressions[name])
            else:
                lookup = F(field.source)
                found.append(DecimalText(lookup) if isinstance(field, serializers.DecimalField) else lookup)
        return tuple(names), tuple(found)

    @classmethod
    def read(cls, queryset: QuerySet, *extra: str) -> QuerySet:
        """``queryset`` as tuples of the columns, followed by the lookups in ``extra``."""
        return queryset.values_list(*cls.columns()[1], *extra)

    @classmethod
    def dicts(cls, rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
        """Tuples as dicts; columns beyond the declared ones are dropped."""
        names = cls.columns()[0]
        return [dict(zip(names, row, strict=False)) for row in rows]

    @classmethod
    def one(cls, queryset: QuerySet) -> dict[str, Any] | None:
        """The first row as a dict, or None."""
        found = cls.dicts(cls.read(queryset)[:1])
        return found[0] if found else None
