"""What the pages of the model villages share: the programme, the year, the counties a person enters for."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from programs.models import Programme, Project, Role, Unit
from programs.queries.dashboard import visible_programmes
from programs.views.base import ScopedView
from villages.forms import programme_of

WRITES = (Role.REPORTER, Role.REVIEWER, Role.APPROVER)


class VillagesView(ScopedView):
    """One programme of the initiative (``?programme=``), one year (``?year=``)."""

    @cached_property
    def programmes(self) -> list[Programme]:
        return [one for one in visible_programmes(self.request.user) if one.module == "villages"]

    @cached_property
    def programme(self) -> Programme:
        found = programme_of(self.programmes, self.request.GET.get("programme", ""))
        if found is None:
            raise Http404
        return found

    @cached_property
    def year(self) -> int:
        text = self.request.GET.get("year", "")
        now = timezone.localdate().year
        return int(text) if text.isdigit() and 2000 <= int(text) <= now + 1 else now

    def writes(self, *roles: Role) -> list[str]:
        """Paths below which the person writes in this programme."""
        return [
            held.path
            for held in self.access.business
            if held.role in (roles or WRITES) and held.programme_id in (None, self.programme.pk)
        ]

    def counties(self) -> Any:
        """County-level units of the programme that the person writes for."""
        paths = self.writes()
        rows = Unit.objects.filter(
            level=Unit.Level.COUNTY, valid_to=None, path__startswith=self.programme.jurisdiction.path
        )
        keys = [unit.pk for unit in rows if any(unit.path.startswith(path) for path in paths)]
        return Unit.objects.filter(pk__in=keys).order_by("code")

    def tabs(self, current: str) -> list[dict[str, Any]]:
        names = (
            ("villages-year", _("The year")),
            ("villages-quotas", _("Quotas and awards")),
            ("villages-plans", _("Three-year plans")),
            ("villages-belts", _("Belts")),
            ("villages-sample", _("Sample of the city")),
        )
        query = f"?programme={self.programme.code}"
        return [{"url": reverse(name) + query, "label": label, "current": name == current} for name, label in names]

    def frame(self, current: str, project: Project | None = None) -> dict[str, Any]:
        """What every page of the initiative shows around its own part; ``project``: the place whose page it is."""
        crumbs: list[tuple[str, str | None]] = [
            (_("Programmes"), reverse("programmes")),
            (self.programme.short, reverse("programme", args=[self.programme.code])),
        ]
        if project is not None:
            year = reverse("villages-year") + f"?programme={self.programme.code}"
            crumbs += [(_("The year"), year), (project.name, reverse("project", args=[project.code]))]
        return {"programme": self.programme, "tabs": self.tabs(current), "crumbs": crumbs, "year": self.year}
