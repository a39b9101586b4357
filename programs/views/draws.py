"""Random draws: prepare the lists, commit, draw, publish; and the public pages where anybody checks one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from programs.api.draws import committed
from programs.draw_pools import Pool, pools_for
from programs.errors import RuleViolation
from programs.forms_draws import DrawForm, ListsForm
from programs.models import Checklist, Draw, DrawCandidate, DrawExcuse, Programme, Purpose
from programs.queries.dashboard import visible_programmes
from programs.services import draws as service
from programs.services.draws import sources
from programs.services.draws.inspecting import open_drawn
from programs.services.draws.preparing import DRAWS, is_own
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin, add_to_messages

PER_PAGE = 30
MOST_REASONS = 300
STATES = (Draw.State.PREPARED, Draw.State.COMMITTED, Draw.State.DRAWN, Draw.State.PUBLISHED)


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as lines of cells that can be copied to Excel and back."""
    return "\n".join("\t".join(map(str, row)) for row in rows)


def written_excuses(draw: Draw) -> list[tuple[str, str, str, str]]:
    """(object, staff code, reason, kind in words) of the exceptions that people wrote; those by place come again by themselves."""
    rows = draw.excuses.select_related("candidate__unit", "inspector__unit").order_by(
        "candidate__code", "inspector__code"
    )
    return [
        (one.candidate.code, one.inspector.code, one.reason, one.get_kind_display())
        for one in rows
        if not (one.kind == DrawExcuse.Kind.OWN_UNIT and is_own(one.inspector.unit, one.candidate.unit))
    ]


def stages(draw: Draw) -> list[dict[str, Any]]:
    """The stepper: prepared, committed, drawn, published, with their moments."""
    moments = {
        Draw.State.PREPARED: draw.created_at,
        Draw.State.COMMITTED: draw.committed_at,
        Draw.State.DRAWN: draw.drawn_at,
        Draw.State.PUBLISHED: draw.published_at,
    }
    reached = [moments[state] is not None for state in STATES]
    now = max(index for index, done in enumerate(reached) if done)
    return [
        {
            "state": "past" if index < now else ("now" if index == now else "next"),
            "name": state.label,
            "moment": moments[state],
        }
        for index, state in enumerate(STATES)
    ]


class DrawListView(ScopedView, TemplateView):
    """``/draws/``: planned, running and published draws, newest first. Fixed queries."""

    roles = ANY_BUSINESS
    template_name = "programs/draws/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.scoped(Draw.objects.select_related("programme", "unit")).order_by("-planned_on", "-pk")
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(**kwargs) | {"page": page, "can_create": self.access.has(*DRAWS)}


