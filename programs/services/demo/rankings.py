"""The demonstration's periodic papers: last quarter's review of each running plan, one open to appeals with an appeal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from accounts.models import User
from programs.models import Programme, Ranking, Unit
from programs.services import rankings
from programs.services.burden import make_reports
from programs.services.demo.series import read_yaml
from programs.services.rankings.schedule import make_papers

PLAN, COUNTY = "pingdingshan-villages-2023", "410422000000"


def load_rankings(*, today: date, say: Callable[[str], None]) -> None:
    """Make what the schedule would have made, open one paper to appeals and let one county appeal."""
    reports = make_reports(today=today).changed
    papers = make_papers(today=today).changed
    programme = Programme.objects.filter(code=PLAN).select_related("jurisdiction").first()
    people = {one.username: one for one in User.objects.filter(username__in=["city-agri", "yexian-review"])}
    paper = programme.rankings.filter(state=Ranking.State.DRAFT).order_by("pk").first() if programme else None
    if paper is not None and len(people) == 2:
        rankings.open_appeals(actor=people["city-agri"], ranking_id=paper.pk)
        rankings.appeal(
            actor=people["yexian-review"],
            ranking_id=paper.pk,
            unit=Unit.objects.get(code=COUNTY, valid_to=None),
            text=read_yaml("rankings.yaml")["appeal"],
        )
    say(f"  {papers} reviews and rankings, {reports} burden reports")
