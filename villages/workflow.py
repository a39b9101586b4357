"""The plan's five steps for model villages and towns (specification 2.3), as code. Dates are rows, numbers are quotas.

``villages-city`` is decided by the city, ``villages-county`` inside the county with the city sampling,
``villages-recheck`` and ``villages-recheck-county`` come once a calendar year for every honoured place.
The plan asks for no publicity; whoever decides may publish the lists of approved and of accepted places.

The award belongs to the city's acceptance, not to the plaque: clause 6(4) gives commendation, plaque and money alike to
places "that passed acceptance", so ``accept`` carries the effect and ``honour`` only records the paper and the plaque.
"""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.models import Purpose, Role, Unit
from programs.workflow import DocumentKind, Fact, Guard, Stage, Transition, Workflow
from villages import guards, guards_honours
from villages.clauses import clause
from villages.models import Source

City, County, Town = Unit.Level.CITY, Unit.Level.COUNTY, Unit.Level.TOWNSHIP
COUNTY_DECIDES = (Role.REVIEWER, Role.APPROVER)
AWARD = "subsidies.services.awards.create"
HONOUR, REVOKE, RESTORE = (f"villages.services.honours.{name}" for name in ("grant", "revoke", "restore"))

DOCUMENTS = (
    DocumentKind("plan", _("Construction plan of the village or town"), clause("plans"), belongs_to_project=True),
    DocumentKind("creation-plan", _("This year's creation plan"), clause("plans")),
    DocumentKind("key-projects", _("Plan of the key building projects"), clause("apply")),
    DocumentKind("resolution", _("Resolution of the village"), clause("apply")),
)

# names of what a revision keeps of a candidate (villages.queries.snapshot), and of the codes in it
LABELS = (
    ("style", pgettext_lazy("of a village", "Style")), ("belt", _("Belt")), ("hamlets", _("Hamlets")),
    ("hamlets_are_all", _("This is every hamlet of the village")), ("preferences", _("Preferences")),
    ("works", _("Building projects")), ("builder", _("Builder")), ("place", pgettext_lazy("of works", "Place")), ("content", _("Content")),
    ("investment", _("Investment (10,000 yuan)")), ("finish_by", _("Finished by")), ("sources", _("Money from")), ("is_tendered", _("Tendered")),
    *((str(code), label) for code, label in Source.choices),
)  # fmt: skip

LISTED = Guard("works", _("Every building project names builder, place, content, investment and date."), guards.works_listed, clause=clause("plans"))  # fmt: skip
HAMLETS = Guard("hamlets", _("A village is built as a whole: every hamlet is listed."), guards.hamlets_listed, clause=clause("build"))  # fmt: skip
RESOLUTION = Guard("resolution", _("The village itself resolves to apply."), guards.resolution_attached, clause=clause("apply"))  # fmt: skip
STYLE = Guard("style", _("A village is planned as a water, forest, field or culture village."), guards.style_chosen, is_hard=False, clause=clause("plans"))  # fmt: skip
PLAN = Guard("three_year_plan", _("The county's three-year plan comes before the first application."), guards.three_year_plan_exists, clause=clause("plans"))  # fmt: skip
QUOTA = Guard("quota", _("The year's task of the county."), guards.quota_kept, is_hard=False, clause=clause("apply"))
GROUPS = Guard("groups", _("Tendered works have a supervision group of all three kinds, and its records."), guards.supervision_recorded, clause=clause("works"))  # fmt: skip
FINISHED = Guard(
    "finished", _("Preliminary acceptance looks at finished works."), guards.works_finished, clause=clause("accept")
)
PRELIMINARY = Guard("preliminary", _("Every item of the checklist passes."), guards.preliminary_passed, clause=clause("accept"), inspection=Purpose.PRELIMINARY)  # fmt: skip
ACCEPTANCE = Guard("acceptance", _("Every item of the checklist passes."), guards.acceptance_passed, clause=clause("accept"), inspection=Purpose.ACCEPTANCE)  # fmt: skip
RECHECKED = Guard("rechecked", _("A recheck on site stands behind the decision."), guards.recheck_passed, clause=clause("recheck"), inspection=Purpose.RECHECK)  # fmt: skip
RECHECK_FAILED = Guard("recheck_failed", _("Only a failed recheck leads to a revocation."), guards.recheck_failed, clause=clause("recheck"), inspection=Purpose.RECHECK)  # fmt: skip
HEARD = Guard("heard", _("The place is heard before it loses its honour (set by the city)."), guards.reply_heard)
HELD = Guard("held", _("A place that holds the honour does not apply for it again without a reason."), guards_honours.not_honoured_yet, is_hard=False)  # fmt: skip
ONCE = Guard("once", _("Passed places are honoured and paid once."), guards_honours.no_second_honour, clause=clause("accept"))  # fmt: skip
PLAQUE = Guard("plaque", _("A plaque is given once."), guards.plaque_is_free, clause=clause("accept"))

