"""Loading one data pack: check everything, then write it in one transaction, or refuse it as a whole."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from audit.services.record import record
from policies.models import Clause, Document, DocumentIssue
from programs.models import (
    Indicator,
    Organization,
    Period,
    Programme,
    Project,
    ReferenceSeries,
    ReportingDuty,
    Target,
    Task,
    TaskAssignment,
)
from programs.modules import PackPart, modules
from programs.services.assignments import assign_all
from programs.services.packs import files
from programs.services.packs.checklists import load_checklists
from programs.services.packs.deadlines import load_deadlines
from programs.services.packs.draw_plans import load_draw_plans
from programs.services.packs.problems import PackRefused, Problem
from programs.services.packs.targets import write_targets
from programs.services.packs.writing import Counts, Writer, prefetched
from programs.services.statistics import analyze
from programs.services.summaries import mark_dirty

TASK_FIELDS = {
    "number", "section_no", "section_en", "summary_zh", "summary_en", "counties_implicitly_responsible", "year",
    "note_zh", "note_en",
}  # fmt: skip


@transaction.atomic
def load_pack(*, code: str, actor=None, dry_run: bool = False, reason: str = "", folder: Path | None = None) -> Counts:
    """Load the library and the pack ``code``; a second run changes nothing.

    ``reason`` is stored with targets that change. Raises PackRefused with every refused row; then nothing is written.
    A dry run does the same work and rolls it back.
    """
    folder = folder or files.packs_folder()
    problems: list[Problem] = []
    if code not in files.pack_codes(folder):
        raise PackRefused([Problem(code, 0, f"no such pack; known are {', '.join(files.pack_codes(folder))}")])
    tree = files.Tree()
    library, pack = files.read_library(folder, problems), files.read_pack(folder, code, problems)
    if (
        pack is not None and not problems
    ):  # references are judged when every file could be read, or one slip would refuse a hundred rows
        files.check_library(library, tree, problems)
        files.check_pack(pack, library, tree, problems)
        _check_codes_are_free(pack, problems)
    if problems or pack is None:
        raise PackRefused(problems)
    writer = Writer(actor)
    loader = Loader(library, pack, tree, writer, reason)
    loader.run()
    load_checklists(
        folder=folder / code, programme=loader.programme, clauses=loader.own_clauses, tree=tree, writer=writer
    )
    load_deadlines(
        folder=folder / code, programme=loader.programme, clauses=loader.own_clauses, tree=tree, writer=writer
    )
    load_draw_plans(
        folder=folder / code, programme=loader.programme, clauses=loader.own_clauses, tree=tree, writer=writer
    )
    assign_all(programme=loader.programme, actor=actor)
    for module in modules():
        own = module.code == loader.programme.module
        if module.load_pack is not None and (own or any((folder / code / name).exists() for name in module.pack_files)):
            module.load_pack(PackPart(loader.programme, folder / code, loader.own_clauses, tree, writer))
            writer.flush()
    if not writer.counts.did_nothing:
        record("pack.load", actor=actor, object_type="programs.programme", object_id=code, reason=reason,
               after={"created": dict(writer.counts.created), "updated": dict(writer.counts.updated)})  # fmt: skip
        analyze(Clause, Organization, Indicator, Target, ReportingDuty, Task, TaskAssignment, Project)
    if dry_run:
        transaction.set_rollback(True)
    return writer.counts


def _check_codes_are_free(pack: files.Pack, problems: list[Problem]) -> None:
    """Indicator codes are unique over all programmes."""
    taken = dict(
        Indicator.objects.filter(code__in=[row.data.code for row in pack.indicators])
        .exclude(programme__code=pack.programme.data.code).values_list("code", "programme__code")
    )  # fmt: skip
    problems.extend(
        row.refuse(f"{row.data.code} belongs to {taken[row.data.code]}")
        for row in pack.indicators
        if row.data.code in taken
    )


class Loader:
    """Writes one pack; each step fills the lookup tables of the next."""

    def __init__(self, library: files.Library, pack: files.Pack, tree: files.Tree, writer: Writer, reason: str) -> None:
        self.library, self.pack, self.tree, self.writer, self.reason = library, pack, tree, writer, reason

    def run(self) -> None:
        self._policies()
        self._organizations()
        self._programme()
        self._indicators()
        self._series()
        self._tasks()
        write_targets(
            pack=self.pack, tree=self.tree, writer=self.writer, indicators=self.indicators, clauses=self.own_clauses,
            issues=self.issues, document=self.documents[self.pack.programme.data.document], reason=self.reason,
        )  # fmt: skip
        self._duties()
        self.writer.flush()

    def _policies(self) -> None:
        rows = {row.data.code: row.data.model_dump() for row in self.library.documents}
        self.documents = self.writer.upsert(
            Document, rows, key=lambda d: d.code, existing=Document.objects.filter(code__in=rows)
        )
        clauses = {}
        for row in self.library.clauses:
            data = row.data.model_dump(exclude={"document"}) | {"document_id": self.documents[row.data.document].pk}
            clauses[data["document_id"], row.data.path] = data
        existing = Clause.objects.filter(document__in=self.documents.values())
        self.clauses = self.writer.upsert(Clause, clauses, key=lambda c: (c.document_id, c.path), existing=existing)
        issues = {
            row.data.code: row.data.model_dump(exclude={"clauses", "document"})
            | {"document_id": self.documents[row.data.document].pk}
            for row in self.library.issues
        }
        self.issues = self.writer.upsert(
            DocumentIssue, issues, key=lambda i: i.code, existing=DocumentIssue.objects.filter(code__in=issues)
        )
        held = prefetched(self.issues, "clauses")
        for item in self.library.issues:
            issue = self.issues[item.data.code]
            self.writer.link(
                issue,
                issue.clauses,
                {self.clauses[issue.document_id, path].pk for path in item.data.clauses},
                held[issue.pk],
            )

    def _organizations(self) -> None:
        rows = {}
        for row in self.library.organizations:
            data = row.data.model_dump(exclude={"unit", "successor"}) | {"unit_id": self.tree.by_code[row.data.unit].pk}
            rows[row.data.code] = data
        existing = Organization.objects.filter(code__in=rows)
        self.organizations = self.writer.upsert(Organization, rows, key=lambda o: o.code, existing=existing)
        for row in self.library.organizations:
            organization = self.organizations[row.data.code]
            successor = self.organizations[row.data.successor] if row.data.successor else None
            if successor is not None and organization.successor_id != successor.pk:
                organization.successor = successor
                organization.save(update_fields=["successor"])

    def _programme(self) -> None:
        data = self.pack.programme.data
        document = self.documents[data.document]
        self.own_clauses = {path: clause for (owner, path), clause in self.clauses.items() if owner == document.pk}
        fields = data.model_dump(exclude={"jurisdiction", "document", "basis", "lead"}) | {
            "jurisdiction_id": self.tree.by_code[data.jurisdiction].pk, "document_id": document.pk,
            "basis_id": self.own_clauses[data.basis].pk, "lead_id": self.organizations[data.lead].pk,
        }  # fmt: skip
        kept = Programme.objects.filter(code=data.code).first()
        if kept is not None:  # set by the city once loaded (本市设定): a reload does not overrule it
            for name in ("cadence", "due_workdays", "lock_days", "ends_on"):
                if getattr(kept, name) != fields[name]:
                    self.writer.counts.kept.append(f"programme {name}")
                fields.pop(name)
        found = self.writer.upsert(
            Programme, {data.code: fields}, key=lambda p: p.code, existing=Programme.objects.filter(code=data.code)
        )
        self.programme = found[data.code]

    def _indicators(self) -> None:
        """Two passes: the reported ones first, because ratios and maxima point at them."""
        self.indicators: dict[str, Indicator] = {}
        rows = list(enumerate(self.pack.indicators, start=1))
        plain = [item for item in rows if not (item[1].data.numerator or item[1].data.maximum_indicator)]
        pointing = [item for item in rows if item[1].data.maximum_indicator and not item[1].data.numerator]
        ratios = [item for item in rows if item[1].data.numerator]
        for group in (plain, *_by_dependency(pointing, {row.data.code for _, row in plain}), ratios):
            wanted = {row.data.code: self._indicator_fields(row.data, position) for position, row in group}
            existing = Indicator.objects.filter(code__in=wanted)
            self.indicators |= self.writer.upsert(Indicator, wanted, key=lambda i: i.code, existing=existing)

    def _indicator_fields(self, data, position: int) -> dict:
        fields = data.model_dump(
            exclude={"numerator", "denominator", "maximum_indicator", "clause", "reported", "headline"}
        )
        for name in ("numerator", "denominator", "maximum_indicator"):
            code = getattr(data, name)
            fields[f"{name}_id"] = self.indicators[code].pk if code else None
        return fields | {
            "programme_id": self.programme.pk, "clause_id": self.own_clauses[data.clause].pk, "position": position,
            "is_reported": data.reported, "is_headline": data.headline,
        }  # fmt: skip

    def _series(self) -> None:
        """A value entered here stays with its source when the pack says unknown."""
        wanted = {}
        codes = {row.data.code for row in self.pack.series}
        known = ReferenceSeries.objects.filter(code__in=codes, value__isnull=False)
        entered = set(known.values_list("code", "unit_id", "group", "year"))
        for row in self.pack.series:
            fields = row.data.model_dump(exclude={"unit"}) | {"unit_id": self.tree.by_code[row.data.unit].pk}
            key = (row.data.code, fields["unit_id"], row.data.group, row.data.year)
            if row.data.value is None:
                fields.pop("value")
                if key in entered:
                    fields.pop("source")
            wanted[key] = fields
        self.writer.upsert(
            ReferenceSeries,
            wanted,
            key=lambda s: (s.code, s.unit_id, s.group, s.year),
            existing=ReferenceSeries.objects.filter(code__in=codes),
        )

    def _tasks(self) -> None:
        wanted = {}
        for row in self.pack.tasks:
            data = row.data
            wanted[data.number] = {
                **data.model_dump(include=TASK_FIELDS),
                "programme_id": self.programme.pk,
                "section": data.section_zh,
                "lead_id": self.organizations[data.lead].pk,
                "measures": data.measures,
                "clause_id": self.own_clauses[data.clause].pk,
            }
        tasks = self.writer.upsert(
            Task, wanted, key=lambda t: t.number, existing=Task.objects.filter(programme=self.programme)
        )
        held = prefetched(tasks, "responsible")
        for row in self.pack.tasks:
            task = tasks[row.data.number]
            self.writer.link(
                task, task.responsible, {self.organizations[code].pk for code in row.data.responsible}, held[task.pk]
            )

    def _duties(self) -> None:
        """Duties are added, never withdrawn: a duty that was closed here stays closed.

        A new duty changes what is expected of every unit above it, so the summaries of the periods there are made anew.
        """
        wanted: dict[tuple[int, int], dict] = {}
        for row in self.pack.duties:
            units = [unit for code in row.data.units for unit in self.tree.find(code)]
            for code in row.data.indicators:
                for unit in units:
                    pair = (self.indicators[code].pk, unit.pk)
                    wanted[pair] = {"indicator_id": pair[0], "unit_id": pair[1]}
        existing = ReportingDuty.objects.filter(indicator__programme=self.programme)
        before = set(existing.values_list("indicator_id", "unit_id"))
        self.writer.upsert(ReportingDuty, wanted, key=lambda d: (d.indicator_id, d.unit_id), existing=existing)
        periods = list(Period.objects.filter(programme=self.programme).values_list("pk", flat=True))
        mark_dirty((indicator, period) for indicator in {i for i, _unit in set(wanted) - before} for period in periods)


def _by_dependency(rows: list, known: set[str]) -> list[list]:
    """Group rows so that each points at an indicator of an earlier group. Raises PackRefused on a circle."""
    groups, left = [], list(rows)
    while left:
        ready = [item for item in left if item[1].data.maximum_indicator in known]
        if not ready:
            raise PackRefused([row.refuse("maximum_indicator points in a circle") for _, row in left])
        groups.append(ready)
        known |= {row.data.code for _, row in ready}
        left = [item for item in left if item not in ready]
    return groups
