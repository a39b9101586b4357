"""What each role can do, in plain words, for the pages that explain access."""

from django.utils.translation import gettext_lazy as _

from programs.models import Role

ABILITIES = {
    Role.REPORTER: _(
        "Enter the figures this unit and the units below it owe, submit them, and ask for corrections. Cannot review or approve."
    ),
    Role.REVIEWER: _(
        "Review submitted figures of these units, pass them on or return them with a reason. Not those submitted by oneself."
    ),
    Role.APPROVER: _(
        "Approve reviewed figures, lock periods, decide corrections, split targets, make and publish bulletins."
    ),
    Role.INSPECTOR: _("See figures, plans and bulletins of these units, and inspect on site."),
    Role.AUDITOR: _("Follow every figure of these units to its report and its person, read the audit log, export."),
    Role.VIEWER: _("See figures, plans and bulletins of these units; change nothing."),
    Role.SYSTEM_ADMIN: _(
        "See the state of the system, its jobs and API keys, and answer remarks. Sees no business data."
    ),
    Role.SECURITY_ADMIN: _("Create accounts, give and revoke grants, unlock, reset passwords. Sees no business data."),
    Role.AUDIT_ADMIN: _("Read the audit log without business values, and verify it. Sees no business data."),
}
