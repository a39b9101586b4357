"""The scheduled reviews every programme shares. What each does stands beside what it works on."""

from django.utils.translation import gettext_lazy as _

from programs.reviews import Review, daily, hourly, register

REVIEWS = (
    Review(
        "open-cycles",
        _("Open the year"),
        "programs.services.cycles.open_cycles",
        daily(0, 15),
        about=_("Opens the new year of every programme that runs in it."),
    ),
    Review(
        "monthly-bulletins",
        _("Draft the monthly bulletins"),
        "programs.services.rankings.schedule.make_bulletins",
        daily(6, 10),
        about=_("Makes the draft of each programme's bulletin on the day after its figures were due."),
    ),
    Review(
        "periodic-papers",
        _("Draft reviews and rankings"),
        "programs.services.rankings.schedule.make_papers",
        daily(6, 20),
        about=_("Makes the drafts of quarterly reviews, half-year summaries and yearly rankings."),
    ),
    Review(
        "burden-report",
        _("Burden report"),
        "programs.services.burden.make_reports",
        daily(1, 30),
        about=_(
            "Counts what last month asked of the grassroots, and names questions that read alike. Never who answered."
        ),
    ),
    Review(
        "prepare-draws",
        _("Prepare the year's draws"),
        "programs.services.draws.plans.review",
        daily(0, 18),
        about=_("Prepares the random draws that a plan asks for every year."),
    ),
    Review(
        "end-notices",
        _("Take down notices"),
        "programs.services.cycles.end_notices",
        daily(0, 20),
        about=_("Takes down every publicity notice on the day after its last."),
    ),
    Review(
        "lights",
        _("Turn the lights"),
        "programs.services.lights.count_lights",
        daily(0, 30),
        about=_("Counts what is late and what is due within three working days."),
    ),
    Review(
        "escalate",
        _("Escalate what is late"),
        "programs.services.lights.escalate",
        daily(0, 40),
        about=_("Names what has been late for so many working days to the level above."),
    ),
    Review(
        "snapshot-month",
        _("Keep the month"),
        "programs.services.snapshots.snapshot_month",
        daily(1, 0),
        about=_("Keeps figures and lights of every programme as they stood at the end of last month."),
    ),
    Review(
        "remind",
        _("Remind"),
        "programs.services.digests.remind",
        hourly("9-16", 5),
        about=_(
            "Writes one reminder a day for each person who has something due within three working days or late, and for the bureaus of the city what waits for their decision."
        ),
    ),
)


def register_all() -> None:
    for review in REVIEWS:
        register(review)
