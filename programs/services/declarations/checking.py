"""What stands in the way of a step, all of it at once: fields, papers, dates, the workflow's guards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from programs.errors import RuleViolation
from programs.fields import DayField
from programs.models import Declaration
from programs.services.deadlines import Deadlines, Window
from programs.services.declarations.context import StepContext
from programs.services.refusals import future_day
from programs.warnings import warnings_on
from programs.workflow import Fact, Transition, Workflow, workflow_of

WINDOW = "window"  # code of the rule about dates, for the reason of a soft one


def form_of(flow: Workflow, declaration: Declaration) -> forms.Form | None:
    """The application's form filled with its draft; None when the workflow has none."""
    if not flow.form:
        return None
    return import_string(flow.form)(declaration.draft, project=declaration.project)


def field_of(fact: Fact) -> forms.Field:
    """The form field of a fact."""
    common: dict[str, Any] = {"label": fact.name, "required": fact.is_required, "help_text": fact.help}
    if fact.kind == "date":
        return DayField(**common)
    if fact.kind == "number":
        return forms.DecimalField(max_digits=14, decimal_places=4, **common)
    if fact.kind == "choice":
        return forms.ChoiceField(choices=[("", "—"), *fact.choices], **common)
    return forms.CharField(max_length=300, **common)


def cleaned_facts(
    step: Transition, typed: Mapping[str, Any], today: date
) -> tuple[dict[str, Any], list[RuleViolation]]:
    """The step's fields as values, and what is wrong with them; a date is a day that has come."""
    values: dict[str, Any] = {}
    wrong = []
    for fact in step.facts:
        try:
            value = field_of(fact).clean(typed.get(fact.code))
        except ValidationError as error:
            wrong.append(
                RuleViolation(
                    "fact",
                    _("%(field)s: %(problem)s") % {"field": fact.name, "problem": " ".join(error.messages)},
                    field=f"fact-{fact.code}",
                    next_step=_("Fill in the field."),
                )
            )
            continue
        early = future_day(value, field=f"fact-{fact.code}", today=today) if fact.kind == "date" else None
        if early is not None:
            wrong.append(early)
        else:
            values[fact.code] = value
    return values, wrong


def find_problems(
    context: StepContext,
    *,
    wrong: list[RuleViolation],
    comment: str,
    number: str,
    decided_on: date,
    reasons: Mapping[str, str],
) -> list[dict[str, str]]:
    """Raise RuleViolation ``not_decidable`` with everything that blocks; answer the soft rules passed with a reason."""
    blocking = [*wrong, *_empty_fields(context.transition, comment, number), *_form_errors(context)]
    blocking += [*_wrong_day(context, decided_on), *_missing_papers(context)]
    overrides = []
    for violation, is_hard in (*_outside_window(context), *_guards(context), *_warned(context)):
        reason = reasons.get(violation.code, "").strip()
        if is_hard or not reason:
            blocking.append(violation if is_hard else _wants_reason(violation))
        else:
            overrides.append(
                {
                    "code": violation.code,
                    "message": violation.message,
                    "rule": str(violation.rule).rstrip("。."),  # it stands inside a sentence
                    "clause": violation.clause,
                    "reason": reason,
                }
            )
    if blocking:
        first = blocking[0]
        raise RuleViolation(
            "not_decidable",
            first.message
            if len(blocking) == 1
            else _("%(count)s things stand in the way; nothing was changed.") % {"count": len(blocking)},
            rule=first.rule if len(blocking) == 1 else "",
            clause=first.clause if len(blocking) == 1 else "",
            field=first.field if len(blocking) == 1 else "",
            next_step=first.next_step if len(blocking) == 1 else "",
            errors=blocking,
        )
    return overrides


def _empty_fields(step: Transition, comment: str, number: str) -> list[RuleViolation]:
    found = []
    if step.is_reverse and not comment.strip():
        found.append(
            RuleViolation(
                "comment_missing",
                _("%(step)s wants a reason.") % {"step": step.name},
                field="comment",
                next_step=_("Write what is wrong and what has to be done; the other side sees it."),
            )
        )
    if step.wants_number and not number.strip():
        found.append(
            RuleViolation(
                "number_missing",
                _("The number of the document is missing."),
                rule=str(step.rule),
                clause=step.clause,
                field="number",
                next_step=_("Enter the number of the paper this step stands on."),
            )
        )
    return found


