"""Periodic papers and their ranking of results: rule, draft, appeals, publication, public check."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View

from programs.documents.periodic import Periodic, verify_url
from programs.errors import RuleViolation
from programs.models import Programme, Ranking, RankingAppeal, Role, Unit
from programs.queries.dashboard import visible_programmes
from programs.services import rankings as service
from programs.services.bulletins.verification import normal_code
from programs.services.files import digest
from programs.services.rankings.papers import Kind, last_day
from programs.services.rankings.rules import RulePart, parts_of, read_weight
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin, add_to_messages
from programs.views.jobs import send_file
from programs.views.verify import FileForm, PublicView

PER_PAGE = 30


class PaperForm(forms.Form):
    """Which programme and span."""

    programme = forms.ModelChoiceField(
        label=gettext_lazy("Programme"), queryset=Programme.objects.none(), empty_label=None
    )
    kind = forms.ChoiceField(label=gettext_lazy("Paper"), choices=Kind.choices)
    code = forms.CharField(
        label=gettext_lazy("Span"),
        max_length=8,
        help_text=gettext_lazy("2026-Q3, 2026-H1 or 2026, as the paper wants."),
    )

    def __init__(self, *args: Any, programmes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        code = data["code"] = data.get("code", "").strip().upper()
        try:
            last_day(data.get("kind", ""), code)
        except ValueError:
            self.add_error("code", _("“%(code)s” is no span of this paper.") % {"code": code})
        return data


class RankingListView(ScopedView, TemplateView):
    """``/rankings/``: papers the person may read, newest first. Fixed queries."""

    roles = ANY_BUSINESS
    template_name = "programs/rankings/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.scoped(Ranking.objects.defer("snapshot").select_related("programme", "pdf", "docx")).order_by("-pk")
        if code := self.request.GET.get("programme", ""):
            rows = rows.filter(programme__code=code)
        return super().get_context_data(**kwargs) | {
            "page": Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page")),
            "programmes": visible_programmes(self.request.user),
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
        return super().get_form_kwargs() | {"programmes": Programme.objects.filter(pk__in=keys)}

    def perform(self, form: PaperForm) -> Ranking:
        data = form.cleaned_data
        return service.make(actor=self.request.user, programme=data["programme"], kind=data["kind"], code=data["code"])

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

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ranking = self.ranking()
        words = Periodic(ranking.snapshot)
        units = self.own_units(ranking, words)
        is_open = (
            ranking.state == Ranking.State.APPEAL
            and (ranking.appeal_until or timezone.localdate()) >= timezone.localdate()
        )
        return super().get_context_data(**kwargs) | {
            "ranking": ranking,
            "words": words,
            "groups": self.groups(ranking, words),
            "leads": self.leads(ranking),
            "appeals": self.scoped(ranking.appeals.select_related("unit", "made_by", "decided_by")),
            "is_open": is_open,
            "may_appeal": units if is_open else [],
            "verify_url": verify_url(ranking.code),
            "crumbs": [(_("Reviews and rankings"), reverse("rankings"))],
        }

    def groups(self, ranking: Ranking, words: Periodic) -> list[tuple[str, list[dict[str, Any]]]]:
        """The table's lines with their inputs as the snapshot holds them."""
        known = words.indicators
        found = []
        for (label, lines), group in zip(words.groups, ranking.snapshot["ranking"]["groups"], strict=True):
            by_unit = {place["unit"]: place for place in group["places"]}
            found.append(
                (
                    label,
                    [
                        {
                            "line": line,
                            "parts": [part | {"row": known[part["indicator"]]} for part in by_unit[line.code]["parts"]],
                            "moves": [words.move_words(move) for move in by_unit[line.code]["moves"]],
                        }
                        for line in lines
                    ],
                )
            )
        return found

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


class RankingStepView(OneRankingMixin, View):
    """One step of the leading bureau; a refusal is shown on the paper's page."""

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
            messages.success(request, _("Done; the step is in the audit log."))
        except RuleViolation as violation:
            add_to_messages(request, violation)
        return redirect("ranking", pk=pk)


class AppealView(OneRankingMixin, View):
    """A unit appeals."""

    roles = (Role.REPORTER, Role.REVIEWER)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        ranking = self.ranking()
        unit = self.get_unit(request.POST.get("unit", ""))
        try:
            service.appeal(
                actor=self.request.user, ranking_id=ranking.pk, unit=unit, text=request.POST.get("text", "")[:4000]
            )
            messages.success(request, _("The leading bureau answers before anything is published."))
        except RuleViolation as violation:
            add_to_messages(request, violation)
        return redirect("ranking", pk=pk)


