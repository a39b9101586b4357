"""Bulletins: what is frozen, who may, numbers, publishing, withdrawing."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from audit.models import AuditEntry
from programs.errors import Conflict, RuleViolation
from programs.models import Bulletin, Job, Programme
from programs.services import bulletins, files, jobs
from programs.services.bulletins.snapshot import build, sm3_of
from programs.services.corrections import decide_correction, request_correction
from tests.factories import make_grant, make_period, make_programme, make_user, small_city
from tests.together import at_once, told


def test_the_snapshot_holds_sums_targets_and_what_is_missing(place, draft):
    first = place.indicators[0].code
    cells = draft.snapshot["cells"][first]
    city, north, south = cells[place.city.code], cells[place.counties[0].code], cells[place.counties[1].code]
    assert (city["value"], city["target"], city["completion"], city["reports"], city["expected"]) == (
        "90",
        "200",
        "0.45",
        3,
        4,
    )
    assert (north["value"], north["completion"]) == ("70", "0.7")
    assert (south["value"], south["completion"]) == ("20", "0.4")
    missing = {row["unit"]: (row["reports"], row["expected"]) for row in draft.snapshot["missing"]}
    assert missing == {place.counties[0].code: (2, 4), place.counties[1].code: (1, 4)}


def test_a_correction_after_publication_changes_neither_paper_nor_as_of(place, published):
    before = files.path_of(published.file).read_bytes()
    first, town = place.indicators[0], place.townships[0]
    request = request_correction(
        actor=place.reporter, indicator=first, unit=town, period=place.period, text="35", reason="counted twice"
    )
    decide_correction(actor=place.approver, request_id=request.pk, approve=True)
    published.refresh_from_db()
    again = build(place.programme, place.period, published.as_of)
    assert again["cells"] == published.snapshot["cells"]
    assert sm3_of(again) == sm3_of(published.snapshot)
    assert files.path_of(published.file).read_bytes() == before
    assert published.file.sha256 == Bulletin.objects.get(pk=published.pk).file.sha256
    later = bulletins.create_draft(actor=place.approver, programme=place.programme, period=place.period)
    assert later.snapshot["cells"][first.code][place.city.code]["value"] == "95"
    assert [(row["before"], row["after"]) for row in later.snapshot["corrections"]] == [("30", "35")]
    assert later.issue_no == published.issue_no + 1


@pytest.mark.parametrize("who", ["reviewer", "reporter", "viewer", "auditor", "stranger", "nobody"])
def test_only_the_approver_of_the_jurisdiction_makes_and_publishes(place, draft, who):
    person = getattr(place, who)
    other = make_period(place.programme, "2026-08")
    with pytest.raises(PermissionDenied):
        bulletins.create_draft(actor=person, programme=place.programme, period=other)
    with pytest.raises(PermissionDenied):
        bulletins.request_publication(actor=person, bulletin_id=draft.pk)
    with pytest.raises(PermissionDenied):
        bulletins.withdraw(actor=person, bulletin_id=draft.pk, reason="because")


def test_a_countys_approver_cannot_publish_the_citys_bulletin(place, draft, client):
    person = make_user()
    make_grant(person, "approver", place.counties[0])
    with pytest.raises(PermissionDenied):
        bulletins.request_publication(actor=person, bulletin_id=draft.pk)
    client.force_login(person)
    assert (
        client.post(reverse("bulletin-publish", args=[draft.pk]), {"confirm": "1"}).status_code == 404
    )  # a draft above it
    make_period(place.programme, "2026-08")
    answer = client.post(reverse("bulletin-create"), {"programme": place.programme.pk, "period": "2026-08"})
    assert answer.status_code == 422
    assert Bulletin.objects.count() == 1


def test_a_right_that_was_lost_before_the_job_ran_stops_it(place, draft):
    jobs.execute(draft.job_id)
    job = bulletins.request_publication(actor=place.approver, bulletin_id=draft.pk)
    place.approver.grants.update(revoked_at=draft.created_at)
    assert jobs.execute(job.pk) == "failed"
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_publishing_twice_has_one_effect(place, published):
    assert published.state == "published"
    with pytest.raises(Conflict):
        bulletins.request_publication(actor=place.approver, bulletin_id=published.pk)
    second = jobs.enqueue(kind="bulletin.publish", params={"bulletin": published.pk}, actor=place.approver)
    assert jobs.execute(second.pk) == "failed"
    assert AuditEntry.objects.filter(verb="bulletin.publish").count() == 1


def test_a_draft_that_nobody_saw_cannot_be_published(place, draft):
    with pytest.raises(Conflict) as refused:
        bulletins.request_publication(actor=place.approver, bulletin_id=draft.pk)
    assert refused.value.code == "being_printed"
    jobs.cancel(actor=place.approver, job_id=draft.job_id)
    with pytest.raises(Conflict) as refused:
        bulletins.request_publication(actor=place.approver, bulletin_id=draft.pk)
    assert refused.value.code == "not_printed"
    assert jobs.execute(bulletins.print_again(actor=place.approver, bulletin_id=draft.pk).pk) == "done"
    bulletins.request_publication(actor=place.approver, bulletin_id=draft.pk)


def test_numbers_a_discarded_draft_frees_its_own_a_withdrawn_bulletin_keeps_it(place, published):
    other = make_period(place.programme, "2026-08")
    second = bulletins.create_draft(actor=place.approver, programme=place.programme, period=other)
    assert (published.issue_no, second.issue_no) == (1, 2)
    with pytest.raises(Conflict):
        bulletins.create_draft(actor=place.approver, programme=place.programme, period=other)
    with pytest.raises(RuleViolation):
        bulletins.withdraw(actor=place.approver, bulletin_id=second.pk, reason="  ")
    bulletins.withdraw(actor=place.approver, bulletin_id=second.pk, reason="wrong month")
    bulletins.withdraw(actor=place.approver, bulletin_id=published.pk, reason="wrong title")
    published.refresh_from_db()
    assert (published.state, published.withdrawn_reason, published.file is None) == ("withdrawn", "wrong title", False)
    again = bulletins.create_draft(actor=place.approver, programme=place.programme, period=place.period)
    assert again.issue_no == 2


@pytest.mark.django_db(transaction=True)
def test_two_creations_at_once_never_share_a_number(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "wake", lambda job_id: None)
    place = small_city()
    periods = [make_period(place.programme, f"2026-0{month}") for month in range(1, 7)]
    programmes = [Programme.objects.get(pk=place.programme.pk) for _period in periods]
    answers = at_once(
        *(
            lambda one=one, period=period: bulletins.create_draft(actor=place.approver, programme=one, period=period)
            for one, period in zip(programmes, periods, strict=True)
        )
    )
    assert told(answers) == ["done"] * 6
    assert sorted(Bulletin.objects.values_list("issue_no", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_a_period_of_another_programme_is_refused(place):
    other = make_period(make_programme(place.city), "2026-10")
    with pytest.raises(RuleViolation):
        bulletins.create_draft(actor=place.approver, programme=place.programme, period=other)
    assert not Job.objects.exists()


def test_pages_publish_needs_the_number_typed_and_counties_read_it_afterwards(place, draft, client):
    jobs.execute(draft.job_id)
    client.force_login(place.reviewer)
    assert client.get(reverse("bulletin", args=[draft.pk])).status_code == 404
    client.force_login(place.approver)
    page = client.get(reverse("bulletin", args=[draft.pk]))
    assert page.status_code == 200
    assert 'name="confirm"' in page.content.decode()
    client.post(reverse("bulletin-publish", args=[draft.pk]), {"confirm": "99"})
    assert Job.objects.filter(kind="bulletin.publish").count() == 0
    client.post(reverse("bulletin-publish", args=[draft.pk]), {"confirm": str(draft.issue_no)})
    job = Job.objects.get(kind="bulletin.publish")
    assert b"hx-get" in client.get(reverse("bulletin", args=[draft.pk])).content
    jobs.execute(job.pk)
    client.force_login(place.reviewer)
    assert client.get(reverse("bulletin", args=[draft.pk])).status_code == 200
    assert client.get(reverse("bulletin-file", args=[draft.pk]))["Content-Type"] == "application/pdf"
    client.force_login(place.stranger)
    for name in ("bulletin", "bulletin-file"):
        assert client.get(reverse(name, args=[draft.pk])).status_code == 404


def test_the_list_asks_as_often_for_thirty_as_for_one(place, published, client, django_assert_max_num_queries):
    from django.test.utils import CaptureQueriesContext

    client.force_login(place.approver)
    client.get(reverse("bulletins"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("bulletins"))
    rows = [
        Bulletin(
            programme=place.programme,
            period=place.period,
            issue_no=n,
            year=2020,
            as_of=published.as_of,
            code=f"code-{n}",
            created_by=place.approver,
        )
        for n in range(2, 25)
    ]
    Bulletin.objects.bulk_create(rows)
    with django_assert_max_num_queries(len(one)):
        client.get(reverse("bulletins"))
