"""The six steps of the happy rivers (part 3 of the plan), for the province's, the city's and the county's list.

``Cycle.year`` is the year Y of the self-evaluation; building ends and evaluation follows in Y+1. The plan has no recheck
and no revocation for waters (DI13), so there is none here.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.models import Purpose, Role, Unit
from programs.workflow import DocumentKind, Fact, Guard, Stage, Transition, Workflow
from rivers import guards
from rivers.clauses import clause
from rivers.models import WaterBody

ReservoirClass = WaterBody.ReservoirClass
CITY, COUNTY = Unit.Level.CITY, Unit.Level.COUNTY
OWN = (COUNTY, CITY)  # the unit that answers for the water, which is the city for four of them
ENTERS, HANDS_IN, DECIDES = (Role.REPORTER,), (Role.REVIEWER, Role.APPROVER), (Role.APPROVER,)
COUNTY_DECIDES = (Role.REVIEWER, Role.APPROVER)
YES_NO = (("yes", _("yes")), ("no", _("no")))

OWN_SIDE = Guard("own_side", _("The unit that answers for the water takes its own steps."), guards.own_side, own_side=True)  # fmt: skip
FILING = Guard("filing_score", _("80 points or more may be filed."), guards.filing_score, clause=clause("filing"), inspection=Purpose.SELF_EVALUATION)  # fmt: skip
NAMING = Guard("naming_score", _("90 points or more may be named."), guards.naming_score, clause=clause("evaluate"), inspection=Purpose.EVALUATION)  # fmt: skip
ALL_METHODS = Guard("four_methods", _("Papers, site, joint appraisal and the public's satisfaction."), guards.four_methods, clause=clause("evaluate"))  # fmt: skip
WATER_CLASS = Guard("water_class", _("The water keeps class Ⅳ or better all year; a smaller class is better."), guards.water_class, clause=clause("quality"))  # fmt: skip
IN_TIME = Guard("built_in_time", _("Built from November to September of the next year."), guards.built_in_time, clause=clause("build"))  # fmt: skip
POSTED = Guard("notice_posted", _("The result is published before naming."), guards.notice_is_posted, clause=clause("publicity"))  # fmt: skip
PUBLICITY = Guard("publicity", _("Five working days without a major and true objection."), guards.publicity_is_over, clause=clause("publicity"))  # fmt: skip
STOPS = Guard("objection_stops", _("Only a major and true objection stops a naming."), guards.objection_stops, clause=clause("publicity"))  # fmt: skip

SELF_EVALUATION = DocumentKind("self_evaluation", _("Self-evaluation report with its score"), clause("filing"))
CONSENT = DocumentKind("consent", _("Consent of the county-level government"), clause("filing"))
PROVINCE_REPORT = DocumentKind("province_report", _("Report to the province with the city government's consent"), clause("review"))  # fmt: skip
BUILD_PLAN = DocumentKind("build_plan", _("Building plan"), clause("plan"))
TECH_OPINION = DocumentKind("tech_opinion", _("Opinion of the technical review"), clause("plan"))

METHOD_FACTS = tuple(
    Fact(code, name, kind="choice", is_required=False, choices=YES_NO)
    for code, name in (
        ("papers", _("Papers were read")),
        ("site", _("The site was checked")),
        ("opinion", _("Departments and experts appraised it together")),
        ("satisfaction", _("The public's satisfaction was asked")),
    )
)
FOUND = (
    Fact("score", _("Total score"), kind="number", is_required=False, help=_("Only while no score template is published for the level; with one, the closed evaluation counts.")),
    Fact("paper", _("Number of the paper with the total"), is_required=False),
    Fact("satisfied", _("Satisfied people, per cent"), kind="number", is_required=False),
    Fact("panel", _("Departments and experts that took part"), is_required=False),
)  # fmt: skip

# names of what a revision keeps of a water (rivers.services.outcomes.snapshot), and of the codes in it
LABELS = (
    ("seq", _("Number in the plan's list")), ("segment", _("Reach or class")), ("length_km", _("Length, km")),
    ("length_is_approximate", _("The length is approximate")), ("reservoir_class", _("Class of the reservoir")),
    ("responsible", _("Responsible")), *((f"reservoir_class:{code}", name) for code, name in ReservoirClass.choices),
)  # fmt: skip

PLANNED = Stage("planned", _("Listed, no application yet"), next=_("The river-chief office evaluates the water itself and enters the score by 31 October."))  # fmt: skip
SELF_EVALUATED = Stage("self_evaluated", _("Self-evaluated"), next=_("The government's consent is attached and the application handed in by 31 October."))  # fmt: skip
SUBMITTED = Stage("submitted", _("Handed in"), next=_("The city river-chief office reviews it."))
REVIEWED = Stage("reviewed", _("Reviewed"), next=_("The building plan is written and handed in."))
PLAN_DRAFTED = Stage("plan_drafted", _("Building plan handed in"), next=_("The city reviews the plan technically."))
TECH_REVIEWED = Stage("tech_reviewed", _("Plan reviewed"), next=_("Building begins on 1 November."))
BUILDING = Stage("building", _("Under construction"), next=_("Building is finished by 30 September."))
BUILT = Stage("built", _("Built"), next=_("The city river-chief office evaluates it in October with departments and experts."))  # fmt: skip
EVALUATED = Stage("evaluated", _("Evaluated"), next=_("The result is published for five working days."), publishes=True)  # fmt: skip
PUBLICISED = Stage("publicised", _("Published"), next=_("After five working days without a major and true objection it is named."), publishes=True)  # fmt: skip
NAMED = Stage("named", _("Named"), next=_("It enters the register and the sign of the river chiefs is updated."))
REGISTERED = Stage("registered", _("Registered, sign updated"), is_final=True)
RETURNED = Stage("returned", _("Returned"), next=_("The river-chief office puts it right and evaluates again."), is_main=False)  # fmt: skip
FAILED = Stage("failed", _("Evaluation not passed"), next=_("A new application may be made in a later year."), is_main=False, is_final=True)  # fmt: skip
STOPPED = Stage("stopped", _("Naming stopped by an objection"), next=_("A new application may be made in a later year."), is_main=False, is_final=True)  # fmt: skip

NOTE_BUILT = ("rivers.services.outcomes.note_built",)
NOTE_PASSED, NOTE_FAILED = ("rivers.services.outcomes.note_passed",), ("rivers.services.outcomes.note_failed",)
NOTE_NAMED = ("rivers.services.outcomes.note_named", "subsidies.services.awards.create")
NOTE_REGISTERED = ("rivers.services.outcomes.note_registered",)
REGISTER_FACTS = (
    Fact("register_number", _("Number in the register")),
    Fact("sign_updated_on", _("Sign updated on"), kind="date"),
)


def _self_evaluate() -> Transition:
    return Transition(
        "self_evaluate", ("planned", "returned"), "self_evaluated", _("Enter the self-evaluation"), ENTERS, OWN,
        rule=_("Self-evaluated by the end of October; 80 points or more may be filed."), clause=clause("filing"),
        guards=(OWN_SIDE, FILING), documents=("self_evaluation",), hands_in=True, saves_revision=True, done=_("self-evaluated"),
    )  # fmt: skip


def _take_back() -> Transition:
    return Transition(
        "take_back", ("self_evaluated",), "planned", _("Take back"), ENTERS, OWN, guards=(OWN_SIDE,), is_reverse=True,
        done=_("took back"),
    )  # fmt: skip


def _building() -> tuple[Transition, ...]:
    return (
        Transition(
            "start_building", ("tech_reviewed",), "building", _("Start building"), ENTERS + HANDS_IN, OWN,
            rule=_("Built from November to September of the next year."), clause=clause("build"), guards=(OWN_SIDE,),
            hands_in=True, done=_("began building"),
        ),
        Transition(
            "finish_building", ("building",), "built", _("Report completion"), ENTERS + HANDS_IN, OWN,
            rule=_("Built from November to September of the next year."), clause=clause("build"), guards=(OWN_SIDE, IN_TIME),
            facts=(Fact("built_on", _("Completed on"), kind="date"),), hands_in=True, effects=NOTE_BUILT, done=_("reported completion"),
        ),
    )  # fmt: skip


def _naming(last_evaluation: str) -> tuple[Transition, ...]:
    """Publicity, name and register."""
    return (
        Transition(
            "publicise", (last_evaluation,), "publicised", _("Result is published"), DECIDES, (CITY,),
            rule=_("Published for five working days."), clause=clause("publicity"), guards=(POSTED,), decides=True, done=_("published the result"),
        ),
        Transition(
            "name", ("publicised",), "named", pgettext_lazy("step with a water", "Name"), DECIDES, (CITY,), rule=_("Named by the city government after publicity."),
            clause=clause("publicity"), guards=(PUBLICITY,), decides=True, wants_number=True, effects=NOTE_NAMED, done=_("named"),
        ),
        Transition(
            "stop", ("publicised",), "stopped", _("Stop the naming"), DECIDES, (CITY,), clause=clause("publicity"), guards=(STOPS,),
            decides=True, is_reverse=True, done=_("stopped the naming"),
        ),
        Transition(
            "register", ("named",), "registered", _("Enter into the register"), DECIDES, (CITY,), clause=clause("publicity"),
            facts=REGISTER_FACTS, effects=NOTE_REGISTERED, done=_("registered"),
        ),
    )  # fmt: skip


def _city_side(*, is_provincial: bool) -> tuple[Transition, ...]:
    """From the hand-in to the register. Provincial steps are recorded by the city with the number of their paper."""
    plan_sources = ("province_review",) if is_provincial else ("reviewed",)
    plan_checked = "chief_approved" if is_provincial else "plan_drafted"
    last_evaluation = "province_evaluated" if is_provincial else "evaluated"
    return_sources = ("submitted", "reviewed", "province_review") if is_provincial else ("submitted", "reviewed")
    return (
        Transition(
            "return_own", ("self_evaluated",), "returned", _("Return to the office"), HANDS_IN, OWN, guards=(OWN_SIDE,),
            decides=True, is_reverse=True, done=_("returned"),
        ),
        Transition(
            "submit", ("self_evaluated",), "submitted", _("Hand in to the city"), HANDS_IN, OWN,
            rule=_("Filed with the consent of the county-level government."), clause=clause("filing"), guards=(OWN_SIDE, FILING),
            documents=("consent",), hands_in=True, wants_number=True, done=_("handed in"),
        ),
        Transition(
            "withdraw", ("submitted",), "planned", _("Withdraw"), ENTERS + HANDS_IN, OWN, guards=(OWN_SIDE,), is_reverse=True, done=_("withdrew"),
        ),
        Transition(
            "review", ("submitted",), "reviewed", _("Pass the review"), DECIDES, (CITY,),
            rule=_("Reviewed level by level."), clause=clause("review"), decides=True, done=_("passed the review"),
        ),
        Transition(
            "return", return_sources, "returned", _("Return"), DECIDES, (CITY,), clause=clause("review"), decides=True, is_reverse=True, done=_("returned"),
        ),
        Transition(
            "draft_plan", plan_sources, "plan_drafted", _("Hand in the building plan"), ENTERS + HANDS_IN, OWN,
            rule=_("The river-chief office leads, the water bureau writes the plan."), clause=clause("plan"), guards=(OWN_SIDE,),
            documents=("build_plan",), hands_in=True, done=_("handed in the plan"),
        ),
        Transition(
            "return_plan", ("plan_drafted", "chief_approved") if is_provincial else ("plan_drafted",), plan_sources[0], _("Return the plan"), DECIDES, (CITY,),
            clause=clause("plan"), decides=True, is_reverse=True, done=_("returned the plan"),
        ),
        Transition(
            "tech_review", (plan_checked,), "tech_reviewed",
            _("Record the review by the provincial office") if is_provincial else _("Pass the technical review"), DECIDES, (CITY,),
            rule=_("The plan is reviewed before building."), clause=clause("plan"), documents=("tech_opinion",),
            wants_number=is_provincial, decides=True, done=_("reviewed the plan"),
        ),
        *_building(),
        Transition(
            "evaluate", ("built",), "evaluated", _("Pass the evaluation"), DECIDES, (CITY,),
            rule=_("Evaluated in October with four methods; 90 points or more."), clause=clause("evaluate"),
            guards=(NAMING, ALL_METHODS, WATER_CLASS), facts=(*FOUND, *METHOD_FACTS), accepts=True, effects=NOTE_PASSED, done=_("passed the evaluation"),
        ),
        Transition(
            "fail", ("built", "evaluated") if is_provincial else ("built",), "failed", _("Record as not passed"), DECIDES, (CITY,), clause=clause("evaluate"),
            facts=(*FOUND, *METHOD_FACTS), accepts=True, is_reverse=True, effects=NOTE_FAILED, done=_("did not pass"),
        ),
        *_naming(last_evaluation),
    )  # fmt: skip


CITY_FLOW = Workflow(
    code="rivers-city",
    name=_("Happy river of the city's list"),
    version=1,
    stages=(
        PLANNED, SELF_EVALUATED, SUBMITTED, REVIEWED, PLAN_DRAFTED, TECH_REVIEWED, BUILDING, BUILT, EVALUATED, PUBLICISED, NAMED,
        REGISTERED, RETURNED, FAILED, STOPPED,
    ),
    transitions=(_self_evaluate(), _take_back(), *_city_side(is_provincial=False)),
    documents=(SELF_EVALUATION, CONSENT, BUILD_PLAN, TECH_OPINION),
    form="rivers.forms.SelfEvaluationForm",
    snapshot="rivers.services.outcomes.snapshot",
    labels=LABELS,
)  # fmt: skip

PROVINCE_FLOW = Workflow(
    code="rivers-province",
    name=_("Happy river of the province's list"),
    version=1,
    stages=(
        PLANNED, SELF_EVALUATED, SUBMITTED,
        Stage("reviewed", _("Reviewed by the city"), next=_("With the city government's consent it is reported to the province.")),
        Stage("province_review", _("Reported to the province"), next=_("The building plan is written and handed in.")),
        Stage("plan_drafted", _("Building plan handed in"), next=_("The city's river chief approves the plan.")),
        Stage("chief_approved", _("Plan approved by the city's river chief"), next=_("The provincial office reviews the plan; the city records it.")),
        TECH_REVIEWED, BUILDING, BUILT,
        Stage("evaluated", _("Evaluated by the city"), next=_("The province evaluates; the city records its result.")),
        Stage("province_evaluated", _("Evaluated by the province"), next=_("The result is published for five working days."), publishes=True),
        PUBLICISED, NAMED, REGISTERED, RETURNED, FAILED, STOPPED,
    ),
    transitions=(
        _self_evaluate(), _take_back(), *_city_side(is_provincial=True),
        Transition(
            "report_to_province", ("reviewed",), "province_review", _("Report to the province"), DECIDES, (CITY,),
            rule=_("What meets the province's conditions is reported with the city government's consent."), clause=clause("review"),
            documents=("province_report",), decides=True, wants_number=True, done=_("reported to the province"),
        ),
        Transition(
            "approve_plan", ("plan_drafted",), "chief_approved", _("Record the river chief's approval"), DECIDES, (CITY,),
            rule=_("A provincial plan is approved by the city's river chief before the province reviews it."), clause=clause("plan"),
            decides=True, wants_number=True, done=_("recorded the river chief's approval"),
        ),
        Transition(
            "province_evaluate", ("evaluated",), "province_evaluated", _("Record the province's evaluation"), DECIDES, (CITY,),
            rule=_("The province evaluates after the city and the provincial government consents."), clause=clause("evaluate"),
            decides=True, wants_number=True, done=_("recorded the province's evaluation"),
        ),
    ),
    documents=(SELF_EVALUATION, CONSENT, PROVINCE_REPORT, BUILD_PLAN, TECH_OPINION),
    form="rivers.forms.SelfEvaluationForm",
    snapshot="rivers.services.outcomes.snapshot",
    labels=LABELS,
)  # fmt: skip

COUNTY_FLOW = Workflow(
    code="rivers-county",
    name=_("Happy river of a county's list"),
    version=1,
    stages=(
        PLANNED, SELF_EVALUATED,
        Stage("consented", _("Consented to by the county-level government"), next=_("Building begins on 1 November.")),
        BUILDING,
        Stage("built", _("Built"), next=_("The county evaluates it by its own rules.")),
        Stage("evaluated", _("Evaluated by the county"), next=_("The county names it.")),
        NAMED, REGISTERED, RETURNED, FAILED,
    ),
    transitions=(
        _self_evaluate(), _take_back(),
        Transition(
            "return_own", ("self_evaluated",), "returned", _("Return to the office"), COUNTY_DECIDES, (COUNTY,), decides=True, is_reverse=True, done=_("returned"),
        ),
        Transition(
            "consent", ("self_evaluated",), "consented", _("Record the government's consent"), COUNTY_DECIDES, (COUNTY,),
            rule=_("Filed with the consent of the county-level government."), clause=clause("filing"), guards=(FILING,), documents=("consent",),
            decides=True, wants_number=True, done=_("recorded the consent"),
        ),
        Transition(
            "start_building", ("consented",), "building", _("Start building"), ENTERS, (COUNTY,), clause=clause("build"), hands_in=True, done=_("began building"),
        ),
        Transition(
            "finish_building", ("building",), "built", _("Report completion"), ENTERS, (COUNTY,), clause=clause("build"), guards=(IN_TIME,),
            facts=(Fact("built_on", _("Completed on"), kind="date"),), hands_in=True, effects=NOTE_BUILT, done=_("reported completion"),
        ),
        Transition(
            "evaluate", ("built",), "evaluated", _("Pass the evaluation"), COUNTY_DECIDES, (COUNTY,),
            rule=_("Each county evaluates by its own rules."), clause=clause("county"), guards=(NAMING, WATER_CLASS), facts=(*FOUND, *METHOD_FACTS),
            decides=True, effects=NOTE_PASSED, done=_("passed the evaluation"),
        ),
        Transition(
            "fail", ("built",), "failed", _("Record as not passed"), COUNTY_DECIDES, (COUNTY,), clause=clause("county"), facts=(*FOUND, *METHOD_FACTS),
            decides=True, is_reverse=True, effects=NOTE_FAILED, done=_("did not pass"),
        ),
        Transition(
            "name", ("evaluated",), "named", pgettext_lazy("step with a water", "Name"), COUNTY_DECIDES, (COUNTY,), clause=clause("county"), decides=True, wants_number=True,
            effects=NOTE_NAMED, done=_("named"),
        ),
        Transition(
            "register", ("named",), "registered", _("Enter into the register"), ENTERS + COUNTY_DECIDES, (COUNTY,), clause=clause("county"),
            facts=REGISTER_FACTS, effects=NOTE_REGISTERED, done=_("registered"),
        ),
    ),
    documents=(SELF_EVALUATION, CONSENT),
    form="rivers.forms.SelfEvaluationForm",
    snapshot="rivers.services.outcomes.snapshot",
    labels=LABELS,
)  # fmt: skip

WORKFLOWS = (PROVINCE_FLOW, CITY_FLOW, COUNTY_FLOW)
BY_LEVEL = {"province": "rivers-province", "city": "rivers-city", "county": "rivers-county"}
