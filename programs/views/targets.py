"""Targets of a programme, one target with its versions, and the grid that splits one over the units below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from programs.errors import RuleViolation
from programs.forms_targets import SplitForm
from programs.models import Indicator, Programme, Role, Target, Unit
from programs.queries.derived import DERIVED
from programs.queries.targets import applying
from programs.services import targets as service
from programs.services.target_times import PeriodKey
from programs.services.targets import Basis
from programs.templatetags.luoshi import format_number
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_form, sentence


class ProgrammeTargetsView(ScopedView, TemplateView):
    """Targets of a programme at ``?unit=`` (the jurisdiction) and the units right below: units down, indicators across. Six queries."""

    roles = ANY_BUSINESS
    template_name = "programs/targets/programme.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        programme = self.get_programme(self.kwargs["code"])
        top = self._top(programme)
        targets = list(
            self.scoped(Target).filter(Q(unit=top) | Q(unit__parent=top), indicator__programme=programme, replaced_at=None).select_related("indicator", "unit", "clause__document")
            .prefetch_related("issues").order_by("unit__path", "indicator__position", "year", "due_on")
        )  # fmt: skip
        columns = {
            target.indicator_id: target.indicator
            for target in sorted(targets, key=lambda t: (t.indicator.position, t.indicator.code))
        }
        units: dict[Unit, dict[int, list[Target]]] = {}
        for target in sorted(targets, key=lambda t: (t.unit_id != top.pk, t.unit.code)):
            units.setdefault(target.unit, {}).setdefault(target.indicator_id, []).append(target)
        rows = [{"unit": unit, "cells": [found.get(pk, []) for pk in columns]} for unit, found in units.items()]
        issues = sorted({issue for target in targets for issue in target.issues.all()}, key=lambda issue: issue.code)
        return super().get_context_data(**kwargs) | {
            "programme": programme, "top": top, "columns": list(columns.values()), "rows": rows, "count": len(targets), "issues": issues,
            "inferred": [target for target in targets if target.is_inferred],
            "follows_series": any(target.series_code for target in targets),
            "can_set": self.access.can(Role.APPROVER, unit=service.set_from(top, programme), programme=programme),
            "crumbs": [(_("Programmes"), reverse("programmes")), (programme.short, reverse("programme", args=[programme.code])), (_("Targets"), None)],
        }  # fmt: skip

    def _top(self, programme: Programme) -> Unit:
        """The unit asked for, if it lies in the jurisdiction and may be seen; without one the jurisdiction, whose plan is open to all its units."""
        code = self.request.GET.get("unit", "")
        if not code or code == programme.jurisdiction.code:
            return programme.jurisdiction
        unit = self.get_unit(code)
        if not unit.path.startswith(programme.jurisdiction.path):
            raise Http404
        return unit


class TargetView(ScopedView, TemplateView):
    """One target: its clause, its defects, its versions, and how it was split. A fixed number of queries."""

    roles = ANY_BUSINESS
    template_name = "programs/targets/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        target = self.get_or_404(
            Target.objects.select_related(
                "indicator__programme__jurisdiction", "unit__parent", "clause__document", "set_by", "authorised_by"
            ).prefetch_related("issues"),
            pk=self.kwargs["pk"],
        )
        key = PeriodKey.of(target)
        same = Target.objects.filter(indicator=target.indicator, **key.lookup).select_related(
            "unit", "set_by", "authorised_by"
        )
        versions = list(same.filter(unit=target.unit).order_by("-recorded_at", "-pk"))
        parts = list(
            same.filter(unit__parent=target.unit, replaced_at=None).order_by("unit__code").prefetch_related("issues")
        )
        known = [part.value for part in parts if part.value is not None]
        programme = target.indicator.programme
        may_split = self.access.can({Role.APPROVER, Role.REVIEWER}, unit=target.unit, programme=programme)
        may_set = self.access.can(Role.APPROVER, unit=service.set_from(target.unit, programme), programme=programme)
        return super().get_context_data(**kwargs) | {
            "target": target, "indicator": target.indicator, "programme": programme, "versions": versions, "parts": parts, "key": str(key),
            "sum": sum(known, Decimal(0)) if known else None, "residual": target.value - sum(known, Decimal(0)) if known and target.value is not None else None,
            "newest": versions[0], "can_set": may_set and target.replaced_at is None and target.comparator in service.ONE_NUMBER, "can_split": may_split and target.value is not None and target.replaced_at is None and target.indicator.counting not in DERIVED,
            "crumbs": [
                (programme.short, reverse("programme", args=[programme.code])), (_("Targets"), reverse("programme-targets", args=[programme.code])),
                (target.unit.label, None),
            ],
        }  # fmt: skip


@dataclass
class Line:
    """One unit of the grid: what was typed, what stands now, the old versions."""

    unit: Unit
    current: Target | None
    text: str
    seen: str
    error: str = ""
    history: list[Target] = field(default_factory=list)


class SplitView(ScopedView, View):
    """Split a target over the units right below; the residual is counted while one types (targets.js) and again on save."""

    roles = (Role.APPROVER, Role.REVIEWER)
    template_name = "programs/targets/split.html"

    def get(self, request: HttpRequest, indicator: str, unit: str) -> HttpResponse:
        self._read(indicator, unit)
        return self._show(SplitForm(), request.GET, {})

    def post(self, request: HttpRequest, indicator: str, unit: str) -> HttpResponse:
        self._read(indicator, unit)
        form = SplitForm(request.POST)
        if not form.is_valid():
            return self._show(form, request.POST, {}, status=422)
        data = form.cleaned_data
        try:
            done = service.break_down(
                actor=self.request.user, indicator=self.indicator, unit=self.unit, period=self.key,
                shares={child.pk: request.POST.get(f"share-{child.pk}", "")[:60] for child in self.children if f"share-{child.pk}" in request.POST},
                seen={pk: _id(request.POST.get(f"seen-{pk}", "")) for pk in [self.unit.pk, *(child.pk for child in self.children)]},
                basis=Basis(data["reason"], data["authorised_by"], data["authorising_text"]), allow_stretch=data["allow_stretch"],
            )  # fmt: skip
        except RuleViolation as violation:
            errors = {one.field: sentence(one) for one in violation.errors if one.field.startswith("share-")}
            if not errors:
                add_to_form(form, violation)
            return self._show(form, request.POST, errors, status=violation.status)
        messages.success(
            request, _("%(count)s targets are set. The old versions are kept.") % {"count": len(done.targets)}
        )
        return redirect("target", pk=self.parent.pk)

    def _read(self, indicator: str, unit: str) -> None:
        """The indicator, the unit, its children, and the target to be split; 404 or 403 where they are not for this person."""
        self.indicator = self.get_or_404(
            Indicator.objects.select_related("programme__jurisdiction", "clause"), code=indicator
        )
        self.unit = self.get_unit(unit)
        programme = self.indicator.programme
        if not self.unit.path.startswith(programme.jurisdiction.path) or not self.access.sees(self.unit, programme):
            raise Http404
        if not self.access.can(set(self.roles), unit=self.unit, programme=programme):
            raise PermissionDenied(
                _("Targets are split by the approver of the programme, or by a reviewer of the unit.")
            )
        own = list(
            Target.objects.filter(indicator=self.indicator, unit=self.unit, replaced_at=None)
            .select_related("clause")
            .order_by("due_on", "year")
        )
        key = PeriodKey.read(self.request.GET.get("key") or self.request.POST.get("key") or "")
        parent = (
            next((one for one in own if PeriodKey.of(one) == key), None) if key else applying(own, timezone.localdate())
        )
        if parent is None:
            raise Http404
        self.parent, self.key, self.own = parent, PeriodKey.of(parent), own
        self.children = list(self.unit.children.filter(valid_to=None).order_by("code"))

    def _show(
        self, form: SplitForm, typed: Mapping[str, str], errors: Mapping[str, str], status: int = 200
    ) -> HttpResponse:
        lines = self._lines(typed, errors)
        known = [value for line in lines if (value := self._value(line.text)) is not None]
        residual = None if self.parent.value is None else self.parent.value - sum(known, Decimal(0))
        programme = self.indicator.programme
        context = {
            "form": form, "lines": lines, "indicator": self.indicator, "programme": programme, "unit": self.unit, "parent": self.parent, "key": str(self.key), "own": self.own,
            "sum": sum(known, Decimal(0)), "residual": residual, "errors": errors, "typed": typed, "seen_parent": typed.get(f"seen-{self.unit.pk}", self.parent.pk) if status != 409 else self.parent.pk,
            "may_stretch": self.access.can(Role.APPROVER, unit=self.unit, programme=programme), "changed_meanwhile": status == 409,
            "crumbs": [
                (programme.short, reverse("programme", args=[programme.code])), (_("Targets"), reverse("programme-targets", args=[programme.code])),
                (self.unit.label, reverse("target", args=[self.parent.pk])), (_("Split"), None),
            ],
        }  # fmt: skip
        return render(self.request, self.template_name, context, status=status)

    def _lines(self, typed: Mapping[str, str], errors: Mapping[str, str]) -> list[Line]:
        every: dict[int, list[Target]] = {}
        rows = Target.objects.filter(
            indicator=self.indicator, unit__in=self.children, **self.key.lookup
        ).select_related("set_by", "authorised_by")
        for target in rows.order_by("-recorded_at", "-pk"):
            every.setdefault(target.unit_id, []).append(target)
        lines = []
        for child in self.children:
            versions = every.get(child.pk, [])
            current = next((one for one in versions if one.replaced_at is None), None)
            name = f"share-{child.pk}"
            text = typed[name] if name in typed else text_of(current)
            lines.append(
                Line(
                    child,
                    current,
                    text,
                    str(current.pk) if current else "",
                    errors.get(name, ""),
                    [one for one in versions if one.replaced_at],
                )
            )
        return lines

    def _value(self, text: str) -> Decimal | None:
        try:
            return service.read_share(self.indicator, text).value
        except RuleViolation:  # said beside its cell; here it only does not count
            return None


def _id(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def text_of(target: Target | None) -> str:
    """What the cell of a target holds to begin with."""
    if target is None or target.state in (Target.State.NOT_ASSIGNED, Target.State.LOST):
        return ""
    return (
        "/"
        if target.state == Target.State.NOT_APPLICABLE
        else format_number(target.value)
        if target.value is not None
        else ""
    )
