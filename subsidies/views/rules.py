"""Award rules with their versions, and alerts about money."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from programs.models import Role
from programs.modules import module_of
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin
from subsidies.forms import RuleForm
from subsidies.models import AwardRule, Fund, MoneyAlert
from subsidies.queries import promises
from subsidies.services import rules
from subsidies.views.common import crumbs, tabs

PER_PAGE = 50
RULES = AwardRule.objects.select_related(
    "programme__jurisdiction", "fund", "clause__document", "issue", "quota_indicator", "set_by"
)


class RuleListView(ScopedView, TemplateView):
    """Every rule in force or waiting, with what it would cost."""

    roles = ANY_BUSINESS
    template_name = "subsidies/rules.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.scoped(RULES.filter(replaced_at=None)).order_by("programme__position", "id")
        return super().get_context_data(**kwargs) | {"promises": promises(found), "tabs": tabs(self, "award-rules")}


class RuleView(ServiceFormMixin, ScopedView, FormView):
    """One rule with its versions; the city's approver puts the next one into force."""

    roles = ANY_BUSINESS
    template_name = "subsidies/rule.html"
    form_class = RuleForm

    @cached_property
    def rule(self) -> AwardRule:
        found: AwardRule = self.get_or_404(RULES, pk=self.kwargs["pk"])
        return found

    @property
    def may_write(self) -> bool:
        rule = self.rule
        return rule.replaced_at is None and self.access.can(
            Role.APPROVER, unit=rule.programme.jurisdiction, programme=rule.programme
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.access.can(Role.APPROVER, unit=self.rule.programme.jurisdiction, programme=self.rule.programme):
            raise PermissionDenied(_("Award rules are set by the approver of the city."))
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"funds": self.scoped(Fund).filter(programme=self.rule.programme)}

    def get_initial(self) -> dict[str, Any]:
        names = ("amount", "fund", "stall_workdays", "is_enabled", "authority")
        return {name: getattr(self.rule, name) for name in names}

    def perform(self, form: RuleForm) -> AwardRule:
        return rules.set_rule(actor=self.request.user, rule_id=self.rule.pk, **form.cleaned_data)

    def get_success_url(self) -> str:
        text = _("Version %(number)s is in force. Awards made before keep their amount.")
        messages.success(self.request, text % {"number": self.done.version})
        return reverse("award-rule", args=[self.done.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule = self.rule
        same = {name: getattr(rule, name) for name in ("programme", "workflow", "verb", "kind", "decider_level")}
        return super().get_context_data(**kwargs) | {
            "rule": rule,
            "promise": promises([rule])[0],
            "versions": self.scoped(RULES.filter(**same)).order_by("-version"),
            "kind": module_of(rule.programme.module).kind(rule.kind),
            "may_write": self.may_write,
            "crumbs": crumbs((_("Award rules"), reverse("award-rules"))),
        }


class AlertListView(ScopedView, TemplateView):
    """What is wrong with money now, escalated first; and what was put right."""

    roles = ANY_BUSINESS
    template_name = "subsidies/alerts.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_open = self.request.GET.get("state") != "closed"
        found = self.scoped(
            MoneyAlert.objects.select_related("award__project", "fund", "unit__parent", "programme", "transfer")
        )
        rows = found.filter(closed_on__isnull=is_open)
        order = ("escalated_on", "opened_on", "id") if is_open else ("-closed_on", "-id")
        page = Paginator(rows.order_by(*order), PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(**kwargs) | {
            "page": page,
            "is_open": is_open,
            "closed": found.exclude(closed_on=None).count() if is_open else page.paginator.count,
            "tabs": tabs(self, "money-alerts"),
        }
