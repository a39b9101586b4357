"""One declaration per resource: its fields describe the schema and are the columns that are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db.models import CharField, F, Func, QuerySet, TextField
from rest_framework import serializers


class DecimalText(Func):
    """A numeric column as text without trailing zeros: PostgreSQL does in C what Python would do row by row."""

    template = "trim_scale(%(expressions)s)::text"
    output_field = CharField()


class YuanText(Func):
    """Money as text, always with both decimals."""

    template = "round(%(expressions)s, 2)::text"
    output_field = CharField()


class JsonObject(Func):
    """The columns of a row as one JSON object in text, built by PostgreSQL: a third of the time of dicts at 1,000 rows."""

    output_field = TextField()

    def __init__(self, names: Sequence[str], expressions: Sequence[Any]) -> None:
        super().__init__(*expressions)
        self.names = tuple(names)

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list]:  # type: ignore[override]
        parts, params = [], []
        for name, expression in zip(self.names, self.get_source_expressions(), strict=True):
            sql, given = compiler.compile(expression)
            parts.append(f"'{name}', {sql}")  # names are the serializer's own, Python identifiers
            params += given
        return f"json_build_object({', '.join(parts)})::text", params


class Figure(serializers.DecimalField):
    """A decimal sent as a string; null is unknown, which is not 0."""

    text: type[Func] = DecimalText

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 24, "decimal_places": 4, "allow_null": True} | kwargs)


class Yuan(Figure):
    """Money in yuan, sent as a string with two decimals; null is unknown."""

    text = YuanText

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 24, "decimal_places": 2} | kwargs)


class Row(serializers.Serializer):
    """A flat row of one resource. A field's ``source`` is the lookup it is read from; ``expressions`` overrides that.

    Fields in ``beside`` are no columns: the view adds them.
    """

    expressions: dict[str, Any] = {}  # what .values_list() takes: F, Func, Subquery
    beside: tuple[str, ...] = ()

    @classmethod
    @cache
    def columns(cls) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """Names and the expressions behind them, in one order."""
        names: list[str] = []
        found: list[Any] = []
        for name, field in cls().fields.items():
            if name in cls.beside:
                continue
            names.append(name)
            if name in cls.expressions:
                found.append(cls.expressions[name])
            else:
                lookup = F(field.source)
                found.append(field.text(lookup) if isinstance(field, Figure) else lookup)
        return tuple(names), tuple(found)

    @classmethod
    def read(cls, queryset: QuerySet, *extra: str) -> QuerySet:
        """``queryset`` as tuples of the columns, followed by the lookups in ``extra``."""
        return queryset.values_list(*cls.columns()[1], *extra)

    @classmethod
    def read_json(cls, queryset: QuerySet, *extra: str) -> QuerySet:
        """``queryset`` as tuples of the row in JSON, followed by the lookups in ``extra``."""
        return queryset.values_list(JsonObject(*cls.columns()), *extra)

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
