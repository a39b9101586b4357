"""Setting one target: which one, then its figure with the reason and the paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from programs.errors import RuleViolation
from programs.forms_targets import SetTargetForm, WhichForm, words_of
from programs.models import Programme, Role, Target, Unit
from programs.queries.dashboard import shown_roots
from programs.services import targets as service
from programs.services.target_times import PeriodKey, times_of
from programs.services.targets import Basis
from programs.views.base import ScopedView, add_to_form, sentence
from programs.views.targets import text_of


class SetTargetView(ScopedView, View):
    """First which target (``?at=``: the unit whose own target or those right below are offered), then the form."""

    roles = (Role.APPROVER,)
    template_name = "programs/targets/set.html"

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        self.programme = self.get_programme(code)
        which = self._which(request.GET)
        if not which.is_bound or not which.is_valid():
            return self._show(which, None, status=422 if which.is_bound else 200)
        self._read(which)
        return self._show(which, SetTargetForm(initial={"text": text_of(self.current), "seen": self.seen}))

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        self.programme = self.get_programme(code)
        which, form = self._which(request.POST), SetTargetForm(request.POST)
        if not which.is_valid():
            return self._show(which, None, status=422)
        self._read(which)
        if not form.is_valid():
            return self._show(which, form, status=422)
        data = form.cleaned_data
        try:
            done = service.set_target(
                actor=self.request.user, indicator=self.indicator, unit=self.unit, period=self.key, text=data["text"],
                seen=data["seen"], basis=Basis(data["reason"], data["authorised_by"], data["authorising_text"]),
            )  # fmt: skip
        except RuleViolation as violation:
            if violation.status == 409:  # what was typed stays, beside the version that stands now
                form = SetTargetForm(request.POST.dict() | {"seen": self.seen})
            for one in violation.errors:
                form.add_error("text", sentence(one))
            if not violation.errors:
                add_to_form(form, violation)
            return self._show(which, form, status=violation.status)
        messages.success(request, _("The target is set. The old version is kept."))
        return redirect("target", pk=done.pk)

    def _which(self, data: Mapping[str, str]) -> WhichForm:
        """Offers the units whose target this person may set, and the one that is asked for."""
        at = self._inside(data["at"]) if data.get("at") else self._top()
        units = {one.code: one for one in [at, *at.children.filter(valid_to=None).order_by("code")] if self._may(one)}
        if (code := data.get("unit", "")) and code not in units:
            units[code] = self._inside(code)
        return WhichForm(
            data if "indicator" in data else None,
            programme=self.programme,
            units=units.values(),
            keys=times_of(self.programme),
        )

    def _top(self) -> Unit:
        roots = shown_roots(self.access, [self.programme])
        if self.programme.pk not in roots:
            raise Http404
        return roots[self.programme.pk]

    def _inside(self, code: str) -> Unit:
        unit = self.get_unit(code)
        if not unit.path.startswith(self.programme.jurisdiction.path):
            raise Http404
        return unit

    def _read(self, which: WhichForm) -> None:
        data = which.cleaned_data
        self.indicator, self.unit = data["indicator"], self._inside(data["unit"])
        if not self._may(self.unit):
            raise PermissionDenied(_("The target of a unit is set by the approver of the unit above it."))
        self.key: PeriodKey = data["key"]
        self.current = (
            Target.objects.filter(indicator=self.indicator, unit=self.unit, replaced_at=None, **self.key.lookup)
            .select_related("clause")
            .first()
        )
        self.seen = self.current.pk if self.current else None

    def _may(self, unit: Unit) -> bool:
        above = service.set_from(unit, self.programme)
        return self.access.can(Role.APPROVER, unit=above, programme=self.programme)

    def _show(self, which: WhichForm, form: SetTargetForm | None, status: int = 200) -> HttpResponse:
        programme: Programme = self.programme
        context: dict[str, Any] = {
            "programme": programme, "which": which, "form": form,
            "crumbs": [
                (programme.short, reverse("programme", args=[programme.code])),
                (_("Targets"), reverse("programme-targets", args=[programme.code])), (_("Set a target"), None),
            ],
        }  # fmt: skip
        if form is not None:
            context |= {
                "indicator": self.indicator, "unit": self.unit, "key": str(self.key), "time": words_of(self.key),
                "current": self.current, "changed_meanwhile": status == 409, "seen": self.seen,
            }  # fmt: skip
        return render(self.request, self.template_name, context, status=status)
