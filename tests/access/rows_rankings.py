"""Periodic papers, their rule and their appeals."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from programs.models import Ranking, RankingAppeal, RankingRule, Role
from programs.services.rankings.papers import build
from tests.access.table import BUSINESS, CITY, EVERYWHERE, HERE, PLAN, PUBLIC, Row

LEADS, SIDE = (Role.APPROVER,), (Role.REPORTER, Role.REVIEWER)


def add(world: Any) -> None:
    """A draft of the city, a paper that is open to appeals, and an appeal of the county."""
    now, code = timezone.now(), str(world.period.ends_on.year)
    rule = RankingRule.objects.create(
        programme=world.programme, version=1, parts=[{"indicator": world.indicator.code, "weight": "100", "measure": "completion", "full": None}],
        missing="excluded", reason="x",
    )  # fmt: skip
    common = {"programme": world.programme, "rule": rule, "as_of": now}
    data = build(world.programme, "year", code, rule, now)
    world.ranking_draft = Ranking.objects.create(kind="year", period_code=code, code="PAPE-R1", snapshot=data, **common)
    world.ranking = Ranking.objects.create(
        kind="half",
        period_code=f"{code}-H2",
        code="PAPE-R2",
        snapshot=data,
        state="appeal",
        appeal_until=timezone.localdate(),
        **common,
    )
    world.appeal = RankingAppeal.objects.create(
        ranking=world.ranking, unit=world.own, text="x", made_by=world.people[Role.REPORTER, "own"]
    )


def _draft(w: Any) -> dict:
    return {"pk": w.ranking_draft.pk}


def _open(w: Any) -> dict:
    return {"pk": w.ranking.pk}


ROWS = [
    Row("rankings", BUSINESS),
    Row("ranking-create", LEADS),
    Row("ranking-create", LEADS, method="post", ok=422),
    Row("ranking", BUSINESS, CITY, kwargs=_draft),
    Row("ranking-file", BUSINESS, PLAN, kwargs=lambda w: {"kind": "pdf", "pk": w.ranking.pk}, ok=404),
    Row("ranking-step", LEADS, CITY, method="post", kwargs=lambda w: {"verb": "recompute", "pk": w.ranking_draft.pk}, ok=302),
    Row("ranking-appeal", SIDE, HERE, method="post", kwargs=_open, data=lambda w: {"unit": w.own.code, "text": "x"}, ok=(302, 409), hidden=(302, 403, 404, 409)),
    Row("ranking-appeal-decide", LEADS, HERE, method="post", kwargs=lambda w: {"pk": w.appeal.pk}, ok=(302, 403, 422)),
    Row("ranking-rule", LEADS, CITY, kwargs=lambda w: {"code": w.programme.code}),
    Row("ranking-rule", LEADS, CITY, method="post", kwargs=lambda w: {"code": w.programme.code}, ok=422),
    Row("verify-paper", PUBLIC, EVERYWHERE, kwargs=lambda w: {"code": "PAPE-R1"}),
    Row("verify-paper", PUBLIC, EVERYWHERE, method="post", kwargs=lambda w: {"code": "PAPE-R1"}, ok=422),
    Row("api-rankings", BUSINESS),
    Row("api-ranking", BUSINESS, CITY, kwargs=_draft),
]  # fmt: skip
