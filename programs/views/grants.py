"""The security administrator's pages: people, their accounts, their grants."""

from __future__ import annotations

from typing import Any, cast

from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View

from accounts.models import User
from programs.errors import RuleViolation
from programs.fields import DayField
from programs.models import Grant, Organization, Programme, Role, Unit
from programs.queries.people import in_force
from programs.services import grants as service
from programs.views.base import ScopedView, ServiceFormMixin, add_to_messages

SECURITY = (Role.SECURITY_ADMIN,)
PER_PAGE = 30


class PersonForm(forms.Form):
    """A new account."""

    username = forms.CharField(
        label=gettext_lazy("Account"),
        max_length=150,
        help_text=gettext_lazy("Letters, digits and . _ - @ +; it cannot be changed later."),
    )
    full_name = forms.CharField(label=gettext_lazy("Name"), max_length=60)


class GrantForm(forms.Form):
    """A grant: the role, the unit by its code (found by the search beside it), programme, last day, reason."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Unit (12-digit code)"), queryset=Unit.objects.filter(valid_to=None), to_field_name="code",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 12, "list": "units", "autocomplete": "off"}),
        error_messages={"invalid_choice": gettext_lazy("There is no unit with this code. Search by name below and copy its code.")},
    )  # fmt: skip
    organization = forms.ModelChoiceField(
        label=gettext_lazy("Office"), queryset=Organization.objects.none(), to_field_name="code", required=False
    )
    programme = forms.ModelChoiceField(
        label=gettext_lazy("Programme"),
        queryset=Programme.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("all programmes"),
    )
    until = DayField(label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: without an end."))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("The order or the duty it stands on; shown to the person."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = str(self.data.get("unit") or self.initial.get("unit") or "")
        # offices of the unit and of the units above it: a bureau's people may be granted a county
        cast(forms.ModelChoiceField, self.fields["organization"]).queryset = Organization.objects.filter(
            unit__code__in=_codes_above(code), valid_to=None
        )


def _codes_above(code: str) -> list[str]:
    """``410422101000`` → itself, county, city and province codes."""
    return [code, code[:6] + "0" * 6, code[:4] + "0" * 8] if len(code) == 12 else []


class PeopleView(ScopedView, TemplateView):
    """Everybody with an account: search, grants in force, whether switched off or locked."""

    roles = SECURITY
    template_name = "programs/grants/people.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        text = self.request.GET.get("q", "").strip().replace("\0", "")
        people = User.objects.order_by("username").prefetch_related(Prefetch("grants", _grants().filter(in_force())))
        if text:
            people = people.filter(
                Q(username__icontains=text) | Q(full_name__icontains=text) | Q(grants__unit__name__icontains=text)
            ).distinct()
        page = Paginator(people, PER_PAGE).get_page(self.request.GET.get("page"))
        locked = locked_accounts([user.username for user in page.object_list])
        return super().get_context_data(**kwargs) | {"page": page, "q": text, "locked": locked, "crumbs": _crumbs()}


class PersonNewView(ScopedView, ServiceFormMixin, FormView):
    """Create an account; its one-time password is on the answer and nowhere else."""

    roles = SECURITY
    form_class = PersonForm
    template_name = "programs/grants/new.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {"crumbs": _crumbs((_("New account"), None))}

    def perform(self, form: PersonForm) -> tuple[User, str]:
        return service.create_account(actor=self.request.user, **form.cleaned_data)

    def get_success_url(self) -> str:
        return reverse("person", args=[self.done[0].pk])

    def form_valid(self, form: PersonForm) -> HttpResponse:
        response = super().form_valid(form)
        return _once(self.request, *self.done) if hasattr(self, "done") else response


class PersonView(ScopedView, ServiceFormMixin, FormView):
    """One person: grants now and before, a form for a new one, the account's switches."""

    roles = SECURITY
    form_class = GrantForm
    template_name = "programs/grants/person.html"

    @cached_property
    def person(self) -> User:
        return _person(self.kwargs["pk"])

    def get_initial(self) -> dict:
        return {"unit": self.request.GET.get("unit", "")}

    def get_context_data(self, **kwargs: Any) -> dict:
        grants = list(_grants().filter(user=self.person).order_by("-id")[:100])
        today = timezone.localdate()
        for grant in grants:
            in_force = grant.revoked_at is None and (grant.until is None or grant.until >= today)
            grant.is_in_force = in_force  # type: ignore[attr-defined]  # for the template
        context = {
            "person": self.person, "grants": grants, "locked": self.person.username in locked_accounts([self.person.username]),
            "is_self": self.person.pk == self.request.user.pk, "crumbs": _crumbs((self.person.full_name, None)),
            "units": find_units(self.request.GET.get("find", "")), "find": self.request.GET.get("find", ""),
        }  # fmt: skip
        return super().get_context_data(**kwargs) | context

    def perform(self, form: GrantForm) -> Grant:
        return service.give(actor=self.request.user, user=self.person, **form.cleaned_data)

    def get_success_url(self) -> str:
        messages.success(self.request, _("Granted. It is in force at the person's next request."))
        return reverse("person", args=[self.person.pk])