DRAFT = Stage("draft", _("Draft"), next=_("The township recommends the place with its plans, hamlets and project list."))  # fmt: skip
BUILDING = Stage("building", _("Being built"), next=_("The county makes the preliminary acceptance in the fourth quarter, when the works are finished."))  # fmt: skip
SIDE = (
    Stage(
        "returned", _("Returned"), next=_("The township corrects what was named and recommends again."), is_main=False
    ),
    Stage("failed", _("Not passed"), next=_("The place puts right what failed and goes on building."), is_main=False),
    Stage("withdrawn", _("Withdrawn for this year"), is_main=False, is_final=True),
    Stage("disqualified", _("Disqualified"), is_main=False, is_final=True),
)
CITY_STAGES = (
    DRAFT,
    Stage(
        "recommended",
        _("Recommended by the township"),
        next=_("The county looks at quota and plans and selects or returns."),
    ),
    Stage("county_selected", _("Selected by the county"), next=_("The county hands the whole package to the city.")),
    Stage("city_submitted", _("Submitted to the city"), next=_("The city bureau approves or returns.")),
    Stage("city_approved", _("Approved by the city"), next=_("Township and village begin to build."), publishes=True),
    BUILDING,
    Stage(
        "prelim_pass",
        _("Preliminary acceptance passed"),
        next=_("The city accepts it on its own, without waiting for others, before the year ends."),
    ),
    Stage(
        "city_accepted",
        _("Accepted by the city"),
        next=_("The city commends it, gives the plaque and pays the award."),
        publishes=True,
    ),
    Stage("honoured", _("Honoured"), is_final=True),
    *SIDE,
)
COUNTY_STAGES = (
    DRAFT,
    Stage("recommended", _("Recommended by the township"), next=_("The county approves or returns.")),
    Stage(
        "county_approved", _("Approved by the county"), next=_("Township and village begin to build."), publishes=True
    ),
    replace(BUILDING, next=_("The county accepts it when the works are finished.")),
    Stage(
        "county_accepted",
        _("Accepted by the county"),
        next=_("The county commends it and gives the plaque; the city takes samples."),
        publishes=True,
    ),
    Stage("honoured", _("Honoured"), is_final=True),
    *SIDE,
)
RECHECK_STAGES = (
    Stage(
        "due",
        _("Recheck due"),
        next=_("An inspector looks at the place this year; then it is kept or a revocation is proposed."),
    ),
    Stage(
        "revocation_proposed",
        _("Revocation proposed"),
        next=_("The place may reply before the decision."),
        is_main=False,
    ),
    Stage(
        "replied",
        _("Reply received"),
        next=_("The reply is weighed, then the honour is kept or revoked."),
        is_main=False,
    ),
    Stage("kept", _("Kept"), is_final=True),
    Stage("revoked", _("Revoked"), next=_("The place may object."), is_main=False),
    Stage(
        "objected", _("Objection received"), next=_("The decision is upheld or the honour is restored."), is_main=False
    ),
    Stage("upheld", _("Revocation upheld"), is_main=False, is_final=True),
)


def _apply(levels: tuple[str, ...]) -> tuple[Transition, ...]:
    """The applying side: recommend, take back, withdraw."""
    return (
        Transition(
            "recommend", ("draft", "returned"), "recommended", _("Recommend"), (Role.REPORTER,), levels,
            rule=_("Townships recommend."), clause=clause("apply"), guards=(LISTED, HAMLETS, RESOLUTION, STYLE, HELD), documents=("plan", "creation-plan"),
            hands_in=True, saves_revision=True, done=_("recommended"),
        ),
        Transition(
            "take_back", ("recommended",), "draft", pgettext_lazy("an application", "Take back"), (Role.REPORTER,), levels, is_reverse=True,
            done=_("taken back"),
        ),
    )  # fmt: skip


def _leave(levels: tuple[str, ...], sources: tuple[str, ...]) -> Transition:
    return Transition(
        "withdraw", sources, "withdrawn", pgettext_lazy("an application", "Withdraw for this year"), (Role.REPORTER,), levels, is_reverse=True,
        done=pgettext_lazy("step taken", "withdrawn"),
    )  # fmt: skip


