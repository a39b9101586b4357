"""What an inspection found wrong; the same thing found again at the same place is recognised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from programs.errors import RuleViolation
from programs.models import ChecklistItem, Finding, Inspection, InspectionScore

TEXT_LENGTH = 500


def write_findings(
    *, inspection: Inspection, actor: User, scores: Iterable[InspectionScore], more: Iterable[Mapping[str, Any]] = ()
) -> list[Finding]:
    """Findings of an inspection being closed, inside its transaction: one per failed item, then ``more``.

    ``more`` holds dicts of ``text``, ``item`` (code, may be empty) and ``severity`` (minor, serious); one that names a failed
    item says more about it instead of adding a second. Raises RuleViolation ``finding_*``.
    """
    items = {item.code: item for item in inspection.checklist.items.all()}
    rows: dict[str, Finding] = {}
    for score in scores:
        if score.result == InspectionScore.Result.FAIL:
            text = score.note or score.item.text_zh
            rows[score.item.code] = Finding(
                inspection=inspection, item=score.item, text=text[:TEXT_LENGTH], created_by=actor
            )
    loose = []
    for one in more:
        added = _read(one, items, inspection, actor)
        if added.item is None:
            loose.append(added)
        elif added.item.code in rows:
            rows[added.item.code].text, rows[added.item.code].severity = added.text, added.severity
        else:
            rows[added.item.code] = added
    for code, finding in rows.items():
        finding.repeats_id = earlier(inspection, code)
    return Finding.objects.bulk_create([*rows.values(), *loose])


def earlier(inspection: Inspection, item_code: str) -> int | None:
    """The newest finding on the same item of the same checklist, any version, for the same project or, without one, unit."""
    rows = Finding.objects.filter(
        item__code=item_code,
        item__checklist__code=inspection.checklist.code,
        inspection__programme_id=inspection.programme_id,
    ).exclude(inspection=inspection)
    if inspection.project_id:
        rows = rows.filter(inspection__project_id=inspection.project_id)
    else:
        rows = rows.filter(inspection__unit_id=inspection.unit_id, inspection__project=None)
    return rows.order_by("-id").values_list("pk", flat=True).first()


def _read(one: Mapping[str, Any], items: Mapping[str, ChecklistItem], inspection: Inspection, actor: User) -> Finding:
    text, code = str(one.get("text") or "").strip(), str(one.get("item") or "")
    severity = str(one.get("severity") or Finding.Severity.MINOR)
    problem = ""
    if not text:
        problem, name = _("A finding has no text."), "finding_text"
    elif len(text) > TEXT_LENGTH:
        problem, name = _("A finding has more than %(most)s characters.") % {"most": TEXT_LENGTH}, "finding_long"
    elif code and code not in items:
        problem, name = _("Item %(item)s is not on this checklist.") % {"item": code}, "finding_item"
    elif severity not in Finding.Severity.values:
        problem, name = _("“%(text)s” is no severity.") % {"text": severity[:20]}, "finding_severity"
    if problem:
        raise RuleViolation(name, problem, field="findings", next_step=_("Correct the finding and close again."))
    return Finding(inspection=inspection, item=items.get(code), text=text, severity=severity, created_by=actor)
