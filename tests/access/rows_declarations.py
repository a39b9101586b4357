"""Projects, declarations, papers and the inbox."""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfWriter

from programs.models import Attachment, Project, Role
from programs.modules import ProgrammeModule, ProjectKind, register
from programs.services import files
from programs.services.declarations import start
from programs.workflow import Stage, Transition, Workflow
from tests.access.table import BUSINESS, HERE, REPORTER, Row

ATTACH = (Role.REPORTER, Role.REVIEWER, Role.APPROVER, Role.INSPECTOR)
FLOW = Workflow(
    code="access",
    name="Access",
    version=1,
    stages=(Stage("draft", "Draft"), Stage("done", "Done", is_final=True)),
    transitions=(
        Transition("apply", ("draft",), "done", "Apply", (Role.REPORTER,), hands_in=True, saves_revision=True),
    ),
)
MODULE = ProgrammeModule("access", "Access", 900, (ProjectKind("road", "Road", {"city": "access"}),), (FLOW,))

_project = {"kwargs": lambda w: {"code": w.project.code}}
_declaration = {"kwargs": lambda w: {"pk": w.declaration.pk}}
_paper = {"kwargs": lambda w: {"pk": w.paper.pk}}

ROWS = [
    Row("inbox", BUSINESS),
    Row("projects", BUSINESS),
    Row("project", BUSINESS, HERE, **_project),
    Row("project-start", REPORTER, HERE, method="post", ok=422, **_project),
    Row("project-paper-add", BUSINESS, HERE, method="post", ok=422, **_project),
    Row("declaration", BUSINESS, HERE, **_declaration),
    Row("declaration-draft", REPORTER, HERE, method="post", ok=409, **_declaration),
    Row(
        "declaration-decide", REPORTER, HERE, method="post", ok=302, data=lambda w: {"verb": "apply", "revision": 0}, **_declaration
    ),
    Row("declaration-paper-add", BUSINESS, HERE, method="post", ok=422, **_declaration),
    Row("declaration-compare", BUSINESS, HERE, **_declaration),
    Row("declaration-package", BUSINESS, HERE, method="post", ok=302, **_declaration),
    Row("declaration-history", BUSINESS, HERE, kwargs=lambda w: {"fmt": "csv", "pk": w.declaration.pk}),
    Row("paper", BUSINESS, HERE, **_paper),
    Row("paper-file", BUSINESS, HERE, **_paper),
    Row("paper-page", BUSINESS, HERE, kwargs=lambda w: {"page": 1, "pk": w.paper.pk}),
    Row("api-projects", BUSINESS),
    Row("api-project", BUSINESS, HERE, **_project),
    Row("api-declarations", BUSINESS),
    Row(
        "api-declarations", REPORTER, HERE, method="post", ok=201, hidden=(404,),
        data=lambda w: {"project": w.project.code, "year": 2026},
    ),
    Row("api-declaration", BUSINESS, HERE, **_declaration),
    Row("api-declaration", REPORTER, HERE, method="patch", data=lambda w: {"data": {"x": "1"}}, **_declaration),
    Row(
        "api-declaration-decide", REPORTER, HERE, method="post", data=lambda w: {"verb": "apply", "revision": 0}, **_declaration
    ),
]  # fmt: skip


def add(world: Any) -> None:
    """A project of the county ``own`` in its draft, with one paper."""
    register(MODULE)
    world.programme.module = MODULE.code
    world.programme.save(update_fields=["module"])
    world.project = Project.objects.create(
        programme=world.programme, kind="road", code="access-road", name_zh="示例路", unit=world.own
    )
    reporter = world.people[Role.REPORTER, "own"]
    world.declaration = start(actor=reporter, project=world.project, workflow="access")
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(out)
    stored = files.store_bytes(out.getvalue(), name="a.pdf", content_type="application/pdf")
    world.paper = Attachment.objects.create(
        project=world.project, kind="other", file=stored, name="a.pdf", uploaded_by=reporter
    )
