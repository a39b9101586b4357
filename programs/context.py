"""What base.html needs on every page: the navigation, the person, the demonstration banner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from programs.access import Access, access_of
from programs.models import BUSINESS_ROLES, Grant, ProgressReport, ReportState, Role

SEES_LOG = (Role.AUDITOR, Role.AUDIT_ADMIN)
LOOKUPS = {"unit_path": "unit__path", "programme": "indicator__programme_id"}

# (URL name, label, roles, first path segments under which it is the current one)
NAVIGATION = (
    ("workbench", _("Workbench"), BUSINESS_ROLES, ("workbench",)),
    ("entry", pgettext_lazy("navigation", "Enter figures"), (Role.REPORTER,), ("entry",)),
    ("review", pgettext_lazy("navigation", "Review"), (Role.REVIEWER, Role.APPROVER), ("review",)),
    ("overview", pgettext_lazy("navigation", "At a glance"), BUSINESS_ROLES, ("units",)),
    ("programmes", _("Programmes"), BUSINESS_ROLES, ("programmes", "indicators", "targets")),
    ("documents", _("Documents"), BUSINESS_ROLES, ("documents", "clauses")),
    ("bulletins", _("Bulletins"), BUSINESS_ROLES, ("bulletins",)),
    ("trace-index", pgettext_lazy("navigation", "Trace"), (Role.AUDITOR,), ("trace",)),
    ("administration", _("Administration"), (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN), ("administration",)),
    ("audit-log", _("Audit log"), SEES_LOG, ("audit",)),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """``nav`` [{url, label, current, count}], ``who`` {name, organization, role, url}, ``demo_mode``, ``feedback_url``,
    ``site_title`` (the city's own name of the site, may be empty), ``version``.

    One query for the grants, one for reports to review, one for returned figures; none for somebody not signed in.
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
    access = access_of(user)
    here = path.strip("/").split("/")[0]
    items = []
    for name, label, roles, segments in NAVIGATION:
        if not access.has(*roles):
            continue
        count = COUNTED[name](access) if name in COUNTED else None
        items.append({"url": reverse(name), "label": label, "current": here in segments, "count": count})
    return items


def waiting_for_review(access: Access) -> int:
    """How many reports wait for this person: submitted ones for a reviewer, reviewed ones for an approver."""
    first, second = access.within([Role.REVIEWER], **LOOKUPS), access.within([Role.APPROVER], **LOOKUPS)
    return (
        ProgressReport.objects.filter(first, state=ReportState.SUBMITTED)
        | ProgressReport.objects.filter(second, state=ReportState.REVIEWED)
    ).count()


def returned_to(access: Access) -> int:
    """How many figures came back to this reporter and wait for a better one, in periods that are still open."""
    mine = access.within([Role.REPORTER], **LOOKUPS)
    return ProgressReport.objects.filter(mine, state=ReportState.RETURNED, period__locked_at=None).count()


COUNTED: dict[str, Callable[[Access], int]] = {"review": waiting_for_review, "entry": returned_to}


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
