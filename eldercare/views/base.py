"""What every page of elder care stands on: the plan that is looked at, the tabs, and forms that end in a service."""

from __future__ import annotations

from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from eldercare.forms import EntryForm, reach
from eldercare.models.entries import Entry
from programs.errors import Conflict, RuleViolation
from programs.models import Programme, Role, Unit
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_form

PER_PAGE = 50
TABS = (
    ("eldercare-facilities", gettext_lazy("Facilities")),
    ("eldercare-estates", gettext_lazy("Housing estates")),
    ("eldercare-institutions", gettext_lazy("Institutions")),
    ("eldercare-drills", gettext_lazy("Drills")),
    ("eldercare-coverage", gettext_lazy("Coverage")),
    ("eldercare-counts", gettext_lazy("Retrofits and training")),
    ("eldercare-split", gettext_lazy("Split of the year's tasks")),
)


class PlanMixin(ScopedView):
    """``self.programme``: the plan named by ``?programme=``, or the first one with types of facilities that the person sees.

    None when there is none: pages then say so. 404 for a plan that is missing or out of scope.
    """

    roles = ANY_BUSINESS
    tab = ""

    @cached_property
    def programmes(self) -> list[Programme]:
        rows = self.scoped(Programme).filter(facility_types__isnull=False).select_related("jurisdiction").distinct()
        return list(rows.order_by("position", "code"))

    @cached_property
    def programme(self) -> Programme | None:
        code = self.request.GET.get("programme") or self.request.POST.get("programme") or ""
        if not code:
            return self.programmes[0] if self.programmes else None
        found = next((one for one in self.programmes if one.code == code), None)
        if found is None:
            raise Http404
        return found

    @property
    def plan(self) -> Programme:
        """The plan; 404 when the person sees none."""
        if self.programme is None:
            raise Http404
        return self.programme

    @cached_property
    def counties(self) -> list[Unit]:
        """Counties of the plan the person sees."""
        if self.programme is None:
            return []
        rows = self.scoped(Unit).filter(
            valid_to=None, level=Unit.Level.COUNTY, path__startswith=self.programme.jurisdiction.path
        )
        return list(rows.order_by("code"))

    def may_enter(self, programme: Programme | None = None) -> bool:
        """Whether the person enters figures somewhere in the plan."""
        programme = programme or self.programme
        return programme is not None and any(
            grant.role == Role.REPORTER
            and grant.programme_id in (None, programme.pk)
            and (
                grant.path.startswith(programme.jurisdiction.path) or programme.jurisdiction.path.startswith(grant.path)
            )
            for grant in self.access.held
        )

    def shell(self, programme: Programme | None, *more: tuple[str, str | None]) -> dict[str, Any]:
        """Tabs, plans to choose from, and the way back."""
        query = f"?programme={programme.code}" if programme else ""
        crumbs: list[tuple[str, str | None]] = [(_("Elder care"), reverse("eldercare-facilities"))]
        if programme is not None:
            crumbs[0] = (programme.short, reverse("programme", args=[programme.code]))
        return {
            "programme": programme,
            "programmes": self.programmes,
            "tabs": [
                {"url": reverse(name) + query, "label": label, "current": name == self.tab} for name, label in TABS
            ],
            "crumbs": [*crumbs, *more],
            "today": timezone.localdate(),
        }


