"""Conditions of the rivers' steps. Every number comes from a ``Standard`` row, every sentence names both numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from programs.access import read_access
from programs.models import Decision, Inspection, Purpose
from programs.services.deadlines import Deadlines
from programs.services.declarations import StepContext
from programs.workflow import Problem
from rivers.forms import SelfEvaluationForm
from rivers.models import WaterQuality
from rivers.queries import classes_of, months_before_evaluation, months_of, standard_of, template_of

EVALUATED = ("evaluated", "province_evaluated")  # stages that an evaluation that was passed leads to
METHODS = ("papers", "site", "opinion", "satisfaction")
OF_INSPECTION = {"documents": "papers", "on_site": "site", "discussion": "opinion", "public": "satisfaction"}


def own_side(context: StepContext) -> Problem | None:
    """A city's grant does not apply or build for a county; the unit that answers for the water does."""
    unit = context.project.unit
    if context.actor is None or read_access(context.actor).acting(
        context.transition.roles, levels=(unit.level,), unit=unit, programme=context.project.programme
    ):
        return None
    return Problem(
        _("This step is %(unit)s's own; a role of another level does not act for it.") % {"unit": unit},
        _("Ask %(unit)s to take it.") % {"unit": unit},
    )


def filing_score(context: StepContext) -> Problem | None:
    """80 or more, 80 included; from the closed self-evaluation where a template is published, else as typed."""
    standard = standard_of(context.project)
    if standard is None or standard.filing_score is None:
        return None
    if template_of(context.project, Purpose.SELF_EVALUATION) is not None:
        inspection = context.inspection(Purpose.SELF_EVALUATION)
        if inspection is None:
            return _not_scored(_("self-evaluation"))
        score = inspection.total
    else:
        form = SelfEvaluationForm(context.declaration.draft, project=context.project)
        if not form.is_valid():
            return None  # the form's own errors say it
        score = form.cleaned_data["score"]
    return _too_low(score, standard.filing_score, _("may be filed"))


def naming_score(context: StepContext) -> Problem | None:
    """90 or more, 90 included; from the closed evaluation where a template is published, else the recorded total."""
    standard = standard_of(context.project)
    if standard is None or standard.naming_score is None:
        return None
    if template_of(context.project, Purpose.EVALUATION) is not None:
        inspection = context.inspection(Purpose.EVALUATION)
        if inspection is None:
            return _not_scored(_("evaluation"))
        return _too_low(inspection.total, standard.naming_score, _("may be named"))
    score = context.facts.get("score")
    if score is None or not context.facts.get("paper"):
        return Problem(
            _("No score template is published for this level, and the total or the number of its paper is missing."),
            _(
                "Enter the total and the number of the paper it stands in; or have the template entered and score by it."
            ),
            field="fact-score" if score is None else "fact-paper",
        )
    if not 0 <= score <= 100:
        return Problem(
            _("%(score)s is no score; it runs from 0 to 100.") % {"score": _plain(score)},
            _("Correct the total."),
            field="fact-score",
        )
    return _too_low(score, standard.naming_score, _("may be named"), field="fact-score")


def four_methods(context: StepContext) -> Problem | None:
    """All four ways of evaluating were used."""
    inspection = context.inspection(Purpose.EVALUATION)
    used = methods_used(inspection) if inspection else [m for m in METHODS if context.facts.get(m) == "yes"]
    missing = [name for code, name in method_names() if code not in used]
    if not missing:
        return None
    return Problem(
        _("Not used yet: %(methods)s.") % {"methods": pgettext("between names", ", ").join(missing)},
        _("An evaluation takes all four ways; carry out the missing one, then record it."),
    )


def methods_used(inspection: Inspection) -> list[str]:
    """The four ways of an evaluation among those an inspection's closing form knows (programs.forms_inspections)."""
    used = {OF_INSPECTION.get(code, code) for code in inspection.methods}
    return [code for code in METHODS if code in used]


def method_names() -> list[tuple[str, str]]:
    return [
        ("papers", _("reading the papers")),
        ("site", _("checking on site")),
        ("opinion", _("joint appraisal")),
        ("satisfaction", _("satisfaction of the public")),
    ]


