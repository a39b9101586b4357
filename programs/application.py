"""The application of a declaration: its form, what was typed into it, and its values in words. Reads no rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.module_loading import import_string
from django.utils.translation import ngettext, pgettext

from programs.models import Declaration, DeclarationRevision
from programs.workflow import Workflow

ISO = re.compile(r"\d{4}-\d\d-\d\d\Z")
PAPER = "paper:"  # before the kind of a paper among the changes of a revision


def form_for(flow: Workflow, declaration: Declaration, data: Any = None) -> forms.Form | None:
    """The application's form: empty when nothing was typed yet; None when the workflow has none."""
    if not flow.form:
        return None
    form: forms.Form = import_string(flow.form)(data, project=declaration.project)
    form.auto_id = "id_form-%s"  # a refusal names the field ``form-<name>``
    for name, field in form.fields.items():
        typed = (data or {}).get(name) or ""
        if isinstance(field.widget, forms.DateInput) and (not typed or ISO.match(str(typed))):
            field.widget.input_type = "date"  # a browser's date input would not show anything else
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
    """(name, value) of every field of the form, in its order."""
    form = form_for(flow, declaration)
    if form is None:
        return []
    return [(str(field.label or name), in_words(data.get(name), field)) for name, field in form.fields.items()]


def lists_in(flow: Workflow, declaration: Declaration, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Lists a snapshot keeps beside the form, those that have a name: {name, columns, rows of texts}."""
    labels = {name: str(label) for name, label in flow.labels}
    found = []
    for key, rows in data.items():
        if key in labels and isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
            columns = [name for name in dict.fromkeys(name for row in rows for name in row) if name in labels]
            found.append(
                {
                    "name": labels[key],
                    "columns": [labels[name] for name in columns],
                    "rows": [[_coded(row.get(name), labels) for name in columns] for row in rows],
                }
            )
    return found


def _coded(value: Any, labels: Mapping[str, str]) -> str:
    """A cell of a list, codes in it by their names."""
    if isinstance(value, list):
        return in_words([labels.get(str(one), one) for one in value])
    return labels.get(value, value) if isinstance(value, str) and value else in_words(value)


def changes_in_words(
    flow: Workflow, declaration: Declaration, found: list[tuple[str, Any, Any]]
) -> list[tuple[str, str, str]]:
    """(name, then, now) of ``queries.declarations.changes``."""
    form, labels = form_for(flow, declaration), labels_of(flow, declaration)
    fields = form.fields if form is not None else {}
    return [
        (labels.get(key, key), _brief(then, fields.get(key)), _brief(now, fields.get(key))) for key, then, now in found
    ]


def _brief(value: Any, field: forms.Field | None) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return ngettext("%(n)s line", "%(n)s lines", len(value)) % {"n": len(value)}
    return in_words(value, field)


def newest_data(declaration: Declaration, revisions: list[DeclarationRevision]) -> dict[str, Any]:
    """What was handed in last; the draft when nothing was."""
    return revisions[0].data if revisions else declaration.draft