class DrawCreateView(ServiceFormMixin, ScopedView, FormView):
    """Prepare a draw."""

    roles = DRAWS
    form_class = DrawForm
    template_name = "programs/draws/create.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        keys = [
            one.pk
            for one in visible_programmes(self.request.user)
            if self.access.can(DRAWS, unit=one.jurisdiction, programme=one)
        ]
        return super().get_form_kwargs() | {"programmes": Programme.objects.filter(pk__in=keys)}

    def perform(self, form: DrawForm) -> Draw:
        data = form.cleaned_data
        return service.prepare(
            actor=self.request.user,
            programme=data["programme"],
            unit=data["programme"].jurisdiction,
            title=data["title"],
            planned_on=data["planned_on"],
            is_cross_department=data["is_cross_department"],
            departments=data["departments"],
        )

    def get_success_url(self) -> str:
        return reverse("draw-lists", args=[self.done.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"crumbs": [(_("Random draws"), reverse("draws"))]}


class OneDrawMixin(ScopedView):
    """Access to one visible draw."""

    kwargs: dict[str, Any]

    def draw(self) -> Draw:
        return self.get_or_404(
            Draw.objects.select_related("programme", "unit", "checklist", "committed_by", "drawn_by"),
            pk=self.kwargs["pk"],
        )

    def may(self, draw: Draw) -> bool:
        return self.access.can(DRAWS, unit=draw.unit, programme=draw.programme)


class DrawView(OneDrawMixin, TemplateView):
    """One draw: its stages, lists, results, and the next step."""

    roles = ANY_BUSINESS
    template_name = "programs/draws/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draw = self.draw()
        may = self.may(draw)
        candidates = draw.candidates.select_related("unit", "inspection")
        chosen = list(candidates.filter(is_chosen=True).prefetch_related("pairs__inspector__organization"))
        groups: dict[str, dict[str, Any]] = {}
        for one in candidates.values_list("stratum", flat=True):
            groups.setdefault(one, {"there": 0, "quota": draw.quota.get(one, 0)})["there"] += 1
        return super().get_context_data(**kwargs) | {
            "draw": draw,
            "may": may,
            "steps": stages(draw),
            "chosen": chosen,
            "groups": groups.items(),
            "page": Paginator(candidates, 100).get_page(self.request.GET.get("page")),
            "inspectors": draw.inspectors.select_related("unit", "organization"),
            "departments": draw.departments.all(),
            "excuses": draw.excuses.count(),
            "reasons": self.reasons(draw) if may else (),
            "public_url": reverse("draw-public", args=[draw.code]) if draw.committed_at else "",
            "mine": self.mine(chosen),
            "crumbs": [(_("Random draws"), reverse("draws"))],
        }

    def reasons(self, draw: Draw) -> QuerySet[DrawExcuse]:
        """Exceptions that are not by place, with their reasons: for the office that draws, never for the public."""
        rows = draw.excuses.exclude(kind=DrawExcuse.Kind.OWN_UNIT).select_related("candidate", "inspector")
        return rows.order_by("candidate__code", "inspector__code")[:MOST_REASONS]

    def mine(self, chosen: list[DrawCandidate]) -> set[int]:
        """The drawn objects to which the draw sends the person who reads."""
        user = self.request.user
        return {one.pk for one in chosen for pair in one.pairs.all() if pair.inspector.user_id == user.pk}


class DrawListsView(ServiceFormMixin, OneDrawMixin, FormView):
    """Fill in who may be drawn and who inspects; ``?from=<register>`` fills the fields from what the system knows."""

    roles = DRAWS
    form_class = ListsForm
    template_name = "programs/draws/lists.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"draw": self.draw()}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        draw = self.draw()
        if draw.state != Draw.State.PREPARED:
            messages.error(request, _("The lists of this draw are frozen. What was wrong in them is mended by cancelling it and preparing another."))  # fmt: skip
            return redirect("draw", pk=draw.pk)
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """What was saved; with ``?from=`` the register's objects and people, keeping what was saved beside them."""
        draw = self.draw()
        saved = {
            "candidates": _lines(draw.candidates.values_list("code", "name", "stratum", "unit__code")),
            "quota": _lines(draw.quota.items()),
            "inspectors": _lines(draw.inspectors.values_list("code", "name", "unit__code")),
            "inspectors_each": draw.inspectors_each,
            "excused": _lines(written_excuses(draw)),
            "checklist": draw.checklist_id or self.usual_checklist(draw),
        }
        pool = self.register(draw)
        if pool is None:
            return saved
        rows = pool.rows(draw.programme, draw.unit)
        people = {
            one.code: (one.code, one.name, one.unit.code) for one in sources.inspectors(draw.programme, draw.unit)
        }
        people |= {row[0]: row for row in draw.inspectors.values_list("code", "name", "unit__code")}
        groups = dict.fromkeys((one.stratum for one in rows), 1)
        return saved | {
            "candidates": _lines((c.code, c.name, c.stratum, c.unit.code) for c in rows),
            "quota": _lines((group, draw.quota.get(group, 1)) for group in groups),
            "inspectors": _lines(people.values()),
        }

    def register(self, draw: Draw) -> Pool | None:
        """The register the page was asked to fill the lists from."""
        return next((one for one in pools_for(draw.programme) if one.code == self.request.GET.get("from")), None)

    def usual_checklist(self, draw: Draw) -> int | None:
        """The programme's newest published checklist for random inspections, as long as no list was saved."""
        if draw.candidates.exists():
            return None
        rows = Checklist.objects.filter(
            programme=draw.programme, state=Checklist.State.PUBLISHED, purposes__contains=[Purpose.RANDOM]
        )
        return rows.order_by("-pk").values_list("pk", flat=True).first()

    def perform(self, form: ListsForm) -> Draw:
        data = form.cleaned_data
        return service.save_lists(
            actor=self.request.user,
            draw_id=self.kwargs["pk"],
            candidates=data["candidates"],
            quota=data["quota"],
            inspectors=data["inspectors"],
            inspectors_each=data["inspectors_each"],
            excused=data["excused"],
            checklist=data["checklist"],
        )

    def get_success_url(self) -> str:
        return reverse("draw", args=[self.kwargs["pk"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draw = self.draw()
        if not self.may(draw):
            raise Http404
        return super().get_context_data(**kwargs) | {
            "draw": draw,
            "pools": pools_for(draw.programme),
            "filled_from": self.register(draw),
            "crumbs": [(_("Random draws"), reverse("draws")), (draw.title, reverse("draw", args=[draw.pk]))],
        }


class DrawStepView(OneDrawMixin, View):
    """One step of the drawing office; a refusal is shown on the draw's page."""

    roles = DRAWS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        draw = self.draw()
        steps = {"commit": service.commit, "draw": service.draw, "publish": service.publish}
        try:
            if verb == "cancel":
                service.cancel(actor=request.user, draw_id=draw.pk, reason=request.POST.get("reason", "")[:300])  # type: ignore[arg-type]
            else:
                steps[verb](actor=request.user, draw_id=draw.pk)  # type: ignore[arg-type]
            messages.success(request, _("Done; the step is in the audit log."))
        except RuleViolation as violation:
            add_to_messages(request, violation)
        return redirect("draw", pk=pk)


class DrawInspectView(OneDrawMixin, View):
    """Open the inspection of one drawn object."""

    roles = DRAWS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, candidate: int) -> HttpResponse:
        draw = self.draw()
        try:
            inspection = open_drawn(actor=request.user, draw_id=draw.pk, candidate_id=candidate)  # type: ignore[arg-type]
        except RuleViolation as violation:
            add_to_messages(request, violation)
            return redirect("draw", pk=pk)
        return redirect("inspection", pk=inspection.pk)


class PublicDrawListView(TemplateView):
    """``/public/draws/``: every draw that was committed to; no sign-in."""

    template_name = "programs/draws/public_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = committed().select_related("programme", "unit").order_by("-committed_at")
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(**kwargs) | {"page": page}


def groups_of(published: dict[str, Any]) -> list[tuple[str, int, int]]:
    """(group, objects on the list, number to be drawn) in the order of the groups' names."""
    there = Counter(one["stratum"] for one in published["pool"])
    return [(name, there[name], published["quota"].get(name, 0)) for name in sorted(there)]


class PublicDrawView(TemplateView):
    """``/public/draws/<code>/``: everything needed to derive one draw again; no sign-in, no names of people."""

    template_name = "programs/draws/public.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draw = committed().select_related("programme", "unit").filter(code=kwargs["code"]).first()
        if draw is None:
            raise Http404
        published = service.payload(draw)
        return super().get_context_data(**kwargs) | {
            "draw": draw,
            "steps": stages(draw),
            "published": published,
            "groups": groups_of(published),
            "results": [
                {
                    "code": one["code"],
                    "name": one["name"],
                    "stratum": one["stratum"],
                    "sent": published["inspectors"][one["code"]],
                    "became": published["outcomes"].get(one["code"]),
                }
                for one in published["pool"]
                if one["code"] in published["inspectors"]
            ],
            "exceptions": [one | {"kind": DrawExcuse.Kind(one["reason"]).label} for one in published["excused"]],
            "problems": service.problems_of(published) if published["seed"] else None,
        }
