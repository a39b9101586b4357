"""Bulletins: read them, make a draft, publish, withdraw."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View

from programs.documents.bulletin import verify_url
from programs.documents.wording import Wording
from programs.errors import RuleViolation
from programs.models import Bulletin, Job, Period, Programme, Role
from programs.queries.dashboard import visible_programmes
from programs.services import bulletins as service
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin, add_to_messages
from programs.views.jobs import poll, progress_of, send_file

PER_PAGE = 30
RELATED = ("programme__jurisdiction", "period", "file", "job", "published_by", "created_by", "withdrawn_by")


class CreateForm(forms.Form):
    """Which programme and period."""

    programme = forms.ModelChoiceField(
        label=gettext_lazy("Programme"), queryset=Programme.objects.none(), empty_label=None
    )
    period = forms.CharField(
        label=gettext_lazy("Period"), max_length=8, widget=forms.TextInput(attrs={"placeholder": "2026-10"}),
        help_text=gettext_lazy("As in the programme: 2026-10, 2026-Q3, 2026-H1 or 2026."),
    )  # fmt: skip

    def __init__(self, *args: Any, programmes, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["programme"]).queryset = programmes

    def clean(self) -> dict:
        super().clean()
        data = self.cleaned_data
        programme, code = data.get("programme"), data.get("period", "")
        if programme is not None and code:
            period = Period.objects.filter(programme=programme, code=code.strip().upper()).first()
            if period is None:
                newest = ", ".join(programme.periods.order_by("-starts_on").values_list("code", flat=True)[:3])
                self.add_error(
                    "period",
                    _("%(programme)s has no period %(code)s. The newest are %(newest)s.")
                    % {"programme": programme.short, "code": code, "newest": newest or "—"},
                )
            data["period"] = period
        return data


class WithdrawForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Shown on the public verification page. Write no personal data."),
    )  # fmt: skip


class BulletinListView(ScopedView, TemplateView):
    """``/bulletins/?programme=``: what the person may read, newest first. Fixed queries."""

    roles = ANY_BUSINESS
    template_name = "programs/bulletins/list.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        code = self.request.GET.get("programme", "")
        rows = self.scoped(Bulletin).defer("snapshot").select_related(*RELATED).order_by("-year", "-as_of", "-pk")
        if code:
            rows = rows.filter(programme__code=code)
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        can_create = self.access.has(Role.APPROVER) and any(
            self.access.can(Role.APPROVER, unit=p.jurisdiction, programme=p) for p in self.programmes
        )
        return super().get_context_data(**kwargs) | {
            "page": page,
            "programmes": self.programmes,
            "chosen": code,
            "can_create": can_create,
        }

    @property
    def programmes(self) -> list[Programme]:
        if not hasattr(self, "_programmes"):
            self._programmes = list(visible_programmes(self.request.user))
        return self._programmes


class BulletinCreateView(ServiceFormMixin, ScopedView, FormView):
    """Make a draft of one period."""

    roles = (Role.APPROVER,)
    form_class = CreateForm
    template_name = "programs/bulletins/create.html"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"programmes": self.allowed()}

    def allowed(self):
        keys = [
            p.pk
            for p in visible_programmes(self.request.user)
            if self.access.can(Role.APPROVER, unit=p.jurisdiction, programme=p)
        ]
        return Programme.objects.filter(pk__in=keys)

    def get_initial(self) -> dict:
        programme = self.allowed().filter(code=self.request.GET.get("programme", "")).first()
        return {"programme": programme, "period": self.request.GET.get("period", "")}

    def perform(self, form: CreateForm) -> Bulletin:
        return service.create_draft(
            actor=self.request.user, programme=form.cleaned_data["programme"], period=form.cleaned_data["period"]
        )

    def get_success_url(self) -> str:
        return reverse("bulletin", args=[self.done.pk])

    def get_context_data(self, **kwargs: Any) -> dict:
        crumbs = [(_("Bulletins"), reverse("bulletins")), (_("New bulletin"), None)]
        return super().get_context_data(**kwargs) | {"crumbs": crumbs}


class OneBulletinMixin(ScopedView):
    """Access to one visible bulletin."""

    kwargs: dict[str, Any]

    def bulletin(self) -> Bulletin:
        return self.get_or_404(Bulletin.objects.select_related(*RELATED), pk=self.kwargs["pk"])


class BulletinView(OneBulletinMixin, TemplateView):
    """The text as printed, the state, what can be done; asked by htmx, only how far the printing is."""

    roles = ANY_BUSINESS
    template_name = "programs/bulletins/detail.html"

    def get_template_names(self) -> list[str]:
        return ["programs/bulletins/_job.html"] if self.request.htmx else [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict:
        bulletin = self.bulletin()
        words = Wording(bulletin.snapshot)
        may = self.access.can(Role.APPROVER, unit=bulletin.programme.jurisdiction, programme=bulletin.programme)
        context = {
            "bulletin": bulletin, "words": words, "may": may, "verify_url": verify_url(bulletin.code), "form": kwargs.get("form") or WithdrawForm(),
            "crumbs": [(_("Bulletins"), reverse("bulletins")), (str(words.masthead), None)], "consequences": self.consequences(words),
            **self.printing(bulletin),
        }  # fmt: skip
        return super().get_context_data(**kwargs) | context

    def printing(self, bulletin: Bulletin) -> dict[str, Any]:
        """Progress of the newest job, while it runs or when it failed."""
        job = bulletin.job
        if job is None or job.state == Job.State.DONE:
            return {"printing": None}
        url = reverse("bulletin", args=[bulletin.pk])
        cancel = poll(job)["cancel_url"] if job.requested_by_id == self.request.user.pk else ""
        runs = job.state in (Job.State.WAITING, Job.State.RUNNING)
        return {
            "printing": progress_of(job, result_url=url),
            "poll_url": url,
            "cancel_url": cancel if runs else "",
            "runs": runs,
        }

    def consequences(self, words: Wording) -> list[str]:
        owed = [(row["expected"], row["reports"]) for row in words.data["missing"]]
        lacking = sum(expected - reports for expected, reports in owed)
        lines = [
            _("Everybody who works on this programme can read it."), _("It is stored with its digests and cannot be changed; a mistake needs a withdrawal and a new bulletin."),
            _("Anybody with the code can check a copy on the public page."),
        ]  # fmt: skip
        if lacking:
            lines.insert(
                0, _("%(count)s figures are missing; the bulletin names the units that owe them.") % {"count": lacking}
            )
        return lines


class BulletinFileView(OneBulletinMixin, View):
    """Download the PDF."""

    roles = ANY_BUSINESS
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        bulletin = self.bulletin()
        if bulletin.file is None:
            raise Http404
        return send_file(bulletin.file)


class BulletinActionView(OneBulletinMixin, View):
    """One step of the approver; a refusal is shown on the bulletin's page."""

    roles = (Role.APPROVER,)
    http_method_names = ["post"]

    def act(self, bulletin: Bulletin) -> str:
        """Call the service; returns what to say."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        bulletin = self.bulletin()
        try:
            messages.success(request, self.act(bulletin))
        except RuleViolation as violation:
            add_to_messages(request, violation)
        return redirect("bulletin", pk=pk)


class BulletinPublishView(BulletinActionView):
    """Publish; the person typed the number to confirm."""

    def act(self, bulletin: Bulletin) -> str:
        if self.request.POST.get("confirm", "").strip() != str(bulletin.issue_no):
            raise RuleViolation(
                "not_confirmed",
                _("The number typed is not the number of this bulletin."),
                next_step=_("Type %(number)s to confirm.") % {"number": bulletin.issue_no},
            )
        service.request_publication(actor=self.request.user, bulletin_id=bulletin.pk)
        return _("It is being printed without the mark and will then be published.")


class BulletinPrintView(BulletinActionView):
    """Print a draft again after a failure."""

    def act(self, bulletin: Bulletin) -> str:
        service.print_again(actor=self.request.user, bulletin_id=bulletin.pk)
        return _("It is being printed.")


class BulletinWithdrawView(BulletinActionView):
    """Withdraw a published bulletin, or discard a draft."""

    def act(self, bulletin: Bulletin) -> str:
        form = WithdrawForm(self.request.POST)
        reason = form.cleaned_data["reason"] if form.is_valid() else self.request.POST.get("reason", "")[:300]
        was_draft = bulletin.state == Bulletin.State.DRAFT
        service.withdraw(actor=self.request.user, bulletin_id=bulletin.pk, reason=reason)
        return (
            _("Discarded; its number is free again.")
            if was_draft
            else _("Withdrawn. It stays here, marked, and the verification page says so.")
        )