def _wrong_day(context: StepContext, decided_on: date) -> list[RuleViolation]:
    """The paper of a step is not dated ahead, nor before the year that led to this cycle."""
    early = future_day(decided_on, field="decided_on", today=context.today)
    if early is not None:
        return [early]
    first = date(context.declaration.cycle.year - 1, 1, 1)
    if decided_on >= first:
        return []
    return [
        RuleViolation(
            "old_day",
            _("%(day)s lies before %(first)s, long before this application.") % {"day": decided_on, "first": first},
            rule=_("The paper of a step belongs to the application's own years."),
            field="decided_on",
            next_step=_("Enter the date that stands on the paper."),
        )
    ]


def _form_errors(context: StepContext) -> list[RuleViolation]:
    if not context.transition.saves_revision:
        return []
    form = form_of(workflow_of(context.declaration.workflow), context.declaration)
    if form is None or form.is_valid():
        return []
    return [
        RuleViolation(
            "form",
            _("%(field)s: %(problem)s")
            % {"field": form.fields[name].label if name in form.fields else _("Application"), "problem": problem},
            field=f"form-{name}",
            next_step=_("Correct the application and hand it in again."),
        )
        for name, problems in form.errors.items()
        for problem in problems
    ]


def _missing_papers(context: StepContext) -> list[RuleViolation]:
    flow = workflow_of(context.declaration.workflow)
    found = []
    for code in context.transition.documents:
        kind = flow.document(code)
        if kind is not None and code not in context.papers:
            found.append(
                RuleViolation(
                    "paper_missing",
                    _("“%(paper)s” is not attached.") % {"paper": kind.name},
                    rule=str(context.transition.rule),
                    clause=kind.clause or context.transition.clause,
                    field=f"paper-{code}",
                    next_step=_("Upload it under Papers, then take the step again."),
                )
            )
    return found


def _outside_window(context: StepContext) -> list[tuple[RuleViolation, bool]]:
    window = Deadlines([context.declaration]).window(context.declaration, context.transition.verb)
    if window is None or window.holds(context.today):
        return []
    early = window.opens is not None and context.today < window.opens
    return [
        (
            RuleViolation(
                WINDOW,
                _("Today is %(today)s; this step is possible %(dates)s.")
                % {"today": context.today, "dates": dates_of(window)},
                rule=_("Dates of the plan's calendar.") if window.clause else _("Dates set by the city."),
                clause=window.clause,
                field="" if window.is_hard else f"reason-{WINDOW}",
                next_step=_("Wait until it opens.")
                if early
                else _("Ask the city bureau for an exemption of this cohort, with its reason."),
            ),
            window.is_hard,
        )
    ]


def dates_of(window: Window) -> str:
    """``from … to …`` in words."""
    if window.opens and window.closes:
        return _("from %(first)s to %(last)s") % {"first": window.opens, "last": window.closes}
    if window.opens:
        return _("from %(first)s") % {"first": window.opens}
    return _("until %(last)s") % {"last": window.closes}


def _guards(context: StepContext) -> list[tuple[RuleViolation, bool]]:
    found = []
    for guard in context.transition.guards:
        problem = guard.check(context)
        if problem is not None:
            violation = RuleViolation(
                guard.code,
                problem.message,
                rule=str(guard.rule),
                clause=guard.clause or context.transition.clause,
                field=problem.field or (f"reason-{guard.code}" if not guard.is_hard else ""),
                next_step=problem.next_step,
            )
            found.append((violation, guard.is_hard))
    return found


def _warned(context: StepContext) -> list[tuple[RuleViolation, bool]]:
    """What stands against the place when a project is applied for there: never a block, always a written reason."""
    if not context.transition.saves_revision:
        return []
    found = [one for one in warnings_on(context.project.unit) if one.stops_projects]
    return [
        (
            RuleViolation(
                one.code,
                str(one.message),
                rule=_("A rural project planned at a sanctioned place wants a reason."),
                clause=one.clause,
                field=f"reason-{one.code}",
                next_step=str(one.next_step),
            ),
            False,
        )
        for one in found
    ]


def _wants_reason(violation: RuleViolation) -> RuleViolation:
    """The same violation, saying that a written reason lets it pass."""
    return RuleViolation(
        violation.code,
        violation.message,
        rule=str(violation.rule),
        clause=violation.clause,
        field=f"reason-{violation.code}",
        next_step=_("This rule is soft: put it right, or write why it is passed over."),
    )
