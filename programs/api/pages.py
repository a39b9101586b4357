"""Pages that stay put while rows are added: a cursor says after which row to go on."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from programs.api.problems import BadInput

POSITION = re.compile(r"[0-9A-Za-z-]{1,80}")
NUMBER = re.compile(r"\d{1,18}")


class CursorPages(CursorPagination):
    """``{"next", "previous", "results"}``. The view names the unique column it is ordered by (``order``), which must be
    the last column of its rows; ``page_size`` is 50 unless asked otherwise, at most 1,000."""

    page_size = 50
    max_page_size = 1000
    page_size_query_param = "page_size"
    template = None

    def get_ordering(self, request: Request, queryset: QuerySet, view: Any) -> tuple[str, ...]:
        return (view.order,)

    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if not re.fullmatch(r"\d{1,4}", asked) or not 1 <= int(asked) <= self.max_page_size:
            raise BadInput(
                "page_size", "page_size", _("page_size is a number from 1 to %(most)s.") % {"most": self.max_page_size}
            )
        return int(asked)

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise self._unknown() from error
        form = NUMBER if self.ordering[0].lstrip("-") == "id" else POSITION
        if cursor is not None and cursor.position is not None and not form.fullmatch(cursor.position):
            raise self._unknown()
        return cursor

    @staticmethod
    def _unknown() -> BadInput:
        return BadInput(
            "cursor", "cursor", _("This cursor is not one of ours. Follow the next link instead of building it.")
        )

    def _get_position_from_instance(self, instance: Any, ordering: tuple[str, ...]) -> str:
        return str(instance[-1])

    def get_paginated_response_schema(self, schema: dict) -> dict:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }
