"""Publicity notices that are up: open to anybody, without a key, exactly what the public page shows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle

from audit.middleware import client_address
from programs.api.base import ListView, ScopedAPIView
from programs.api.rows import Row
from programs.models import Notice
from programs.queries.notices import notices_up, table_of


class PublicReadThrottle(SimpleRateThrottle):
    """Per address; the same counter as the public pages."""

    scope = "public-read"
    rate = "120/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": client_address(request._request) or "unknown"}


class PublicView(ScopedAPIView):
    """Base of what anybody may read: no key is asked for, none is looked at."""

    roles = ()
    is_public = True
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (PublicReadThrottle,)


class NoticeRow(Row):
    """One notice. ``ends_on``: last day, included; ``provisional``: it rests on holidays that are not loaded yet."""

    code = serializers.CharField()
    programme = serializers.CharField(source="programme__code")
    unit = serializers.CharField(source="unit__code")
    title = serializers.CharField()
    issuer = serializers.CharField()
    contact = serializers.CharField()
    workdays = serializers.IntegerField()
    posted_on = serializers.DateField()
    ends_on = serializers.DateField()
    provisional = serializers.BooleanField(source="ends_is_provisional")
    clause = serializers.CharField(source="clause__path", allow_null=True)


@extend_schema_serializer(component_name="NoticeFull")
class NoticeFull(NoticeRow):
    """A notice with its text and its table."""

    text = serializers.CharField()
    labels = serializers.ListField(child=serializers.CharField(), help_text="Column heads of the table.")
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))

    beside = ("labels", "rows")


@extend_schema(
    summary="Publicity notices that are up (no key)", responses=NoticeRow(many=True), tags=["notices"], auth=[]
)
class NoticeList(PublicView, ListView):
    roles = ()
    row, queryset = NoticeRow, Notice.objects.all()

    def get_queryset(self) -> QuerySet[Notice]:
        return notices_up(timezone.localdate()).order_by()


class NoticeDetail(PublicView):
    @extend_schema(summary="One notice that is up (no key)", responses=NoticeFull, tags=["notices"], auth=[])
    def get(self, request: Request, code: str) -> Response:
        up = notices_up(timezone.localdate()).filter(code=code.upper())
        found = NoticeFull.one(up)
        if found is None:
            raise Http404
        table = table_of(up.prefetch_related("items").get())
        return Response(found | {"labels": table.labels, "rows": table.rows})