class PlanView(PlanMixin, TemplateView):
    """A page of one plan; ``figures(programme)`` is asked only when there is a plan."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | self.shell(self.programme, *self.trail())
        return context | (self.figures(self.programme) if self.programme is not None else {})

    def trail(self) -> list[tuple[str, str | None]]:
        return [(str(label), None) for name, label in TABS if name == self.tab]

    def figures(self, programme: Programme) -> dict[str, Any]:
        raise NotImplementedError

    @cached_property
    def year(self) -> int:
        """``?year=``; otherwise this year, or the last of a plan that has ended. 404 for what is no year of a plan."""
        text = self.request.GET.get("year") or self.request.POST.get("year") or ""
        if text:
            if not (text.isascii() and text.isdigit() and 2000 <= int(text) <= 2100 and len(text) == 4):
                raise Http404
            return int(text)
        this = timezone.localdate().year
        ends = self.programme.ends_on if self.programme is not None else None
        return min(this, ends.year) if ends else this

    @property
    def years(self) -> list[int]:
        """Years one can look at."""
        programme = self.plan
        last = max(min(timezone.localdate().year, programme.ends_on.year if programme.ends_on else 9999), self.year)
        return list(range(programme.starts_on.year, last + 1))


class ListPage(PlanView):
    """A filtered, paged list of the plan's rows. ``filters`` is the filter set shared with the API."""

    filters: Any
    narrows: tuple[str, ...] = ()  # names of the filters this page offers beside programme

    def rows(self, programme: Programme) -> QuerySet:
        raise NotImplementedError

    def present(self, programme: Programme, rows: list) -> dict[str, Any]:
        raise NotImplementedError

    def figures(self, programme: Programme) -> dict[str, Any]:
        asked = {name: self.request.GET[name] for name in self.narrows if self.request.GET.get(name)}
        found = self.filters(asked, queryset=self.rows(programme), request=self.request, only=asked)
        problems = [] if found.is_valid() else [error for errors in found.errors.values() for error in errors]
        rows = found.qs if not problems else self.rows(programme).none()
        page = Paginator(rows.order_by("unit__code", "id"), PER_PAGE).get_page(self.request.GET.get("page"))
        return {
            "page": page,
            "asked": asked,
            "problems": problems,
            "counties": self.counties,
            "may_enter": self.may_enter(programme),
            **self.present(programme, list(page.object_list)),
        }


class EntryEditView(PlanMixin, View):
    """Enter a row or change one: ``form_class`` parses, ``save`` calls the service, ``detail`` names the page of the row."""

    roles = (Role.REPORTER,)
    template_name = "eldercare/entry_form.html"
    model: type[Entry]
    form_class: type[EntryForm]
    detail: str
    title_new: Any
    title_edit: Any

    def save(self, *, form: Any, pk: int | None, **given: Any) -> Entry:
        raise NotImplementedError

    def initial(self, row: Any) -> dict[str, Any]:
        values = {name: getattr(row, name) for name in self.form_class.base_fields if hasattr(row, name)}
        return values | {"unit": f"{row.unit.label} {row.unit.code}"}

    @cached_property
    def row(self) -> Any:
        """The row to be changed; None for a new one."""
        if "pk" not in self.kwargs:
            return None
        return self.get_or_404(
            self.model._default_manager.select_related("unit", "programme__jurisdiction"), pk=self.kwargs["pk"]
        )

    @cached_property
    def of_plan(self) -> Programme:
        return self.row.programme if self.row is not None else self.plan

    def form(self, data: Any = None) -> EntryForm:
        initial = self.initial(self.row) if self.row is not None else {}
        return self.form_class(data, initial=initial, programme=self.of_plan, units=reach(self.access, self.of_plan))

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self._show(self.form())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self._show(form, status=422)
        given = {
            "actor": request.user, "programme": self.of_plan, "unit": form.cleaned_data["unit"], "fields": form.facts(),
            "version": form.cleaned_data["version"],
        }  # fmt: skip
        try:
            saved = self.save(form=form, pk=self.row.pk if self.row is not None else None, **given)
        except RuleViolation as violation:
            if (
                isinstance(violation, Conflict) and self.row is not None
            ):  # the next save is made over what is in force now
                data = cast("QueryDict", form.data).copy()
                data["version"] = str(self.model._default_manager.values_list("version", flat=True).get(pk=self.row.pk))
                form.data = data
            add_to_form(form, violation)
            return self._show(form, status=violation.status)
        return redirect(self.detail, pk=saved.pk)

    def _show(self, form: EntryForm, status: int = 200) -> HttpResponse:
        title = self.title_edit if self.row is not None else self.title_new
        units = (
            reach(self.access, self.of_plan).filter(level__in=[Unit.Level.COUNTY, Unit.Level.TOWNSHIP]).order_by("code")
        )
        back = reverse(self.detail, args=[self.row.pk]) if self.row is not None else reverse(self.tab)
        context = self.shell(self.of_plan, (str(dict(TABS)[self.tab]), reverse(self.tab)), (str(title), None))
        context |= {"form": form, "title": title, "row": self.row, "units": units[:400], "back": back}
        return render(self.request, self.template_name, context, status=status)
