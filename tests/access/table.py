"""THE ACCESS TABLE: every named address and API action, who may call it, and on whose objects.

Add a row for a new address; ``test_access.py`` fails until it is here, then tries it as every role in every place:

    Row("unit", BUSINESS, HERE, kwargs=lambda w: {"code": w.own.code}),

An area with many addresses brings ``rows_<area>.py`` with ``ROWS``, and ``add(world)`` for its objects.

- name: the URL name (with its namespace). method: "get" unless said.
- roles: the roles it is for (others: 403), ANYBODY (signed in is enough) or PUBLIC (no sign-in).
- sees: the places from which the object is visible (others with the right role: 404). The object belongs to the county
  ``w.own``; a person acts at that county (own), its city (parent), a township in it (child), another county of the city
  (sibling) or a county of another city (foreign). EVERYWHERE: a list or a page without an object.
- kwargs, data, query: made from the world ``w`` (tests/access/world.py: units, programme, indicator, report, …).
- ok: the status (or statuses) of who may: 200, 302 after a form, 400 or 422 for a form left empty on purpose.
- hidden: the status for the right role in the wrong place: 404, or 400 where the object is named by a parameter of the
  query or the body; a missing object answers the same. Wrong role in the wrong place: this or 403.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from programs.models import ADMINISTRATORS, BUSINESS_ROLES, Role

ANYBODY = tuple(Role)
PUBLIC: tuple[Role, ...] = ()
BUSINESS = tuple(BUSINESS_ROLES)
SYSTEM, SECURITY, AUDIT = (Role.SYSTEM_ADMIN,), (Role.SECURITY_ADMIN,), (Role.AUDIT_ADMIN,)
LOG = (Role.AUDITOR, Role.AUDIT_ADMIN)
REPORTER, REVIEW = (Role.REPORTER,), (Role.REVIEWER, Role.APPROVER)

EVERYWHERE = frozenset({"own", "parent", "child", "sibling", "foreign"})
HERE = frozenset({"own", "parent"})  # the county's own things: itself and who stands above it
BELOW = HERE | {"child"}  # what the county was assigned concerns its townships too
PLAN = EVERYWHERE - {"foreign"}  # the city's plan concerns all its units
CITY = frozenset({"parent"})


@dataclass(frozen=True)
class Row:
    """One address and method; see the top of the module."""

    name: str
    roles: tuple[Role, ...]
    sees: frozenset[str] = EVERYWHERE
    method: str = "get"
    kwargs: Callable[[Any], dict] = lambda w: {}
    data: Callable[[Any], dict] = lambda w: {}
    query: Callable[[Any], dict] = lambda w: {}
    ok: int | tuple[int, ...] = 200
    hidden: tuple[int, ...] = (404,)

    @property
    def id(self) -> str:
        return f"{self.name}-{self.method}"

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api-") and self.name not in {"api-keys", "api-key-revoke"}


PLATFORM = [
    Row("healthz", PUBLIC), Row("readyz", PUBLIC, ok=(200, 503)), Row("robots", PUBLIC), Row("javascript-catalog", PUBLIC),
    Row("set_language", PUBLIC, method="post", ok=302), Row("styleguide", PUBLIC),
]  # fmt: skip

ACCOUNTS = [
    Row("home", ANYBODY, ok=302),
    Row("me", ANYBODY),
    Row("me", ANYBODY, method="post", data=lambda w: {"email": "x"}, ok=422),
    Row("accounts:sign-in", PUBLIC, ok=(200, 302)),
    Row("accounts:sign-in", PUBLIC, method="post", ok=(422, 302)),
    Row("accounts:sign-out", PUBLIC, method="post", ok=302),
    Row("accounts:password", ANYBODY),
    Row("accounts:password", ANYBODY, method="post", ok=422),
    Row("accounts:password-done", ANYBODY),
    Row("feedback", ANYBODY),
    Row("feedback", ANYBODY, method="post", data=lambda w: {"text": "x"}, ok=302),
]

ADMINISTRATION = [
    Row("administration", tuple(ADMINISTRATORS), ok=302),
    Row("system", SYSTEM),
    Row("api-keys", SYSTEM),
    Row("api-key-revoke", SYSTEM, method="post", kwargs=lambda w: {"pk": w.key.pk}, ok=302),
    Row("feedback-list", SYSTEM),
    Row(
        "feedback-answer",
        SYSTEM,
        method="post",
        kwargs=lambda w: {"pk": w.feedback.pk},
        data=lambda w: {"text": "x"},
        ok=302,
    ),
    Row("people", SECURITY),
    Row("person-new", SECURITY),
    Row("person-new", SECURITY, method="post", data=lambda w: {"username": "fresh", "full_name": "x"}),
    Row("person", SECURITY, kwargs=lambda w: {"pk": w.somebody.pk}),
    Row("person", SECURITY, method="post", kwargs=lambda w: {"pk": w.somebody.pk}, ok=422),
    Row("person-act", SECURITY, method="post", kwargs=lambda w: {"pk": w.somebody.pk, "act": "deactivate"}, ok=302),
    Row("grant-revoke", SECURITY, method="post", kwargs=lambda w: {"pk": w.grant.pk}, ok=302),
    Row("audit-log", LOG),
    Row("audit-entry", LOG, HERE, kwargs=lambda w: {"pk": w.entry.pk}),
    Row("audit-verify", LOG, method="post", ok=302),
    Row("audit-export", LOG, kwargs=lambda w: {"form": "csv"}),
]

DASHBOARDS = [
    Row("programmes", BUSINESS),
    Row("programme", BUSINESS, PLAN, kwargs=lambda w: {"code": w.programme.code}),
    Row("programme-tasks", BUSINESS, PLAN, kwargs=lambda w: {"code": w.programme.code}),
    Row("overview", BUSINESS, ok=(200, 302)),  # who sees one unit only is led to it
    Row("unit", BUSINESS, HERE, kwargs=lambda w: {"code": w.own.code}),
    Row("trace-index", BUSINESS),
    Row("trace-index", BUSINESS, method="post", ok=(200, 302, 404, 422)),
    Row(
        "trace",
        BUSINESS,
        HERE,
        kwargs=lambda w: {"indicator": w.indicator.code, "period": w.period.code, "unit": w.own.code},
    ),
    Row("search", BUSINESS),
]

POLICIES = [
    Row("documents", BUSINESS),
    Row("document", BUSINESS, kwargs=lambda w: {"code": w.document.code}),
    Row("document-issues", BUSINESS),
    Row("clause", BUSINESS, kwargs=lambda w: {"pk": w.clause.pk}),
]

TARGETS = [
    Row("programme-targets", BUSINESS, PLAN, kwargs=lambda w: {"code": w.programme.code}),
    Row("target", BUSINESS, BELOW, kwargs=lambda w: {"pk": w.target.pk}),
    Row("programme-target-set", (Role.APPROVER,), PLAN, kwargs=lambda w: {"code": w.programme.code}),
    Row("programme-target-set", (Role.APPROVER,), PLAN, "post", kwargs=lambda w: {"code": w.programme.code}, ok=422),
    Row("target-split", REVIEW, HERE, kwargs=lambda w: {"indicator": w.indicator.code, "unit": w.own.code}),
    Row(
        "target-split",
        REVIEW,
        HERE,
        method="post",
        kwargs=lambda w: {"indicator": w.indicator.code, "unit": w.own.code},
        ok=(200, 302, 422),
    ),
]

APPROVER = (Role.APPROVER,)
AUDIT_OR_APPROVE = (Role.AUDITOR, Role.APPROVER)

BULLETINS = [
    Row("bulletins", BUSINESS),
    Row("bulletin-create", APPROVER),
    Row("bulletin-create", APPROVER, method="post", ok=(200, 400, 404, 422)),
    Row("bulletin", BUSINESS, CITY, kwargs=lambda w: {"pk": w.bulletin.pk}),
    Row("bulletin-file", BUSINESS, CITY, kwargs=lambda w: {"pk": w.bulletin.pk}, ok=(302, 404, 409)),  # no file yet
    *(
        Row(
            f"bulletin-{act}",
            APPROVER,
            CITY,
            method="post",
            kwargs=lambda w: {"pk": w.bulletin.pk},
            ok=(200, 302, 409, 422),
        )
        for act in ("publish", "print", "withdraw")
    ),
    Row("exports", BUSINESS),
    Row(
        "export-figures", BUSINESS, PLAN, kwargs=lambda w: {"code": w.programme.code, "fmt": "csv"}, ok=(200, 302, 404)
    ),
    Row(
        "export-reports",
        AUDIT_OR_APPROVE,
        PLAN,
        kwargs=lambda w: {"code": w.programme.code, "fmt": "csv"},
        ok=(200, 302, 404),
    ),
    Row("verify", PUBLIC),
    Row("verify", PUBLIC, method="post", ok=(200, 422)),
    Row("verify-code", PUBLIC, kwargs=lambda w: {"code": w.bulletin.code}, ok=(200, 404)),  # a draft is not confirmed
    Row("verify-code", PUBLIC, method="post", kwargs=lambda w: {"code": w.bulletin.code}, ok=(200, 404, 422)),
    Row("jobs", BUSINESS),
    # a job is its owner's alone: to everybody else it is missing
    Row("job", BUSINESS, frozenset(), kwargs=lambda w: {"pk": w.job.pk}),
    Row("job-cancel", BUSINESS, frozenset(), method="post", kwargs=lambda w: {"pk": w.job.pk}),
    Row("job-file", BUSINESS, frozenset(), kwargs=lambda w: {"pk": w.job.pk}),
]


def _period(w: Any) -> dict:
    return {"programme": w.programme.code, "period": w.period.code}


REVIEWING = [
    Row("review", REVIEW),
    Row("review-queue", REVIEW, PLAN, kwargs=_period),  # the city's period; each sees the figures of their own units in it
    Row("review-queue", REVIEW, PLAN, method="post", kwargs=_period, ok=422),
    Row("withdraw", REPORTER, PLAN, kwargs=_period),
    Row("withdraw", REPORTER, PLAN, method="post", kwargs=_period, ok=422),
    Row("periods", APPROVER),
    Row("period", BUSINESS, PLAN, kwargs=_period),
    Row("period-lock", APPROVER, CITY, method="post", kwargs=_period, data=lambda w: {"reason": "closed", "comment": "x"}, ok=302, hidden=(403, 404)),
    Row("period-unlock", APPROVER, CITY, method="post", kwargs=_period, data=lambda w: {"comment": "x"}, ok=409, hidden=(403, 404)),  # it is open
    Row("corrections", BUSINESS),
    Row("correction", BUSINESS, HERE, kwargs=lambda w: {"pk": w.correction.pk}),
    Row("correction", APPROVER, HERE, method="post", kwargs=lambda w: {"pk": w.correction.pk}, data=lambda w: {"decision": "refuse", "comment": "x"}, ok=302),
    Row("correction-withdraw", REPORTER, frozenset({"own"}), method="post", kwargs=lambda w: {"pk": w.correction.pk}, ok=302, hidden=(403, 404)),
    Row("correction-new", REPORTER, HERE, kwargs=lambda w: w.named),
    Row("correction-new", REPORTER, HERE, method="post", kwargs=lambda w: w.named, ok=422),
    Row("report-history", BUSINESS, HERE, kwargs=lambda w: {"pk": w.report.pk}),
]  # fmt: skip

API = [
    Row("api-schema", PUBLIC), Row("api-docs", PUBLIC),
    Row("api-nowhere", PUBLIC, ok=404),
    Row("api-units", BUSINESS),
    Row("api-unit", BUSINESS, HERE, kwargs=lambda w: {"code": w.own.code}),
    Row("api-organizations", BUSINESS),
    Row("api-organization", BUSINESS, kwargs=lambda w: {"code": w.organization.code}),
    Row("api-documents", BUSINESS),
    Row("api-document", BUSINESS, kwargs=lambda w: {"code": w.document.code}),
    Row("api-clauses", BUSINESS),
    Row("api-clause", BUSINESS, kwargs=lambda w: {"pk": w.clause.pk}),
    Row("api-programmes", BUSINESS),
    Row("api-programme", BUSINESS, PLAN, kwargs=lambda w: {"code": w.programme.code}),
    Row("api-indicators", BUSINESS),
    Row("api-indicator", BUSINESS, PLAN, kwargs=lambda w: {"code": w.indicator.code}),
    Row("api-targets", BUSINESS),
    Row("api-target", BUSINESS, BELOW, kwargs=lambda w: {"pk": w.target.pk}),
    Row("api-tasks", BUSINESS),
    Row("api-task", BUSINESS, PLAN, kwargs=lambda w: {"pk": w.task.pk}),
    Row("api-periods", BUSINESS),
    Row("api-period", BUSINESS, PLAN, kwargs=lambda w: {"pk": w.period.pk}),
    Row("api-progress-reports", BUSINESS),
    Row("api-progress-reports", REPORTER, HERE, method="post", data=lambda w: w.named | {"value": "12"}, ok=201, hidden=(400, 404, 422)),
    Row("api-progress-reports-due", REPORTER),
    Row("api-progress-report", BUSINESS, HERE, kwargs=lambda w: {"pk": w.report.pk}),
    Row("api-progress-report-submit", REPORTER, HERE, method="post", kwargs=lambda w: {"pk": w.report.pk}, ok=(200, 409, 422)),
    Row("api-progress-report-withdraw", REPORTER, HERE, method="post", kwargs=lambda w: {"pk": w.report.pk}, ok=(200, 403, 409, 422)),
    Row("api-progress-report-approve", REVIEW, HERE, method="post", kwargs=lambda w: {"pk": w.report.pk}, ok=(200, 409, 422)),
    Row("api-progress-report-return", REVIEW, HERE, method="post", kwargs=lambda w: {"pk": w.report.pk}, ok=(200, 400, 409, 422)),
    Row("api-rollups", BUSINESS, HERE, query=lambda w: w.named, hidden=(400,)),
    Row("api-rollups-children", BUSINESS, HERE, query=lambda w: w.named, hidden=(400,)),
    Row("api-bulletins", BUSINESS),
    Row("api-bulletin", BUSINESS, CITY, kwargs=lambda w: {"pk": w.bulletin.pk}),  # a draft; a published one concerns the counties too
]  # fmt: skip

_grid = {"kwargs": lambda w: {"programme": w.programme.code, "period": w.period.code}}

ENTRY = [
    Row("workbench", BUSINESS),
    Row("entry", REPORTER),
    Row("entry-grid", REPORTER, PLAN, **_grid),
    Row("entry-grid", REPORTER, PLAN, method="post", ok=302, **_grid),
    Row("entry-save", REPORTER, PLAN, method="post", ok=400, **_grid),
    Row("entry-no-change", REPORTER, PLAN, **_grid),
    Row("entry-no-change", REPORTER, PLAN, method="post", ok=302, **_grid),
    Row("entry-download", REPORTER, PLAN, **_grid),
    Row("entry-upload", REPORTER, PLAN, **_grid),
    Row("entry-upload", REPORTER, PLAN, method="post", ok=422, **_grid),
    Row(
        "entry-cell", BUSINESS, HERE,
        kwargs=lambda w: {"programme": w.programme.code, "period": w.period.code, "indicator": w.indicator.pk, "unit": w.own.pk},
    ),
    Row(
        "entry-cell", BUSINESS, HERE, method="post", ok=422,
        kwargs=lambda w: {"programme": w.programme.code, "period": w.period.code, "indicator": w.indicator.pk, "unit": w.own.pk},
    ),
]  # fmt: skip

ROWS = [*PLATFORM, *ENTRY, *ACCOUNTS, *ADMINISTRATION, *DASHBOARDS, *POLICIES, *TARGETS, *BULLETINS, *REVIEWING, *API]
for part in sorted(Path(__file__).parent.glob("rows_*.py")):
    ROWS += import_module(f"tests.access.{part.stem}").ROWS
