"""Scores sent by the device: once for each key, and never in conflict with oneself."""

from __future__ import annotations

import json
import uuid

import pytest
from django.urls import reverse

from audit.models import AuditEntry
from programs.models import InspectionScore
from programs.services.inspections import save_scores
from programs.services.scoring import ScoreConflict

EMPTY = {"result": "", "value": "", "points": "", "note": ""}


def send(client, inspection, version, *scores, key=""):
    headers = {"Idempotency-Key": key} if key else {}
    body = json.dumps({"version": version, "scores": list(scores)})
    return client.post(
        reverse("inspection-score", args=[inspection.pk]), body, content_type="application/json", headers=headers
    )


def score(result, base=None, **fields):
    return {"item": "A1", "result": result, "base": EMPTY | (base or {})} | fields


def test_the_same_sending_again_has_the_same_answer_and_one_effect(site, client):
    client.force_login(site.inspector)
    inspection, key = site.open(), str(uuid.uuid4())
    first = send(client, inspection, 0, score("pass"), key=key)
    written = AuditEntry.objects.filter(verb="inspection.score").count()
    again = send(client, inspection, 0, score("pass"), key=key)
    assert (first.json(), again.json()) == ({"version": 1}, {"version": 1})
    assert AuditEntry.objects.filter(verb="inspection.score").count() == written == 1
    assert send(client, inspection, 0, score("fail"), key=key).status_code == 400


def test_typing_on_after_a_lost_answer_is_no_conflict_with_oneself(site, client):
    client.force_login(site.inspector)
    inspection = site.open()
    assert send(client, inspection, 0, score("pass")).status_code == 200  # the answer is lost on its way
    answer = send(client, inspection, 0, score("fail", note="typed on"))  # still on what the device had seen
    assert (answer.status_code, answer.json()) == (200, {"version": 2})
    assert InspectionScore.objects.get(inspection=inspection).result == "fail"


def test_what_a_colleague_wrote_in_between_is_still_a_conflict(site):
    inspection = site.open()
    save_scores(actor=site.inspector, inspection_id=inspection.pk, version=0, scores=[score("pass")])
    theirs = score("fail", {"result": "pass"})
    save_scores(actor=site.colleague, inspection_id=inspection.pk, version=1, scores=[theirs])
    with pytest.raises(ScoreConflict):
        save_scores(actor=site.inspector, inspection_id=inspection.pk, version=0, scores=[score("na")])


def test_the_same_person_at_a_second_device_with_other_content_is_asked(site):
    inspection = site.open()
    save_scores(actor=site.inspector, inspection_id=inspection.pk, version=0, scores=[score("pass")])
    save_scores(
        actor=site.inspector, inspection_id=inspection.pk, version=1, scores=[score("fail", {"result": "pass"})]
    )
    with pytest.raises(ScoreConflict):
        save_scores(actor=site.inspector, inspection_id=inspection.pk, version=0, scores=[score("na")])
