"""Writing through the API: one transaction, repeatable under an Idempotency-Key, with the revision the caller looked at."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import APIException, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.services.idempotency import LONGEST, KeyReused, StillRunning, fingerprint_of, run_once
from programs.api.base import OneRow
from programs.api.problems import MEDIA_TYPE, BadInput, NotFoundHere, problem_handler
from programs.api.render import to_json
from programs.api.throttles import WriteThrottle
from programs.errors import Conflict, RuleViolation

REFUSALS = (RuleViolation, APIException, Http404, PermissionDenied)
REVISION_TAG = re.compile(r'(?:W/)?"?(\d{1,9})"?')


class StrictInput(serializers.Serializer):
    """Parses a body. A member it does not know is an error naming it: a misspelt one must not be lost."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                known = ", ".join(self.fields)
                raise serializers.ValidationError(
                    {name[:60]: [_("Unknown member. Known here: %(known)s.") % {"known": known}] for name in unknown},
                    code="unknown_member",
                )
        return super().to_internal_value(data)


class WriteMixin(OneRow):
    """``act`` does the work and answers (status, body): mostly the row, read anew. A refusal leaves nothing behind."""

    writes = WriteThrottle

    def get_throttles(self) -> list[Any]:
        return [self.writes()] if self.request.method in {"POST", "PATCH"} else []

    def run(self, act: Callable[[], tuple[int, Any]]) -> Response:
        """Run ``act`` in a transaction. With an Idempotency-Key a repeat gets the first answer, refusals included."""
        request = self.request
        if (
            request.content_type
            and request.content_type.split(";")[0].strip() not in {"application/json", ""}
            and request._request.META.get("CONTENT_LENGTH") not in ("", "0", None)
        ):
            raise UnsupportedMediaType(request.content_type)
        key = request.headers.get("Idempotency-Key")
        if key is None:
            with transaction.atomic():
                return self._answer(*act())
        fingerprint = fingerprint_of(request.method, request.get_full_path(), request._request.body)
        try:
            status, body, replayed = run_once(
                user=request.user, key=key, fingerprint=fingerprint, func=lambda: self._settle(act)
            )
        except ValueError as error:
            raise BadInput(
                "Idempotency-Key", "idempotency_key", _("The header has 1 to %(most)d characters.") % {"most": LONGEST}
            ) from error
        except KeyReused as error:
            raise RuleViolation(
                "idempotency_key_reused",
                _("This Idempotency-Key came with another request before."),
                field="Idempotency-Key",
                rule=_("One key belongs to one request."),
                next_step=_("Use a new key for a new request."),
            ) from error
        except StillRunning as error:
            raise Conflict(
                "idempotency_running",
                _("The first request with this Idempotency-Key is still running."),
                field="Idempotency-Key",
                next_step=_("Send the same request again in a few seconds."),
            ) from error
        response = self._answer(status, body)
        if replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return response

    def _settle(self, act: Callable[[], tuple[int, Any]]) -> tuple[int, Any]:
        """The answer in its JSON form, refusals included, as it is kept for a repeat."""
        try:
            with transaction.atomic():
                status, body = act()
        except REFUSALS as refusal:
            response = problem_handler(refusal, self.get_exception_handler_context())
            if response is None:
                raise
            status, body = response.status_code, response.data
        return status, orjson.loads(to_json(body))

    @staticmethod
    def _answer(status: int, body: Any) -> Response:
        if status >= 400:
            return Response(body, status=status, content_type=MEDIA_TYPE)
        return Response(body, status=status, headers={"ETag": f'"{body["revision"]}"'} if "revision" in body else None)

    def named(self, rows: type[Model] | QuerySet, field: str, **lookup: Any) -> Any:
        """The visible row that ``field`` of the body names; 404 when it is not there."""
        found = self.scoped(rows).filter(**lookup).first()
        if found is None:
            raise NotFoundHere(
                f"{field}_not_found",
                _("What “%(field)s” names is missing or outside your scope.") % {"field": field},
                field=field,
                next_step=_("Take it from the list of this API."),
            )
        return found

    def named_or_none(self, rows: type[Model] | QuerySet, field: str, **lookup: Any) -> Any:
        """The same for a member that may be left out."""
        return self.named(rows, field, **lookup) if all(lookup.values()) else None

    def expected_revision(self, given: int | None) -> int | None:
        """The revision the caller looked at: header If-Match or member ``revision``; None: whatever is newest."""
        header = self.request.headers.get("If-Match", "").strip()
        if header in {"", "*"}:
            return given
        match = REVISION_TAG.fullmatch(header)
        if match is None:
            raise BadInput("If-Match", "if_match", _("If-Match names a revision, as in the ETag of the report."))
        if given is not None and given != int(match[1]):
            raise BadInput("revision", "if_match", _("If-Match and revision name different revisions."))
        return int(match[1])


def parsed(form: type[StrictInput], request: Request) -> dict[str, Any]:
    """The checked body. Raises ValidationError naming what is wrong."""
    found = form(data=request.data)
    found.is_valid(raise_exception=True)
    return found.validated_data
