"""Periodic papers and their ranking of results: draft, appeals, publication."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from programs.documents.periodic import Periodic, verify_url
from programs.documents.phrases import figure
from programs.errors import Conflict, RuleViolation
from programs.forms_rankings import PaperForm
from programs.models import Job, Programme, Ranking, RankingAppeal, Role, Unit
from programs.queries.dashboard import visible_programmes
from programs.services import rankings as service
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin, add_to_messages, sentence
from programs.views.jobs import progress_of, send_file

PER_PAGE = 30


class RankingListView(ScopedView, TemplateView):
    """``/rankings/``: papers the person may read, newest first. Fixed queries."""

    roles = ANY_BUSINESS
    template_name = "programs/rankings/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.scoped(Ranking.objects.defer("snapshot").select_related("programme", "pdf", "docx")).order_by("-pk")
        if code := self.request.GET.get("programme", ""):
            rows = rows.filter(programme__code=code)
        programmes = visible_programmes(self.request.user)
        led = next((one for one in programmes if one.code == code), None)
        if led is not None and not self.access.can(Role.APPROVER, unit=led.jurisdiction, programme=led):
            led = None
        return super().get_context_data(**kwargs) | {
            "led": led,
            "page": Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page")),
            "programmes": programmes,
            "chosen": code,
            "can_create": self.access.has(Role.APPROVER),
        }


class RankingCreateView(ServiceFormMixin, ScopedView, FormView):
    """Make a paper by hand; the schedule makes those of the spans that have just ended."""

    roles = (Role.APPROVER,)
    form_class = PaperForm
    template_name = "programs/rankings/create.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        keys = [
            one.pk
            for one in visible_programmes(self.request.user)
            if self.access.can(Role.APPROVER, unit=one.jurisdiction, programme=one)
        ]
        return super().get_form_kwargs() | {
            "programmes": Programme.objects.filter(pk__in=keys),
            "today": timezone.localdate(),
        }

    def get_initial(self) -> dict[str, Any]:
        programme = Programme.objects.filter(code=self.request.GET.get("programme", "")).values_list("pk", flat=True)
        return super().get_initial() | {"programme": programme.first()}

    def perform(self, form: PaperForm) -> Ranking:
        programme, (kind, code) = form.cleaned_data["programme"], form.chosen
        was_there = (
            programme.rankings.filter(kind=kind, period_code=code).exclude(state=Ranking.State.WITHDRAWN).exists()
        )
        made = service.make(actor=self.request.user, programme=programme, kind=kind, code=code)
        if was_there:
            messages.info(self.request, _("This paper had been made before; here it is. “Work it out again” takes today's figures."))  # fmt: skip
        return made

    def get_success_url(self) -> str:
        return reverse("ranking", args=[self.done.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"crumbs": [(_("Reviews and rankings"), reverse("rankings"))]}


class OneRankingMixin(ScopedView):
    """Access to one visible paper."""

    kwargs: dict[str, Any]

    def ranking(self) -> Ranking:
        related = ("programme__jurisdiction", "rule", "pdf", "docx", "published_by")
        return self.get_or_404(Ranking.objects.select_related(*related), pk=self.kwargs["pk"])

    def leads(self, ranking: Ranking) -> bool:
        return self.access.can(Role.APPROVER, unit=ranking.programme.jurisdiction, programme=ranking.programme)


class RankingView(OneRankingMixin, TemplateView):
    """One paper: its places, each opening to its inputs; the appeals; the next step."""

    roles = ANY_BUSINESS
    template_name = "programs/rankings/detail.html"

    def get_template_names(self) -> list[str]:
        return ["programs/rankings/_job.html"] if self.request.htmx else [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ranking = self.ranking()
        words = Periodic(ranking.snapshot)
        units = self.own_units(ranking, words)
        appeals = list(self.scoped(ranking.appeals.select_related("unit", "made_by", "decided_by")))
        waiting = {one.unit_id for one in appeals if one.decided_at is None}
        is_open = (
            ranking.state == Ranking.State.APPEAL
            and (ranking.appeal_until or timezone.localdate()) >= timezone.localdate()
        )
        return super().get_context_data(**kwargs) | {
            "ranking": ranking,
            "words": words,
            "groups": self.groups(ranking, words),
            "leads": self.leads(ranking),
            "obstacle": self.obstacle(ranking),
            **self.printing(ranking),
            "appeals": appeals,
            "is_open": is_open,
            "may_appeal": [unit for unit in units if unit.pk not in waiting or "typed" in kwargs] if is_open else [],
            "verify_url": verify_url(ranking.code),
            "crumbs": [(_("Reviews and rankings"), reverse("rankings"))],
        }

    def refused(self, violation: RuleViolation, **typed: Any) -> HttpResponse:
        """The page again with what is wrong, and what was typed in its field."""
        add_to_messages(self.request, violation)
        return self.render_to_response(self.get_context_data(typed=typed), status=violation.status)

    def obstacle(self, ranking: Ranking) -> str:
        """Why a paper that is open to appeals cannot be published now; empty when it can, and for others."""
        if ranking.state != Ranking.State.APPEAL:
            return ""
        try:
            service.refuse_early(ranking)
        except Conflict as conflict:
            return sentence(conflict)
        return ""

    def printing(self, ranking: Ranking) -> dict[str, Any]:
        """Progress of the newest printing, while it runs or when it failed."""
        job = Job.objects.filter(kind__startswith="ranking.", params__ranking=ranking.pk).order_by("-pk").first()
        if job is None or job.state == Job.State.DONE:
            return {"printing": None}
        url = reverse("ranking", args=[ranking.pk])
        runs = job.state in (Job.State.WAITING, Job.State.RUNNING)
        return {"printing": progress_of(job, result_url=url), "poll_url": url, "runs": runs}

    def groups(self, ranking: Ranking, words: Periodic) -> list[tuple[str, list[dict[str, Any]]]]:
        """The table's lines with their inputs as the snapshot holds them."""
        places = {place["unit"]: place for group in ranking.snapshot["ranking"]["groups"] for place in group["places"]}
        return [
            (
                label,
                [
                    {
                        "line": line,
                        "parts": self.inputs(places[line.code]["parts"], line.parts, words),
                        "moves": [words.move_words(move) for move in places[line.code]["moves"]],
                    }
                    for line in lines
                ],
            )
            for label, lines in words.groups
        ]

    def inputs(self, parts: list[dict[str, Any]], earned: list[str], words: Periodic) -> list[dict[str, Any]]:
        """Each part of one score: its indicator's row, the figure as written, the points as printed."""
        known = words.indicators
        return [
            part
            | {
                "row": known[part["indicator"]],
                "figure": figure(part["value"], known[part["indicator"]]),
                "earned": points,
            }
            for part, points in zip(parts, earned, strict=True)
        ]

    def own_units(self, ranking: Ranking, words: Periodic) -> list[Unit]:
        """Units of the paper for which the person may appeal."""
        rows = Unit.objects.filter(code__in=words.unit_names, valid_to=None).order_by("code")
        return [
            unit
            for unit in rows
            if self.access.can({Role.REPORTER, Role.REVIEWER}, unit=unit, programme=ranking.programme)
        ]


