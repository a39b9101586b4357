"""What every page stands on: sign-in, the roles it is for, the scope of its rows, and rule violations shown in place."""

from __future__ import annotations

from functools import reduce
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_htmx.http import HttpResponseClientRedirect

from programs.access import Access, access_of
from programs.errors import RuleViolation
from programs.models import ADMINISTRATORS, BUSINESS_ROLES, Programme, Role, Unit

ANY_BUSINESS: tuple[Role, ...] = BUSINESS_ROLES
ANYBODY: tuple[Role, ...] = ()  # signed in, whatever the role, or none yet: own account, feedback

__all__ = [
    "ADMINISTRATORS",
    "ANYBODY",
    "ANY_BUSINESS",
    "ScopedView",
    "ServiceFormMixin",
    "add_to_form",
    "add_to_messages",
    "sentence",
]


class ScopedView:
    """Mixin for class-based views; stands first among the bases.

    ``roles`` is declared on every view: a tuple of ``Role``, ``ANY_BUSINESS``, ``ADMINISTRATORS``, or ``ANYBODY`` (signed
    in is enough). Nobody signed in → sign-in page; wrong role → 403 that says who can; what is out of scope or missing
    → the same 404. Rows come from ``self.scoped(Model)`` only.
    """

    roles: tuple[Role, ...]
    request: Any  # an HttpRequest; dispatch has made sure that its user is a User, middleware adds htmx

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not isinstance(getattr(self, "roles", None), tuple):
            raise ImproperlyConfigured(f"{type(self).__name__} must declare the roles it is for.")
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        if self.roles and not self.access.has(*self.roles):
            raise PermissionDenied(who_can(self.roles))
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    @cached_property
    def access(self) -> Access:
        """The person's grants, read once per request."""
        return access_of(self.request.user)

    def scoped(self, rows: type[Model] | QuerySet) -> Any:
        """``rows`` (a model or a queryset of one) reduced to what the person may see."""
        queryset: Any = rows.all() if isinstance(rows, QuerySet) else rows._default_manager.all()
        return queryset.visible_to(self.request.user)

    def get_or_404(self, rows: type[Model] | QuerySet, **lookup: Any) -> Any:
        """The one visible row; Http404 without a hint whether it is missing or out of scope."""
        try:
            found = self.scoped(rows).filter(**lookup).first()
        except (ValueError, OverflowError):  # "abc" or a 30-digit number where a key is wanted
            found = None
        if found is None:
            raise Http404
        return found

    def get_unit(self, code: str) -> Unit:
        """The visible unit in force with this 12-digit code."""
        return self.get_or_404(Unit.objects.select_related("parent"), code=code, valid_to=None)

    def get_programme(self, code: str) -> Programme:
        """The visible programme with this code."""
        return self.get_or_404(Programme.objects.select_related("jurisdiction", "document"), code=code)


class ServiceFormMixin:
    """For a ``FormView``: ``perform(form)`` calls a service; a rule violation comes back as errors of the same form.

    Nothing typed is lost, and the answer carries the violation's status (422 or 409).
    """

    def perform(self, form: Any) -> Any:
        """Call the service with the cleaned data."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.done = self.perform(form)
        except RuleViolation as violation:
            add_to_form(form, violation)
            response = self.form_invalid(form)
            response.status_code = violation.status
            return response
        return super().form_valid(form)  # type: ignore[misc]

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page and back here afterwards; htmx is told to load a page instead of swapping it in."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
    target = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
    return redirect_to_login(target, resolve_url(settings.LOGIN_URL))


def who_can(roles: tuple[Role, ...]) -> str:
    """The sentence of a 403: which roles the page is for, and whom to ask."""
    names = pgettext("between roles", ", ").join(str(role.label) for role in roles)
    return _("This page is for: %(roles)s. If your duties need it, ask your security administrator for a grant.") % {
        "roles": names
    }


def sentence(violation: RuleViolation) -> str:
    """What is wrong, which rule and clause, what to do: one line for a form or a message."""
    parts = [str(violation.message)]
    if violation.rule:
        clause = pgettext("clause after a rule", "(%s)") % violation.clause if violation.clause else ""
        rule = str(violation.rule).rstrip("。")  # the Chinese sentence brings its own full stop
        parts.append(_("Rule: %(rule)s%(clause)s") % {"rule": rule, "clause": clause})
    elif violation.clause:
        parts.append(_("Clause: %(clause)s") % {"clause": violation.clause})
    if violation.next_step:
        parts.append(str(violation.next_step))
    return reduce(
        lambda text, more: pgettext("two sentences", "%(text)s %(more)s") % {"text": text, "more": more}, parts
    )


def add_to_form(form: BaseForm, violation: RuleViolation) -> None:
    """Put the violation, and those it carries, beside the fields they belong to."""
    for one in (*violation.errors, *([] if violation.errors else [violation])):
        form.add_error(one.field if one.field in form.fields else None, sentence(one))


def add_to_messages(request: HttpRequest, violation: RuleViolation) -> None:
    """Show the violation, and those it carries, at the top of the next page."""
    for one in violation.errors or [violation]:
        messages.error(request, sentence(one))
