"""Every report of a programme as it was handed in: one row per report with its newest revision, people and times, for auditors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import read_access
from programs.models import Period, Programme, Role
from programs.services.exports.cells import sql_text
from programs.services.exports.writers import export_csv, export_xlsx

READERS = (Role.AUDITOR, Role.APPROVER)
WIDTHS = (9, 15, 22, 34, 14, 10, 8, 14, 19, 14, 14, 19, 40)
CURSOR_ROWS = 2000

# Placeholders {…} are column headers (quoted identifiers) or texts wrapped against formulas; values travel as parameters.
SELECT = """
SELECT p.code AS {period}, u.code AS {unit_code}, {u_name} AS {unit}, {i_name} AS {indicator}, v.value AS {value}, r.state AS {state},
       r.revision AS {revision}, {author} AS {reporter}, to_char(v.created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS {sent},
       v.source AS {source}, {approver} AS {approved_by}, to_char(f.approved_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS {approved},
       {reason_text} AS {reason}
FROM programs_progressreport r
JOIN programs_period p ON p.id = r.period_id
JOIN programs_unit u ON u.id = r.unit_id
JOIN programs_indicator i ON i.id = r.indicator_id
LEFT JOIN programs_progressrevision v ON v.report_id = r.id AND v.number = r.revision
LEFT JOIN accounts_user a ON a.id = v.author_id
LEFT JOIN programs_approvedfigure f ON f.revision_id = v.id
LEFT JOIN accounts_user b ON b.id = f.approved_by_id
WHERE i.programme_id = %(programme)s AND (%(period)s::bigint IS NULL OR p.id = %(period)s)
  AND EXISTS (SELECT 1 FROM unnest(%(paths)s::text[]) AS s(path) WHERE starts_with(u.path, s.path))
ORDER BY p.code, u.code, i.position, i.id
"""


def headers() -> dict[str, str]:
    return {
        "period": _("Period"), "unit_code": _("Unit code"), "unit": _("Unit"), "indicator": _("Indicator"), "value": _("Figure"), "state": _("State"),
        "revision": _("Revision"), "reporter": _("Reporter"), "sent": _("Sent"), "source": _("Source"), "approved_by": _("Approved by"),
        "approved": _("Approved at"), "reason": _("Reason"),
    }  # fmt: skip


def statement() -> str:
    """The SELECT with translated column names and neutralised texts."""
    names = {key: '"' + name.replace('"', "").replace("%", "") + '"' for key, name in headers().items()}
    texts = {
        "u_name": sql_text("u.name"),
        "i_name": sql_text("i.name_zh"),
        "author": sql_text("a.full_name"),
        "approver": sql_text("b.full_name"),
        "reason_text": sql_text("v.reason"),
    }
    return SELECT.format(**names, **texts)


def parameters(*, actor: User, programme: Programme, period: Period | None) -> dict[str, Any]:
    """Parameters of ``statement()``: only units over which ``actor`` audits or approves in the programme."""
    held = [
        grant.path
        for grant in read_access(actor).held
        if grant.role in READERS and grant.programme_id in (None, programme.pk)
    ]
    return {"programme": programme.pk, "period": period.pk if period else None, "paths": held}


def write_reports(*, actor: User, programme: Programme, period: Period | None, path: Path, fmt: str) -> int:
    """Write the file; returns the number of rows. The caller logs it with ``log_reports``."""
    params = parameters(actor=actor, programme=programme, period=period)
    notes = [
        (_("Programme"), programme.name), (_("Period"), period.code if period else _("all")), (_("Exported by"), f"{actor.full_name}（{actor.username}）"),
        (_("Exported at"), f"{timezone.localtime():%Y-%m-%d %H:%M:%S}"),
    ]  # fmt: skip
    if fmt == "csv":
        with path.open("wb") as out:
            return export_csv(statement(), params, out, preface=[f"{name}: {text}" for name, text in notes])
    return export_xlsx(
        path, header=list(headers().values()), rows=_rows(params), title=_("Reports"), notes=notes, widths=WIDTHS
    )


def log_reports(*, actor: User, programme: Programme, period: Period | None, fmt: str, rows: int) -> None:
    """The audit entry of an export."""
    after = {
        "programme": programme.code,
        "period": period.code if period else None,
        "format": fmt,
        "rows": rows,
        "what": "reports",
    }
    record(f"export.{fmt}", actor=actor, obj=programme, unit_path=programme.jurisdiction.path, after=after)


def _rows(params: dict[str, Any]):
    """Rows by a server-side cursor: memory does not grow with their number."""
    connection.ensure_connection()
    with connection.chunked_cursor() as cursor:
        cursor.cursor.itersize = CURSOR_ROWS  # the wrapper does not hand it on
        cursor.execute(statement(), params)
        yield from cursor
