"""What base.html needs on every page: the navigation, the person, the demonstration banner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from programs.access import Access, access_of
from programs.models import BUSINESS_ROLES, Grant, ProgressReport, ReportState, Role
from programs.modules import modules
from programs.queries.due_inspections import due_inspections
from programs.queries.inbox import waiting_for
from programs.queries.supervision_inbox import count_for

ACTS = (Role.REPORTER, Role.REVIEWER, Role.APPROVER, Role.INSPECTOR)
SEES_LOG = (Role.AUDITOR, Role.AUDIT_ADMIN)
SEES_REVIEWS = (Role.APPROVER, Role.AUDITOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
LOOKUPS = {"unit_path": "unit__path", "programme": "indicator__programme_id"}

PLANS = pgettext_lazy("navigation group", "Plans")
PROJECTS = pgettext_lazy("navigation group", "Projects and checks")
SUPERVISION = pgettext_lazy("navigation group", "Supervision and results")
INITIATIVES = pgettext_lazy("navigation group", "Initiatives")


@dataclass(frozen=True)
class Entry:
    """One entry: URL name, label, roles that see it, group ("" stands by itself), more first path segments that are its own."""

    url_name: str
    label: str | Promise
    roles: tuple[str, ...] = BUSINESS_ROLES
    group: str | Promise = ""
    segments: tuple[str, ...] = ()
    section: str | Promise = ""  # heading inside the group


NAVIGATION = (
    Entry("workbench", _("Workbench")),
    Entry("inbox", pgettext_lazy("navigation", "Inbox")),
    Entry("entry", pgettext_lazy("navigation", "Enter figures"), (Role.REPORTER,)),
    Entry("review", pgettext_lazy("navigation", "Review"), (Role.REVIEWER, Role.APPROVER)),
    Entry("overview", pgettext_lazy("navigation", "At a glance"), group=PLANS, segments=("units",)),
    Entry("programmes", _("Programmes"), group=PLANS, segments=("indicators", "targets")),
    Entry("documents", _("Documents"), group=PLANS, segments=("clauses",)),
    Entry("calendar", pgettext_lazy("navigation", "Calendar"), group=PLANS),
    Entry("projects", _("Projects"), group=PROJECTS, segments=("declarations", "papers")),
    Entry("notices", pgettext_lazy("navigation", "Public notices"), group=PROJECTS),
    Entry("inspections", pgettext_lazy("navigation", "Inspections"), group=PROJECTS),
    Entry("rectifications", pgettext_lazy("navigation", "Rectification"), group=PROJECTS),
    Entry("draws", pgettext_lazy("navigation", "Random draws"), group=PROJECTS),
    Entry("assignments", pgettext_lazy("navigation", "Supervised tasks"), group=SUPERVISION),
    Entry("burdens", pgettext_lazy("navigation", "Burden reports"), group=SUPERVISION),
    Entry("rankings", pgettext_lazy("navigation", "Rankings"), group=SUPERVISION),
    Entry("bulletins", _("Bulletins"), group=SUPERVISION),
    Entry("funds", pgettext_lazy("navigation", "Funds"), group=SUPERVISION),
    Entry("reviews", pgettext_lazy("navigation", "Scheduled reviews"), SEES_REVIEWS, group=SUPERVISION),
    Entry("trace-index", pgettext_lazy("navigation", "Trace"), (Role.AUDITOR,), group=SUPERVISION),
    Entry("administration", _("Administration"), (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)),
    Entry("audit-log", _("Audit log"), SEES_LOG, group=SUPERVISION),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """``nav`` [{url, label, current, count, group, section}], ``who`` {name, organization, role, url}, ``demo_mode``, ``feedback_url``,
    ``site_title`` (the city's own name of the site, may be empty), ``version``.

    One query for the grants, a few for the inbox (steps and inspections), one each for reports to review and returned figures; none for somebody not signed in.
    """
    common: dict[str, Any] = {
        "demo_mode": settings.LUOSHI_DEMO,
        "site_title": settings.LUOSHI_SITE_TITLE,
        "version": settings.LUOSHI_VERSION,
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return common | {"nav": [], "who": None}
    common["feedback_url"] = reverse("feedback") + "?" + urlencode({"page": request.path})
    # lazy: a fragment that shows no header asks nothing
    return common | {
        "nav": SimpleLazyObject(lambda: _navigation(user, request.path)),
        "who": SimpleLazyObject(lambda: _who(user)),
    }


def _navigation(user: User, path: str) -> list[dict[str, Any]]:
    """Entries in order, those of one group side by side; a group of one entry is that entry by itself."""
    access = access_of(user)
    here = path.strip("/").split("/")[0]
    found = [entry for entry in _entries() if access.has(*entry.roles)]
    sizes = Counter(str(entry.group) for entry in found)
    order = {group: number for number, group in enumerate(dict.fromkeys(str(entry.group) for entry in found))}
    items = []
    for entry in sorted(found, key=lambda one: order[str(one.group)]):
        url = reverse(entry.url_name)
        items.append(
            {
                "url": url,
                "label": entry.label,
                "current": path.startswith(url) if entry.section else here in (url.split("/")[1], *entry.segments),
                "count": COUNTED[entry.url_name](access, user) if entry.url_name in COUNTED else None,
                "group": str(entry.group) if sizes[str(entry.group)] > 1 else "",
                "section": entry.section,
            }
        )
    return items


def _entries() -> list[Entry]:
    """What the core offers, then what the initiatives bring."""
    own = [
        Entry(link.url_name, link.label, link.roles, INITIATIVES, section=module.name)
        for module in modules()
        for link in module.links
    ]
    return [*NAVIGATION, *own]


def waiting_for_review(access: Access, _user: User) -> int:
    """How many reports wait for this person: submitted ones for a reviewer, reviewed ones for an approver."""
    first, second = access.within([Role.REVIEWER], **LOOKUPS), access.within([Role.APPROVER], **LOOKUPS)
    return (
        ProgressReport.objects.filter(first, state=ReportState.SUBMITTED)
        | ProgressReport.objects.filter(second, state=ReportState.REVIEWED)
    ).count()


def returned_to(access: Access, _user: User) -> int:
    """How many figures came back to this reporter and wait for a better one, in periods that are still open."""
    mine = access.within([Role.REPORTER], **LOOKUPS)
    return ProgressReport.objects.filter(mine, state=ReportState.RETURNED, period__locked_at=None).count()


def in_inbox(access: Access, user: User) -> int:
    """How many declarations wait for a step of this person, how many inspections, and what supervision waits for."""
    if not access.has(*ACTS):
        return 0  # nothing ever waits for who only looks
    return count_for(user, waiting_for(access)) + len(due_inspections(access, timezone.localdate()))


COUNTED: dict[str, Callable[[Access, User], int]] = {
    "inbox": in_inbox,
    "review": waiting_for_review,
    "entry": returned_to,
}


def _who(user) -> dict[str, Any]:
    access = access_of(user)
    roles = dict.fromkeys(grant.role for grant in access.held)
    label = pgettext_lazy("between roles", ", ").join(str(Role(role).label) for role in roles)
    return {"name": user.full_name, "organization": _place(user, access), "role": label, "url": reverse("me")}


def _place(user, access: Access) -> str:
    """The office of the first grant that names one, otherwise the unit of the first grant; in the active language."""
    office = next((held for held in access.held if held.organization), None)
    if office is not None:
        in_english = (get_language() or "").startswith("en")
        return office.organization_en if in_english and office.organization_en else office.organization
    if not access.held or access.administrator:
        return ""
    grant = Grant.objects.filter(user=user, unit_id=access.held[0].unit_id).select_related("unit").first()
    return grant.unit.label if grant else ""