class PersonActView(ScopedView, View):
    """POST: switch off or on, unlock, reset the password."""

    roles = SECURITY
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        person = _person(pk)
        try:
            if act == "reset":
                return _once(request, person, service.reset_password(actor=self.request.user, user=person))
            if act == "unlock":
                service.unlock(actor=self.request.user, user=person)
            else:
                service.set_active(actor=self.request.user, user=person, active=act == "activate")
            messages.success(
                request,
                {"unlock": _("Unlocked."), "activate": _("Switched on."), "deactivate": _("Switched off.")}[act],
            )
        except RuleViolation as violation:
            add_to_messages(request, violation)
        return redirect("person", person.pk)


class GrantRevokeView(ScopedView, View):
    """POST: end a grant."""

    roles = SECURITY
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        grant = Grant.objects.filter(pk=pk).first()
        if grant is None:
            raise Http404
        try:
            service.revoke(actor=self.request.user, grant=grant, reason=request.POST.get("reason", "")[:200])
            messages.success(request, _("Revoked. The person's next request is without it."))
        except RuleViolation as violation:
            add_to_messages(request, violation)
        return redirect("person", grant.user_id)


def find_units(text: str) -> QuerySet[Unit]:
    """Up to twenty units whose name, pinyin or code contains ``text``."""
    text = text.strip().replace("\0", "")
    if not text:
        return Unit.objects.none()
    match = Q(name__icontains=text) | Q(pinyin__icontains=text) | Q(code__startswith=text)
    return Unit.objects.filter(match, valid_to=None).select_related("parent").order_by("code")[:20]


def locked_accounts(usernames: list[str]) -> set[str]:
    """Those of ``usernames`` that failed too often within the lock-out time."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    failed = (
        AccessAttempt.objects.filter(username__in=usernames, attempt_time__gte=since)
        .values("username")
        .annotate(n=Sum("failures_since_start"))
    )
    return {row["username"] for row in failed if row["n"] >= settings.AXES_FAILURE_LIMIT}


def _grants() -> QuerySet[Grant]:
    return Grant.objects.select_related("unit", "programme", "organization", "granted_by", "revoked_by")


def _person(pk: int) -> User:
    person = User.objects.filter(pk=pk).first()
    if person is None:
        raise Http404
    return person


def _crumbs(*more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    return [(_("Administration"), reverse("administration")), (_("People and grants"), reverse("people")), *more]


def _once(request: HttpRequest, person: User, password: str) -> HttpResponse:
    """The page that shows a one-time password; not stored anywhere, not cached."""
    response = render(
        request,
        "programs/grants/password.html",
        {"person": person, "password": password, "crumbs": _crumbs((person.full_name, None))},
    )
    response.headers["Cache-Control"] = "no-store"
    return response
