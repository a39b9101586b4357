"""Finding things by name, pinyin, code or number, within the person's scope. One query per kind of thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.models import User
from policies.models import Clause, Document
from programs.models import Indicator, Programme, Task, Unit

LIMIT = 15
LONGEST = 60


@dataclass(frozen=True)
class Hit:
    """``where`` says where it belongs, ``detail`` what it is."""

    title: str
    url: str
    where: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Hits:
    """Hits of one kind; ``more``: there are others, a longer word finds them."""

    title: str | Promise
    hits: Sequence[Hit]
    more: bool


def search(user: User, text: str) -> list[Hits]:
    """Groups with at least one hit. Six queries, whatever the size; none for an empty text."""
    text = " ".join(text.split())[:LONGEST]
    if not text:
        return []
    groups = [
        _group(_("Units"), _units(user, text), _unit_hit), _group(_("Programmes"), _programmes(user, text), _programme_hit),
        _group(_("Indicators"), _indicators(user, text), _indicator_hit), _group(_("Tasks"), _tasks(user, text), _task_hit),
        _group(_("Clauses"), _clauses(text), _clause_hit), _group(_("Documents"), _documents(text), _document_hit),
    ]  # fmt: skip
    return [group for group in groups if group.hits]


def _group(title: Promise, rows: QuerySet, hit) -> Hits:
    found = list(rows[: LIMIT + 1])
    return Hits(title, [hit(row) for row in found[:LIMIT]], len(found) > LIMIT)


def _units(user: User, text: str) -> QuerySet:
    """By part of the name or pinyin, start of the code, or a name that is nearly the same. Exact names first, then higher levels."""
    letters = text.lower().replace(" ", "")
    near = Greatest(TrigramSimilarity("name", text), TrigramSimilarity("pinyin", letters))
    order = Case(
        When(Q(name=text) | Q(code=text), then=Value(0)),
        When(name__startswith=text, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return (
        Unit.objects.visible_to(user).filter(valid_to=None)
        .filter(Q(name__icontains=text) | Q(short_name__icontains=text) | Q(pinyin__icontains=letters) | Q(name_en__icontains=text) | Q(code__startswith=text) | Q(name__trigram_similar=text))
        .annotate(order=order, near=near, depth=_depth()).order_by("order", "depth", "-near", "code").select_related("parent__parent")
    )  # fmt: skip


def _depth() -> Case:
    return Case(
        *(When(level=level, then=Value(number)) for number, level in enumerate(Unit.Level.values)),
        output_field=IntegerField(),
    )


def _unit_hit(unit: Unit) -> Hit:
    above = pgettext("between a unit and the unit above", " · ").join(
        one.label for one in (unit.parent.parent if unit.parent else None, unit.parent) if one
    )
    return Hit(unit.label, reverse("unit", args=[unit.code]), above, unit.code)


def _named(text: str, *fields: str) -> Q:
    condition = Q()
    for field in fields:
        condition |= Q(**{f"{field}__icontains": text})
    return condition


def _programmes(user: User, text: str) -> QuerySet:
    return (
        Programme.objects.visible_to(user)
        .filter(_named(text, "name_zh", "name_en", "short_zh", "code"))
        .select_related("jurisdiction")
        .order_by("position")
    )


def _programme_hit(programme: Programme) -> Hit:
    return Hit(programme.name, reverse("programme", args=[programme.code]), programme.jurisdiction.label)


def _indicators(user: User, text: str) -> QuerySet:
    fields = ("name_zh", "name_en", "short_zh", "definition_zh", "code")
    return (
        Indicator.objects.visible_to(user)
        .filter(_named(text, *fields))
        .select_related("programme")
        .order_by("programme__position", "position")
    )


def _indicator_hit(indicator: Indicator) -> Hit:
    return Hit(
        indicator.name,
        reverse("programme", args=[indicator.programme.code]) + f"?indicator={indicator.code}",
        indicator.programme.short,
        indicator.measure,
    )


def _tasks(user: User, text: str) -> QuerySet:
    found = Task.objects.visible_to(user).filter(
        _named(text, "summary_zh", "summary_en", "section") | Q(responsible__name__icontains=text)
    )
    return found.select_related("programme").order_by("programme__position", "number").distinct()


def _task_hit(task: Task) -> Hit:
    return Hit(
        f"{task.number}. {task.summary}",
        reverse("programme-tasks", args=[task.programme.code]) + f"#task-{task.number}",
        task.programme.short,
    )


def _clauses(text: str) -> QuerySet:
    return (
        Clause.objects.filter(_named(text, "path", "title_zh", "title_en", "summary_zh", "summary_en"))
        .select_related("document")
        .order_by("document__code", "position")
    )


def _clause_hit(clause: Clause) -> Hit:
    return Hit(clause.path, clause.get_absolute_url(), str(clause.document), clause.summary[:80] or clause.title)


def _documents(text: str) -> QuerySet:
    return Document.objects.filter(_named(text, "title_zh", "title_en", "number", "issuer")).order_by("code")


def _document_hit(document: Document) -> Hit:
    return Hit(document.title, document.get_absolute_url(), document.issuer, document.number)