def _disqualify(level: str, roles: tuple[str, ...], sources: tuple[str, ...]) -> Transition:
    return Transition(
        "disqualify", sources, "disqualified", _("Disqualify"), roles, (level,), decides=True, is_reverse=True, wants_number=True,
        rule=_("Serious lack of effort loses the qualification."), clause=clause("supervision"), done=_("disqualified"),
    )  # fmt: skip


def _build(source: str) -> tuple[Transition, ...]:
    """Building begins; after a failed acceptance it goes on."""
    started = Fact("started_on", _("Building began on"), kind="date")
    return (
        Transition(
            "begin", (source,), "building", _("Begin to build"), (Role.REPORTER,), (Town, County), rule=_("Towns are built by the township, villages by the village."),
            clause=clause("build"), facts=(started,), done=pgettext_lazy("step taken", "begun"),
        ),
        Transition("resume", ("failed",), "building", _("Go on building"), (Role.REPORTER,), (Town, County),
                   facts=(Fact("mended", _("What was put right")),), done=_("going on")),
    )  # fmt: skip


def _honour(source: str, level: str, roles: tuple[str, ...]) -> Transition:
    return Transition(
        "honour", (source,), "honoured", _("Commend and give the plaque"), roles, (level,), rule=_("Passed places are commended and get a plaque."),
        clause=clause("accept"), facts=(Fact("plaque", _("Number of the plaque")),), guards=(PLAQUE, ONCE), decides=True, wants_number=True, effects=(HONOUR,),
        done=_("honoured"),
    )  # fmt: skip


LIVE = ("recommended", "county_selected", "city_submitted", "city_approved", "building", "prelim_pass", "city_accepted", "returned", "failed")  # fmt: skip

CITY_FLOW = Workflow(
    code="villages-city", name=_("City-level model village or town"), version=1, stages=CITY_STAGES, documents=DOCUMENTS,
    snapshot="villages.queries.snapshot", labels=LABELS, yuan=("investment",),
    transitions=(
        *_apply((Town, County)),
        Transition("select", ("recommended",), "county_selected", pgettext_lazy("a village", "Select"), COUNTY_DECIDES, (County,),
                   rule=_("Counties select."), clause=clause("apply"), guards=(PLAN, HAMLETS, QUOTA), decides=True, done=_("selected")),
        Transition("submit", ("county_selected",), "city_submitted", _("Submit to the city"), (Role.REPORTER,), (County,),
                   rule=_("One package: list, creation plan and plan of the key projects."), clause=clause("apply"),
                   documents=("creation-plan", "key-projects"), hands_in=True, done=pgettext_lazy("step taken", "submitted")),
        Transition("approve", ("city_submitted",), "city_approved", _("Approve"), (Role.APPROVER,), (City,),
                   rule=_("The city approves."), clause=clause("apply"), decides=True, done=pgettext_lazy("step taken", "approved")),
        Transition("return", ("recommended", "county_selected"), "returned", _("Return"), COUNTY_DECIDES, (County,), decides=True, is_reverse=True, done=_("returned")),
        Transition("return", ("city_submitted",), "returned", _("Return"), (Role.APPROVER,), (City,), decides=True, is_reverse=True, done=_("returned")),
        *_build("city_approved"),
        Transition("pass", ("building",), "prelim_pass", _("Pass the preliminary acceptance"), COUNTY_DECIDES, (County,),
                   rule=_("Preliminary acceptance is in the fourth quarter; who passes is reported to the city at once."), clause=clause("accept"),
                   guards=(FINISHED, GROUPS, PRELIMINARY), decides=True, done=_("passed the preliminary acceptance")),
        Transition("fail", ("building",), "failed", _("Not passed"), COUNTY_DECIDES, (County,), decides=True, is_reverse=True, clause=clause("accept"), done=_("not passed")),
        Transition("accept", ("prelim_pass",), "city_accepted", _("Accept"), (Role.APPROVER,), (City,),
                   rule=_("One application, one acceptance; all before the year ends."), clause=clause("accept"), guards=(ACCEPTANCE, ONCE), accepts=True,
                   effects=(AWARD,), done=_("accepted")),
        Transition("fail", ("prelim_pass",), "failed", _("Not passed"), (Role.APPROVER,), (City,), decides=True, is_reverse=True, clause=clause("accept"), done=_("not passed")),
        _honour("city_accepted", City, (Role.APPROVER,)),
        _leave((Town, County), ("draft", "returned", "failed", "recommended", "county_selected", "city_submitted", "city_approved", "building")),
        _disqualify(City, (Role.APPROVER,), LIVE),
    ),
)  # fmt: skip

