"""The rule of a programme's ranking, and the public page where anybody checks a periodic paper."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView

from programs.documents.periodic import Periodic
from programs.forms_rankings import RuleForm
from programs.models import Programme, Ranking, RankingRule, Role
from programs.services import rankings as service
from programs.services.bulletins.verification import normal_code
from programs.services.files import digest
from programs.services.rankings.rules import parts_of
from programs.templatetags.luoshi import format_number
from programs.views.base import ScopedView, ServiceFormMixin
from programs.views.verify import FileForm, PublicView


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
            return {"seen": 0, "minimum_share": RankingRule.MINIMUM_SHARE}
        lines = [
            "\t".join(
                [one.indicator, *(format_number(figure) for figure in (one.weight, one.full) if figure is not None)]
            )
            for one in parts_of(rule)
        ]
        return {
            "parts": "\n".join(lines),
            "missing": rule.missing,
            "minimum_share": rule.minimum_share,
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
            minimum_share=data["minimum_share"],
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
