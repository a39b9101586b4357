"""What a declaration looks like from outside, in a list and in full, and what may be sent about it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from programs.api.rows import Row
from programs.api.writes import StrictInput
from programs.queries.declarations import DeclarationPage, Option, stage_name, verb_name


class DeclarationRow(Row):
    """One project's way through one procedure in one year."""

    id = serializers.IntegerField()
    project = serializers.CharField(source="project__code")
    programme = serializers.CharField(source="project__programme__code")
    unit = serializers.CharField(source="project__unit__code")
    year = serializers.IntegerField(source="cycle__year")
    workflow = serializers.CharField()
    stage = serializers.CharField()
    stage_since = serializers.DateTimeField()
    revision = serializers.IntegerField(help_text="Newest revision handed in; 0: none yet.")
    is_open = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class FactOut(serializers.Serializer):
    """A field the step asks for."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(["text", "date", "number", "choice"])
    is_required = serializers.BooleanField()
    choices = serializers.ListField(child=serializers.CharField(), help_text="Codes, for the kind choice.")


class StepOut(serializers.Serializer):
    """A step from the present stage. ``is_mine``: the caller may take it; otherwise ``who`` says who does."""

    verb = serializers.CharField()
    name = serializers.CharField()
    target = serializers.CharField()
    is_mine = serializers.BooleanField()
    who = serializers.CharField()
    refusal = serializers.CharField(help_text="Why the caller may not although the role is right.")
    opens = serializers.DateField(allow_null=True)
    closes = serializers.DateField(allow_null=True)
    is_provisional = serializers.BooleanField()
    clause = serializers.CharField()
    wants_number = serializers.BooleanField()
    wants_comment = serializers.BooleanField()
    documents = serializers.ListField(child=serializers.CharField())
    facts = FactOut(many=True)


class OverrideOut(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()
    rule = serializers.CharField()
    clause = serializers.CharField()
    reason = serializers.CharField()


class EvidenceOut(serializers.Serializer):
    attachment = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    sha256 = serializers.CharField()


class StepTaken(serializers.Serializer):
    """One step of the history; never changed afterwards."""

    verb = serializers.CharField()
    name = serializers.CharField()
    from_stage = serializers.CharField()
    to_stage = serializers.CharField()
    revision = serializers.IntegerField()
    actor = serializers.CharField(allow_null=True, help_text="null: a scheduled job.")
    office = serializers.CharField()
    comment = serializers.CharField()
    number = serializers.CharField()
    decided_on = serializers.DateField()
    at = serializers.DateTimeField()
    facts = serializers.DictField()
    overrides = OverrideOut(many=True)
    evidence = EvidenceOut(many=True)


class RevisionPaper(EvidenceOut):
    sm3 = serializers.CharField()


class DeclarationRevisionOut(serializers.Serializer):
    """What was handed in; never changed afterwards."""

    number = serializers.IntegerField()
    author = serializers.CharField()
    created_at = serializers.DateTimeField()
    data = serializers.DictField()
    papers = RevisionPaper(many=True)


class PaperOut(serializers.Serializer):
    """A paper attached now."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    sm3 = serializers.CharField()


class DeclarationFull(DeclarationRow):
    """A declaration in full. ``draft`` is null for whoever does not enter the application now."""

    stage_name = serializers.CharField()
    next = serializers.CharField(help_text="What happens next and who acts.")
    draft = serializers.DictField(allow_null=True)
    steps = StepOut(many=True)
    papers = PaperOut(many=True)
    revisions = DeclarationRevisionOut(many=True)
    history = StepTaken(many=True)


class StartInput(StrictInput):
    """A declaration to be opened; the one there is comes back when there is one."""

    project = serializers.CharField(max_length=60)
    year = serializers.IntegerField(min_value=2000, max_value=2100)


class DeclarationDraftInput(StrictInput):
    """Fields of the application, as typed. ``expected``: the draft the caller started from; another one is 409."""

    data = serializers.DictField()
    expected = serializers.DictField(required=False, allow_null=True, default=None)


class DecideInput(StrictInput):
    """A step. ``revision``: the one the caller looked at; a newer one is 409."""

    verb = serializers.SlugField(max_length=40)
    revision = serializers.IntegerField(
        min_value=0, max_value=2_000_000_000, required=False, allow_null=True, default=None
    )
    comment = serializers.CharField(max_length=2000, allow_blank=True, required=False, default="")
    number = serializers.CharField(max_length=60, allow_blank=True, required=False, default="")
    decided_on = serializers.DateField(required=False, allow_null=True, default=None)
    facts = serializers.DictField(
        child=serializers.CharField(max_length=300, allow_blank=True), required=False, default=dict
    )
    reasons = serializers.DictField(
        child=serializers.CharField(max_length=500, allow_blank=True),
        required=False,
        default=dict,
        help_text="By code of a soft rule: why it is passed over.",
    )
    evidence = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), required=False, default=list, max_length=50
    )


def declaration_out(page: DeclarationPage) -> dict[str, Any]:
    """See ``DeclarationFull``."""
    one, flow = page.declaration, page.flow
    return {
        "id": one.pk, "project": one.project.code, "programme": one.project.programme.code, "unit": one.project.unit.code,
        "year": one.cycle.year, "workflow": one.workflow, "stage": one.stage, "stage_since": one.stage_since, "revision": one.revision,
        "is_open": one.is_open, "created_at": one.created_at, "stage_name": stage_name(flow, one.stage), "next": str(page.stage.next),
        "draft": one.draft if page.is_editable else None,
        "steps": [_step(option) for option in page.options],
        "papers": [
            {
                "id": paper.pk, "kind": paper.kind, "name": paper.name, "version": paper.version, "size": paper.file.size,
                "sha256": paper.file.sha256, "sm3": paper.file.sm3,
            } for paper in page.current_papers
        ],
        "revisions": [
            {
                "number": row.number, "author": row.author.full_name, "created_at": row.created_at, "data": row.data, "papers": row.papers,
            } for row in reversed(page.revisions)
        ],
        "history": [
            {
                "verb": row.verb, "name": verb_name(flow, row), "from_stage": row.from_stage, "to_stage": row.to_stage, "revision": row.revision,
                "actor": row.actor.full_name if row.actor else None, "office": row.office, "comment": row.comment, "number": row.number,
                "decided_on": row.decided_on, "at": row.at, "facts": row.facts, "overrides": row.overrides, "evidence": row.evidence,
            } for row in page.decisions
        ],
    }  # fmt: skip


def _step(option: Option) -> dict[str, Any]:
    step, window = option.step, option.window
    return {
        "verb": step.verb, "name": str(step.name), "target": step.target, "is_mine": option.is_mine, "who": option.who,
        "refusal": str(option.refusal.message) if option.refusal else "",
        "opens": window.opens if window else None, "closes": window.closes if window else None,
        "is_provisional": bool(window and window.provisional), "clause": (window.clause if window else "") or step.clause,
        "wants_number": step.wants_number, "wants_comment": step.is_reverse, "documents": list(step.documents),
        "facts": [
            {
                "code": fact.code, "name": str(fact.name), "kind": fact.kind, "is_required": fact.is_required,
                "choices": [code for code, _label in fact.choices],
            } for fact in step.facts
        ],
    }  # fmt: skip