# The county is the whole chain here, so only the township may apply: the body that applied never accepts.
COUNTY_FLOW = Workflow(
    code="villages-county", name=_("County-level model village or town"), version=1, stages=COUNTY_STAGES, documents=DOCUMENTS,
    snapshot="villages.queries.snapshot", labels=LABELS, yuan=("investment",),
    transitions=(
        *_apply((Town,)),
        Transition("approve", ("recommended",), "county_approved", _("Approve"), COUNTY_DECIDES, (County,), rule=_("Counties organize the county level themselves."),
                   clause=clause("county"), guards=(PLAN, HAMLETS, QUOTA), decides=True, done=pgettext_lazy("step taken", "approved")),
        Transition("return", ("recommended",), "returned", _("Return"), COUNTY_DECIDES, (County,), decides=True, is_reverse=True, done=_("returned")),
        *_build("county_approved"),
        Transition("accept", ("building",), "county_accepted", _("Accept"), COUNTY_DECIDES, (County,), rule=_("Counties organize the county level themselves."),
                   clause=clause("county"), guards=(FINISHED, GROUPS, ACCEPTANCE, ONCE), accepts=True, effects=(AWARD,), done=_("accepted")),
        Transition("fail", ("building",), "failed", _("Not passed"), COUNTY_DECIDES, (County,), decides=True, is_reverse=True, clause=clause("county"), done=_("not passed")),
        _honour("county_accepted", County, COUNTY_DECIDES),
        _leave((Town,), ("draft", "returned", "failed", "recommended", "county_approved", "building")),
        _disqualify(County, COUNTY_DECIDES, ("recommended", "county_approved", "building", "county_accepted", "returned", "failed")),
    ),
)  # fmt: skip


def _recheck(code: str, level: str, roles: tuple[str, ...], name) -> Workflow:
    """The yearly recheck, decided by the level that honoured."""
    reply, objection = Fact("reply", _("Reply of the place")), Fact("answer", _("Answer to the objection"))
    return Workflow(
        code=code, name=name, version=1, stages=RECHECK_STAGES,
        transitions=(
            Transition("keep", ("due", "revocation_proposed", "replied"), "kept", _("Keep"), roles, (level,), rule=_("Who keeps the standard keeps the honour."),
                       clause=clause("recheck"), guards=(RECHECKED,), decides=True, done=_("kept")),
            Transition("propose", ("due",), "revocation_proposed", _("Propose to revoke"), roles, (level,), rule=_("A failed recheck leads to revocation."),
                       clause=clause("recheck"), guards=(RECHECK_FAILED,), decides=True, is_reverse=True, done=_("proposed for revocation")),
            Transition("reply", ("revocation_proposed",), "replied", _("Reply"), (Role.REPORTER,), (Town, County), facts=(reply,), hands_in=True, done=_("replied")),
            Transition("revoke", ("revocation_proposed", "replied"), "revoked", _("Revoke the honour"), roles, (level,), clause=clause("recheck"),
                       rule=_("Revoked, criticised throughout the city; no appraisal for its leaders, no rural projects."),
                       guards=(RECHECK_FAILED, HEARD), decides=True, is_reverse=True, wants_number=True, effects=(REVOKE,), done=pgettext_lazy("step taken", "revoked")),
            Transition("object", ("revoked",), "objected", pgettext_lazy("verb", "Object"), (Role.REPORTER,), (Town, County), hands_in=True, is_reverse=True, done=_("objected")),
            Transition("uphold", ("objected",), "upheld", _("Uphold the revocation"), roles, (level,), facts=(objection,), decides=True, done=_("upheld")),
            Transition("restore", ("objected",), "kept", _("Restore the honour"), roles, (level,), facts=(objection,), decides=True, wants_number=True,
                       effects=(RESTORE,), done=_("restored")),
        ),
    )  # fmt: skip


RECHECK_FLOW = _recheck("villages-recheck", City, (Role.APPROVER,), _("Yearly recheck of a city-level model place"))
COUNTY_RECHECK_FLOW = _recheck(
    "villages-recheck-county", County, COUNTY_DECIDES, _("Yearly recheck of a county-level model place")
)
RECHECKS = {"city": RECHECK_FLOW.code, "county": COUNTY_RECHECK_FLOW.code}
FLOWS = (CITY_FLOW, COUNTY_FLOW, RECHECK_FLOW, COUNTY_RECHECK_FLOW)
APPLICATIONS = (CITY_FLOW.code, COUNTY_FLOW.code)
