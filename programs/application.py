"""The application of a declaration: its form, what was typed into it, and its values in words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.http import QueryDict
from django.utils.module_loading import import_string
from django.utils.translation import pgettext

from programs.models import Decision, Declaration, DeclarationRevision
from programs.templatetags.luoshi import TEN_THOUSAND, format_number
from programs.workflow import Workflow, workflow_of

FIGURE = re.compile(r"-?\d+\.\d+\Z")  # how a revision keeps a Decimal
PAPER = "paper:"  # before the kind of a paper among the changes of a revision


def form_for(flow: Workflow, declaration: Declaration, data: Any = None) -> forms.Form | None:
    """The application's form: empty when nothing was typed yet; None when the workflow has none."""
    if not flow.form:
        return None
    form: forms.Form = import_string(flow.form)(data, project=declaration.project)
    form.auto_id = "id_form-%s"  # a refusal names the field ``form-<name>``
    return form


def read_typed(flow: Workflow, declaration: Declaration, post: QueryDict) -> dict[str, Any]:
    """What stands in the inputs, exactly as typed, over what the draft already keeps."""
    form = form_for(flow, declaration, post)
    if form is None:
        return dict(declaration.draft)
    typed = {
        name: field.widget.value_from_datadict(post, post, form.add_prefix(name)) for name, field in form.fields.items()
    }
    return declaration.draft | typed


def soften(form: forms.Form) -> forms.Form:
    """Leave out the complaints about empty fields: nobody has handed in yet."""
    for name, errors in list(form.errors.items()):
        kept = [error for error in errors.as_data() if error.code != "required"]
        if kept:
            form.errors[name] = form.error_class(kept)
        else:
            del form.errors[name]
    return form


def labels_of(flow: Workflow, declaration: Declaration) -> dict[str, str]:
    """Names of fields, of the lists a snapshot keeps (``Workflow.labels``), and of papers."""
    form = form_for(flow, declaration)
    found = {PAPER + kind.code: str(kind.name) for kind in flow.documents}
    if form is not None:
        found |= {name: str(field.label or name) for name, field in form.fields.items()}
    return found | {name: str(label) for name, label in flow.labels}


def in_words(value: Any, field: forms.Field | None = None) -> str:
    """A value of an application as text; ``—`` when nothing was said."""
    if value in (None, "", [], {}):
        return "—"
    if isinstance(value, bool):
        return pgettext("answer", "yes") if value else pgettext("answer", "no")
    choices = {str(key): str(label) for key, label in flat_choices(field)}
    if isinstance(value, list):
        return pgettext("between names", ", ").join(choices.get(str(one), str(one)) for one in value)
    return choices.get(str(value), str(value))


def flat_choices(field: forms.Field | None) -> list[tuple[Any, Any]]:
    """Choices of a field without their groups."""
    found: list[tuple[Any, Any]] = []
    for key, label in getattr(field, "choices", []):
        found += label if isinstance(label, (list, tuple)) else [(key, label)]
    return found


def shown(flow: Workflow, declaration: Declaration, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, value) of every field of the form, in its order; then of what a snapshot keeps besides lists of lines."""
    form = form_for(flow, declaration)
    fields = form.fields if form is not None else {}
    found = [(str(field.label or name), in_words(data.get(name), field)) for name, field in fields.items()]
    labels = names_of(flow)
    return found + [
        (label, cell(flow, key, data[key], labels))
        for key, label in labels.items()
        if key in data and key not in fields and not _is_lines(data[key])
    ]


def lists_in(flow: Workflow, declaration: Declaration, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Lists a snapshot keeps beside the form, those that have a name: {name, columns, rows of texts}."""
    labels = names_of(flow)
    found = []
    for key, label in labels.items():
        rows = data.get(key) or []
        if _is_lines(rows):
            named = {name for row in rows for name in row}
            columns = [name for name in labels if name in named]
            found.append(
                {
                    "name": label,
                    "columns": [labels[name] for name in columns],
                    "rows": [[cell(flow, name, row.get(name), labels) for name in columns] for row in rows],
                }
            )
    return found


def names_of(flow: Workflow) -> dict[str, str]:
    """What the keys, columns and codes of a snapshot are called, in the order in which people read them."""
    return {name: str(label) for name, label in flow.labels}


def _is_lines(value: Any) -> bool:
    """Whether a value of a snapshot is a list of lines: a table."""
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def cell(flow: Workflow, key: str, value: Any, labels: Mapping[str, str]) -> str:
    """One value of a snapshot in words: codes by their names, money in 10,000 yuan, figures without idle zeros."""
    if isinstance(value, list):
        return in_words([labels.get(str(one), one) for one in value])
    if key in flow.yuan and value not in (None, ""):
        return format_number(Decimal(str(value)) / TEN_THOUSAND)
    if isinstance(value, str) and value:
        return (
            labels.get(f"{key}:{value}")
            or labels.get(value)
            or (format_number(Decimal(value)) if FIGURE.match(value) else value)
        )
    return in_words(value)


def changes_in_words(
    flow: Workflow, declaration: Declaration, found: list[tuple[str, Any, Any]]
) -> list[tuple[str, str, str]]:
    """(name, then, now) of ``queries.declarations.changes``; of a table only the lines that differ."""
    form, labels = form_for(flow, declaration), labels_of(flow, declaration)
    fields = form.fields if form is not None else {}
    rows = []
    for key, then, now in found:
        if _is_lines(then) or _is_lines(now):
            old, new = then or [], now or []
            words = [
                _lines(flow, [row for row in old if row not in new], labels),
                _lines(flow, [row for row in new if row not in old], labels),
            ]
        else:
            words = [
                in_words(value, fields[key]) if key in fields else cell(flow, key, value, labels)
                for value in (then, now)
            ]
        rows.append((labels.get(key, key), words[0], words[1]))
    return rows


def _lines(flow: Workflow, rows: list[dict[str, Any]], labels: Mapping[str, str]) -> str:
    """Lines of a table as text, one below the other: ``Builder 示例村; Place 村口``."""
    between = pgettext("between facts", "; ")
    return (
        "\n".join(
            between.join(f"{label} {cell(flow, key, row[key], labels)}" for key, label in labels.items() if key in row)
            for row in rows
        )
        or "—"
    )


def newest_data(declaration: Declaration, revisions: list[DeclarationRevision]) -> dict[str, Any]:
    """What was handed in last; while nothing was, the draft and what a snapshot would keep of the place today."""
    if revisions:
        return revisions[0].data
    flow = workflow_of(declaration.workflow)
    kept = import_string(flow.snapshot)(declaration.project) if flow.snapshot else {}
    return declaration.draft | json.loads(json.dumps(kept, cls=DjangoJSONEncoder))


def facts_of(flow: Workflow, decision: Decision) -> list[tuple[str, str]]:
    """(name, value) of what a step asked for beside its comment; the code where the workflow no longer has the field."""
    step = flow.transition(decision.from_stage, decision.verb)
    facts = {fact.code: fact for fact in step.facts} if step else {}
    found = []
    for code, value in decision.facts.items():
        if value in (None, ""):
            continue
        fact = facts.get(code)
        words = dict(fact.choices).get(value, value) if fact else value
        found.append((str(fact.name) if fact else code, str(words)))
    return found