def water_class(context: StepContext) -> Problem | None:
    """Every month of the year class Ⅳ or better: the largest number is at most 4. A missing month is not passed."""
    standard = standard_of(context.project)
    if standard is None or standard.worst_grade is None:
        return None
    months = months_before_evaluation(context.year, standard.quality_months)
    water = context.project.water
    rows = months_of(classes_of([water], months[0], months[-1])[water.pk], months)
    missing = [row.month for row in rows if row.grade is None]
    bad = [row for row in rows if row.grade is not None and row.grade > standard.worst_grade]
    limit = WaterQuality.Grade(standard.worst_grade).label
    if bad:
        return Problem(
            _("%(months)s: worse than class %(limit)s; the limit holds in every month.")
            % {"months": _join(f"{row.month:%Y-%m} {row.label}" for row in bad), "limit": limit},
            _("A happy river keeps the class all year: it cannot pass this year."),
        )
    if missing:
        return Problem(
            _("%(count)s of %(all)s months have no class: %(months)s.")
            % {"count": len(missing), "all": len(rows), "months": _join(f"{month:%Y-%m}" for month in missing)},
            _("Record the measured class of these months; a missing month is not a passed one."),
        )
    return None


def built_in_time(context: StepContext) -> Problem | None:
    """The day of completion lies in the building season of the cycle (or the cohort is exempted)."""
    day: date | None = context.facts.get("built_on")
    if day is None:
        return None
    window = Deadlines([context.declaration]).window(context.declaration, context.transition.verb)
    if window is None or window.holds(day):
        return None
    return Problem(
        _("%(day)s lies outside the building season %(first)s to %(last)s.")
        % {"day": day, "first": window.opens, "last": window.closes},
        _("Correct the date, or ask the city river-chief office for an exemption with its reason."),
        "fact-built_on",
    )


def notice_is_posted(context: StepContext) -> Problem | None:
    """A notice of the last evaluation's result is up, or has been."""
    from programs.services.notices import posting_problem

    return posting_problem(context.declaration, result=_last_evaluation(context))


def _last_evaluation(context: StepContext) -> Decision | None:
    """The decision whose result is published: the city's, or the province's after it. None: loaded at a later stage."""
    return context.declaration.decisions.filter(to_stage__in=EVALUATED).order_by("-id").first()


def publicity_is_over(context: StepContext) -> Problem | None:
    """Five working days have passed on the last evaluation's result and no major and true objection stands."""
    from programs.services.notices import publicity_problem

    return publicity_problem(context.declaration, result=_last_evaluation(context))


def objection_stops(context: StepContext) -> Problem | None:
    """Naming is stopped only on a judged objection that is major and true."""
    from programs.queries.notices import notice_of, precedes

    notice, result = notice_of(context.declaration), _last_evaluation(context)
    if notice is not None and result is not None and precedes(notice, result):
        notice = None  # an objection to an earlier result
    for objection in notice.objections.select_related("item") if notice else ():
        concerns = objection.item is None or objection.item.declaration_id == context.declaration.pk
        if objection.stops and concerns:
            return None
    return Problem(
        _("No objection to this water is judged as major and true."),
        _("Judge the objections under Notices first; any other objection does not stop a naming."),
    )


def _too_low(score: Decimal | None, least: Decimal, what: str, field: str = "") -> Problem | None:
    if score is not None and score >= least:
        return None
    return Problem(
        _("%(score)s points; from %(least)s points on a water %(what)s.")
        % {"score": _plain(score) if score is not None else "—", "least": _plain(least), "what": what},
        _("Put right what cost points and evaluate again; the score itself is not adjusted."),
        field=field,
    )


def _not_scored(name: str) -> Problem:
    return Problem(
        _("The %(name)s by the published score template is not closed.") % {"name": name},
        _("Score it under Inspections and close it, then take the step."),
    )


def _plain(value: Decimal) -> str:
    """90.0000 → 90, 79.9900 → 79.99."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _join(parts) -> str:
    return pgettext("between names", ", ").join(parts)
