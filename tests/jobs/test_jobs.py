"""Jobs: one effect whatever dies, is lost, runs twice or is cancelled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from accounts.models import User
from programs.errors import Conflict, RuleViolation
from programs.models import Feedback, Job
from programs.services import files, jobs
from tests.factories import make_user, small_city
from tests.together import at_once

RUNS: list[int] = []


def work_once(work: jobs.Work) -> None:
    """Leaves one remark: an effect that can be counted."""
    RUNS.append(work.job.pk)
    work.step(1, 2, "half")
    with work.finishing() as job:
        Feedback.objects.create(user=job.requested_by, page="/", text=f"job {job.pk}")
        job.result = files.store_bytes(b"done", name="done.txt", content_type="text/plain")


def work_and_die(work: jobs.Work) -> None:
    RUNS.append(work.job.pk)
    raise SystemExit  # what a killed worker looks like: no handler of ours runs


def work_badly(work: jobs.Work) -> None:
    raise ZeroDivisionError("secret detail")


def work_against_a_rule(work: jobs.Work) -> None:
    raise RuleViolation("rule", "Too much.", next_step="Take less.")


def work_without_database(work: jobs.Work) -> None:
    raise OperationalError("server closed the connection")


@pytest.fixture(autouse=True)
def kinds(monkeypatch, settings, tmp_path):
    settings.LUOSHI_DATA = tmp_path
    RUNS.clear()
    for name in ("work_once", "work_and_die", "work_badly", "work_against_a_rule", "work_without_database"):
        monkeypatch.setitem(jobs.KINDS, name, jobs.Kind(name, name, f"{__name__}.{name}"))


@pytest.fixture
def person(db) -> User:
    return make_user()


def waiting(person: User, kind: str = "work_once") -> Job:
    return jobs.enqueue(kind=kind, params={}, actor=person)


def test_a_job_runs_once_and_keeps_its_file(person):
    job = waiting(person)
    assert jobs.execute(job.pk) == "done"
    assert jobs.execute(job.pk) == "not claimed"
    job.refresh_from_db()
    assert (job.progress, job.total, job.result.name) == (2, 2, "done.txt")
    assert files.is_intact(job.result)
    assert Feedback.objects.count() == 1


def test_after_a_killed_worker_another_runs_it_with_one_effect(person):
    job = waiting(person, "work_and_die")
    with pytest.raises(SystemExit):
        jobs.execute(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING
    assert jobs.execute(job.pk) == "not claimed"  # the lease still holds
    Job.objects.filter(pk=job.pk).update(claimed_until=timezone.now() - timedelta(seconds=1), kind="work_once")
    assert jobs.execute(job.pk) == "done"
    assert len(RUNS) == 2
    assert Feedback.objects.count() == 1


def test_a_worker_that_lost_its_lease_has_no_effect(person):
    job = waiting(person)
    slow = jobs.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert jobs.execute(job.pk) == "done"
    with pytest.raises(jobs.Stopped):
        slow.step(1, 2)
    with pytest.raises(jobs.Stopped), slow.finishing():
        pytest.fail("the second worker must not get here")
    assert Feedback.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_have_one_effect():
    job = Job.objects.create(kind="work_once", requested_by=make_user())
    assert sorted(at_once(*[lambda: jobs.execute(job.pk)] * 4)) == ["done", "not claimed", "not claimed", "not claimed"]
    assert Feedback.objects.count() == 1


def test_the_sweeper_finds_what_an_emptied_broker_forgot(person, monkeypatch, django_capture_on_commit_callbacks):
    def lost(*args):
        raise BrokerError("connection refused")

    monkeypatch.setattr("programs.tasks.run_job.delay", lost)
    with django_capture_on_commit_callbacks(execute=True):
        job = waiting(person)  # asking does not fail without a broker
    assert jobs.sweep() == 0  # just asked for: its message may still be on the way
    Job.objects.filter(pk=job.pk).update(requested_at=timezone.now() - timedelta(minutes=1))
    monkeypatch.setattr("programs.tasks.run_job.delay", jobs.execute)
    assert jobs.sweep() == 1
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert jobs.sweep() == 0


def test_a_lost_database_puts_the_job_off_and_five_times_end_it(person):
    job = waiting(person, "work_without_database")
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        assert jobs.execute(job.pk) == "waiting"
        assert jobs.execute(job.pk) == "not claimed"  # put off
        job.refresh_from_db()
        assert job.attempts == attempt
        Job.objects.filter(pk=job.pk).update(claimed_until=timezone.now())
    assert jobs.execute(job.pk) == "not claimed"
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert job.error


def test_failures_are_told_in_words_without_internals(person):
    bad, rule = waiting(person, "work_badly"), waiting(person, "work_against_a_rule")
    assert jobs.execute(bad.pk) == "failed"
    assert jobs.execute(rule.pk) == "failed"
    bad.refresh_from_db()
    rule.refresh_from_db()
    assert "secret detail" not in bad.error
    assert rule.error == "Too much. Take less."


def test_only_the_requester_cancels_and_a_running_job_then_stops(person):
    job = waiting(person)
    work = jobs.claim(job.pk)
    with pytest.raises(PermissionDenied):
        jobs.cancel(actor=make_user(), job_id=job.pk)
    jobs.cancel(actor=person, job_id=job.pk)
    with pytest.raises(jobs.Stopped):
        work.step(1, 2)
    assert jobs.execute(job.pk) == "not claimed"
    with pytest.raises(Conflict):
        jobs.cancel(actor=person, job_id=job.pk)
    assert not Feedback.objects.exists()


def test_pages_show_my_jobs_only_and_poll_until_the_end(client, person):
    world = small_city()
    job = waiting(world.approver)
    client.force_login(world.approver)
    page = client.get(reverse("job", args=[job.pk]), headers={"HX-Request": "true"})
    assert b"hx-get" in page.content
    assert b"<html" not in page.content
    jobs.execute(job.pk)
    page = client.get(reverse("job", args=[job.pk]), headers={"HX-Request": "true"})
    assert b"hx-get" not in page.content
    assert reverse("job-file", args=[job.pk]).encode() in page.content
    sent = client.get(reverse("job-file", args=[job.pk]))
    assert b"".join(sent.streaming_content) == b"done"
    assert sent["Content-Disposition"].startswith("attachment")
    assert sent["X-Content-Type-Options"] == "nosniff"
    client.force_login(world.viewer)
    for name in ("job", "job-file"):
        assert client.get(reverse(name, args=[job.pk])).status_code == 404
    assert client.post(reverse("job-cancel", args=[job.pk])).status_code == 404
    assert b"done.txt" not in client.get(reverse("jobs")).content