class AppealDecideView(ScopedView, View):
    """The leading bureau answers an appeal."""

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
            messages.success(request, _("Answered."))
        except RuleViolation as violation:
            add_to_messages(request, violation)
        return redirect("ranking", pk=appeal.ranking_id)


class RuleForm(forms.Form):
    """The rule as lines: indicator, weight, and for a part judged by its value the value that earns the full weight."""

    parts = forms.CharField(
        label=gettext_lazy("Parts"),
        widget=forms.Textarea(attrs={"rows": 8, "class": "area mono", "spellcheck": "false"}),
        help_text=gettext_lazy("One a line: code of the indicator, weight; with a third cell it is judged by its value and that value earns full points. Weights add up to 100."),
    )  # fmt: skip
    missing = forms.ChoiceField(
        label=gettext_lazy("A result without data"),
        choices=[("excluded", gettext_lazy("is left out, the others count for 100")), ("zero", gettext_lazy("counts as zero"))],
    )  # fmt: skip
    appeal_workdays = forms.IntegerField(
        label=gettext_lazy("Working days for appeals"), min_value=1, max_value=30, initial=5
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def read(self) -> list[RulePart]:
        """The lines as parts. RuleViolation naming a weight that is no number."""
        found = []
        for line in self.cleaned_data["parts"].splitlines():
            cells = [cell.strip() for cell in line.replace(",", "\t").split("\t") if cell.strip()]
            if not cells:
                continue
            full = read_weight(cells[2]) if len(cells) > 2 else None
            weight = read_weight(cells[1]) if len(cells) > 1 else read_weight("")
            found.append(RulePart(cells[0], weight) if full is None else RulePart(cells[0], weight, "value", full))
        return found


class RuleView(ServiceFormMixin, ScopedView, FormView):
    """``/programmes/<code>/ranking-rule/``: the rule in force, its versions; the leading bureau sets a new one."""

    roles = (Role.APPROVER,)
    form_class = RuleForm
    template_name = "programs/rankings/rule.html"

    def programme(self) -> Programme:
        programme = self.get_programme(self.kwargs["code"])
        if not self.access.can(Role.APPROVER, unit=programme.jurisdiction, programme=programme):
            raise Http404
        return programme

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.programme()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.programme()
        return super().post(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        rule = service.current_rule(self.programme())
        if rule is None:
            return {"seen": 0}
        lines = [
            "\t".join(filter(None, [one.indicator, str(one.weight), str(one.full or "")])) for one in parts_of(rule)
        ]
        return {
            "parts": "\n".join(lines),
            "missing": rule.missing,
            "appeal_workdays": rule.appeal_workdays,
            "seen": rule.version,
        }

    def perform(self, form: RuleForm) -> Any:
        data = form.cleaned_data
        return service.set_rule(
            actor=self.request.user,
            programme=self.programme(),
            seen_version=data["seen"],
            parts=form.read(),
            missing=data["missing"],
            appeal_workdays=data["appeal_workdays"],
            reason=data["reason"],
        )

    def get_success_url(self) -> str:
        return reverse("ranking-rule", args=[self.kwargs["code"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        programme = self.programme()
        return super().get_context_data(**kwargs) | {
            "programme": programme,
            "versions": programme.ranking_rules.select_related("set_by"),
            "indicators": programme.indicators.all(),
            "crumbs": [(_("Reviews and rankings"), reverse("rankings")), (programme.short, reverse("programme", args=[programme.code]))],
        }  # fmt: skip


class VerifyPaperView(PublicView):
    """``/verify/paper/<code>/``: what was published under the code; a file can be compared with it."""

    form_class = FileForm
    template_name = "programs/rankings/verify.html"

    def paper(self) -> Ranking:
        rows = Ranking.objects.select_related("programme", "pdf", "docx")
        found = rows.filter(code=normal_code(self.kwargs["code"])).first()
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        paper = self.paper()
        return super().get_context_data(**kwargs) | {"paper": paper, "words": Periodic(paper.snapshot)}

    def form_valid(self, form: FileForm) -> HttpResponse:
        found = digest(form.cleaned_data["file"])
        paper = self.paper()
        same = (
            paper.published_at is not None
            and paper.pdf is not None
            and (found.sha256, found.sm3) == (paper.pdf.sha256, paper.pdf.sm3)
        )
        return self.render_to_response(self.get_context_data(form=form, found=found, is_same=same))
