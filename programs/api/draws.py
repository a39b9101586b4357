"""Random draws. Open to anybody once the commitment is public, so that a stranger can derive them again."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from programs.api.base import ListView, ScopedAPIView
from programs.api.rows import Row
from programs.api.throttles import PublicThrottle
from programs.filters import DrawFilters
from programs.models import Draw, DrawExcuse, Role
from programs.services.draws import payload


def committed() -> QuerySet[Draw]:
    """Draws whose commitment was published; one that was cancelled stays, with its reason."""
    return Draw.objects.exclude(committed_at=None)


class DrawRow(Row):
    """One draw. ``commitment`` is the hex SHA-256 of its seed, ``lists_hash`` that of the frozen lists."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField()
    programme = serializers.CharField(source="programme__code")
    unit = serializers.CharField(source="unit__code")
    year = serializers.IntegerField()
    state = serializers.ChoiceField(Draw.State.choices)
    is_cross_department = serializers.BooleanField()
    commitment = serializers.CharField()
    lists_hash = serializers.CharField(source="pool_hash")
    committed_at = serializers.DateTimeField()
    drawn_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)


class PoolEntry(serializers.Serializer):
    code = serializers.CharField()
    stratum = serializers.CharField()
    name = serializers.CharField()


class ExcuseEntry(serializers.Serializer):
    object = serializers.CharField()
    inspector = serializers.CharField()
    reason = serializers.ChoiceField(DrawExcuse.Kind.choices, help_text="its kind; why is not published")


class OutcomeEntry(serializers.Serializer):
    """What became of one drawn object. ``outcome`` and ``inspected_on`` are null until the inspection is closed."""

    state = serializers.ChoiceField(["not_begun", "begun", "done", "given_up"])
    outcome = serializers.ChoiceField(["pass", "fail"], allow_null=True)
    inspected_on = serializers.DateField(allow_null=True)


class DrawAnswer(serializers.Serializer):
    """Everything needed to derive the draw. The rule stands in the description of the operation."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField()
    programme = serializers.CharField()
    year = serializers.IntegerField()
    state = serializers.ChoiceField(Draw.State.choices)
    is_cross_department = serializers.BooleanField()
    departments = serializers.ListField(child=serializers.CharField())
    commitment = serializers.CharField()
    committed_at = serializers.DateTimeField()
    drawn_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancelled_reason = serializers.CharField(allow_blank=True)
    seed = serializers.CharField(
        allow_null=True, help_text="null before it is drawn; stays when a drawn one is cancelled"
    )
    lists_hash = serializers.CharField()
    pool = PoolEntry(many=True)
    quota = serializers.DictField(child=serializers.IntegerField())
    inspectors_each = serializers.IntegerField()
    inspector_list = serializers.ListField(child=serializers.CharField())
    chosen = serializers.ListField(child=serializers.CharField())
    inspectors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    excused = ExcuseEntry(many=True)
    outcomes = serializers.DictField(child=OutcomeEntry(), help_text="by object code, once the results are published")


class PublicMixin:
    """No key is needed; the rows are public ones only."""

    permission_classes = (AllowAny,)
    throttle_classes = (PublicThrottle,)
    roles: tuple[Role, ...] = ()
    is_public = True


@extend_schema(
    summary="Random draws, open to anybody",
    responses=DrawRow(many=True),
    tags=["draws"],
    auth=[{}],  # type: ignore[list-item]  # no key
)
class DrawList(PublicMixin, ListView):
    row, filterset_class = DrawRow, DrawFilters
    queryset = Draw.objects.all()

    def get_queryset(self) -> QuerySet:
        return committed()


@extend_schema(
    summary="One draw with everything needed to derive it again",
    description=(
        "`commitment` is the hex SHA-256 of `seed`. In each stratum the `quota` candidates with the smallest hex SHA-256 of "
        '`seed + ":" + code` are chosen; to each go the `inspectors_each` inspectors with the smallest hex SHA-256 of '
        '`seed + ":" + object code + ":" + inspector code`, the excused passed over. `lists_hash` is the hex SHA-256 of the '
        "JSON object with the sorted keys each, excused, inspectors, pool, quota, rows sorted, without spaces."
    ),
    responses=DrawAnswer,
    tags=["draws"],
    auth=[{}],  # type: ignore[list-item]  # no key
)
class DrawDetail(PublicMixin, ScopedAPIView):
    def get(self, request: Request, pk: int, *args: Any, **kwargs: Any) -> Response:
        draw = committed().select_related("programme").prefetch_related("departments").filter(pk=pk).first()
        if draw is None:
            raise Http404
        return Response(payload(draw))
