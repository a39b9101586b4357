"""What the codes of acts mean. A code is permanent; its words may change."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERBS: dict[str, Promise] = {
    "account.sign_in": _("signed in"),
    "account.sign_in_failed": _("sign-in failed"),
    "account.locked_out": _("sign-in locked"),
    "account.sign_out": _("signed out"),
    "account.create": _("created an account"),
    "account.deactivate": _("deactivated an account"),
    "account.activate": _("activated an account"),
    "account.unlock": _("unlocked an account"),
    "account.password_changed": _("changed the password"),
    "account.password_reset": _("reset a password"),
    "api_key.create": _("created an API key"),
    "api_key.revoke": _("revoked an API key"),
    "grant.give": _("gave a grant"),
    "grant.revoke": _("revoked a grant"),
    "feedback.send": _("sent a remark"),
    "feedback.answer": _("answered a remark"),
    "progress.draft": _("saved a draft"),
    "progress.submit": _("submitted a figure"),
    "progress.withdraw": _("withdrew a figure"),
    "progress.review": _("reviewed a figure"),
    "progress.approve": _("approved a figure"),
    "progress.return": _("returned a figure"),
    "correction.requested": _("asked for a correction"),
    "correction.approved": _("approved a correction"),
    "correction.refused": _("refused a correction"),
    "period.open": _("opened a period"),
    "period.lock": _("locked a period"),
    "period.unlock": _("unlocked a period"),
    "job.request": _("asked for a job"),
    "job.cancel": _("stopped a job"),
    "job.fail": _("a job failed"),
    "export.xlsx": _("exported to Excel"),
    "export.csv": _("exported to CSV"),
    "pack.load": _("loaded a data pack"),
    "unit.update": _("updated the units"),
    "calendar.load": _("loaded the calendar"),
    "demo.load": _("loaded the demonstration"),
    "target.break_down": _("split a target"),
    "target.set": _("set a target"),
    "audit.verify": _("verified the audit log"),
    "audit.export": _("exported the audit log"),
    "bulletin.create": _("made a draft of a bulletin"),
    "bulletin.publish_request": _("asked to publish a bulletin"),
    "bulletin.publish": _("published a bulletin"),
    "bulletin.withdraw": _("withdrew a bulletin"),
    "cycle.open": _("opened a year"),
    "declaration.start": _("opened a declaration"),
    "declaration.draft": _("saved an application"),
    "declaration.decide": _("took a step of a declaration"),
    "declaration.return": _("returned a declaration"),
}


def label_of(verb: str) -> str:
    """The words of a code; the code itself when it has none."""
    return str(VERBS.get(verb, verb))
