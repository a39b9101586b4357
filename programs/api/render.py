"""JSON in and out with orjson. Decimals travel as strings, moments as ISO 8601 in UTC with ``Z``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def decimal_text(value: Decimal) -> str:
    """``Decimal("12.5000")`` → ``"12.5"``: no exponent, no trailing zeros."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def to_json(data: Any) -> bytes:
    """``data`` as UTF-8 JSON. Raises TypeError for what has no JSON form."""
    return orjson.dumps(data, default=_default, option=OPTIONS)


def _default(value: Any) -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, tuple, frozenset)):
        return list(value)
    if isinstance(value, list):  # DRF's ReturnList
        return list(value)
    if isinstance(value, str):  # DRF's ErrorDetail
        return str(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


class ORJSONRenderer(BaseRenderer):
    """Every answer of the API, refusals included (their media type is set by ``problems``)."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "text"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping | None = None
    ) -> bytes:
        return b"" if data is None else to_json(data)


class ORJSONParser(BaseParser):
    """Strict JSON: no NaN, no duplicate work, nesting bounded by orjson."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping | None = None) -> Any:
        body = stream.read()
        if not body.strip():
            return {}
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(_("The body is not valid JSON: %(why)s.") % {"why": error}) from error