class RankingFileView(OneRankingMixin, View):
    """Download the PDF or the .docx."""

    roles = ANY_BUSINESS
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, pk: int, kind: str) -> FileResponse:
        ranking = self.ranking()
        stored = ranking.pdf if kind == "pdf" else ranking.docx
        if stored is None:
            raise Http404
        return send_file(stored)


class RankingStepView(RankingView):
    """One step of the leading bureau; a refusal is shown on the paper's page with what was typed."""

    roles = (Role.APPROVER,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        ranking = self.ranking()
        fields: dict[str, Any] = {"actor": request.user, "ranking_id": ranking.pk}
        try:
            if verb == "withdraw":
                service.withdraw(**fields, reason=request.POST.get("reason", "")[:300])
            else:
                {
                    "appeals": service.open_appeals,
                    "recompute": service.recompute,
                    "publish": service.request_publication,
                }[verb](**fields)
        except RuleViolation as violation:
            return self.refused(violation, reason=request.POST.get("reason", ""))
        messages.success(request, _("Done; the step is in the audit log."))
        return redirect("ranking", pk=pk)


class AppealView(RankingView):
    """A unit appeals; a refusal is shown on the paper's page with what was typed."""

    roles = (Role.REPORTER, Role.REVIEWER)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        ranking = self.ranking()
        unit = self.get_unit(request.POST.get("unit", ""))
        try:
            service.appeal(
                actor=self.request.user, ranking_id=ranking.pk, unit=unit, text=request.POST.get("text", "")[:4000]
            )
        except RuleViolation as violation:
            return self.refused(violation, unit=unit.code, text=request.POST.get("text", ""))
        messages.success(request, _("The leading bureau answers before anything is published."))
        return redirect("ranking", pk=pk)


class AppealDecideView(RankingView):
    """The leading bureau answers an appeal; a refusal is shown on the paper's page with what was typed."""

    roles = (Role.APPROVER,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        appeal = self.get_or_404(RankingAppeal, pk=pk)
        try:
            service.decide_appeal(
                actor=request.user,  # type: ignore[arg-type]
                appeal_id=appeal.pk,
                is_upheld=request.POST.get("is_upheld") == "yes",
                answer=request.POST.get("answer", "")[:4000],
            )
        except RuleViolation as violation:
            self.kwargs = {"pk": appeal.ranking_id}
            return self.refused(violation, appeal=appeal.pk, answer=request.POST.get("answer", ""))
        messages.success(request, _("Answered."))
        return redirect("ranking", pk=appeal.ranking_id)
