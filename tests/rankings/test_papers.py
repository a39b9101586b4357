"""A paper from its draft over appeals to its publication, and what the schedule makes of it."""

from __future__ import annotations

import io
import shutil
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from programs.documents.office_docx import print_docx
from programs.documents.periodic import print_pdf
from programs.errors import Conflict, RuleViolation
from programs.forms_rankings import PaperForm, RuleForm
from programs.models import Bulletin, Job, Programme, Ranking, RankingRule, Unit
from programs.services import jobs, rankings
from programs.services.files import path_of
from programs.services.rankings import schedule
from programs.services.rankings.papers import last_day
from programs.services.rankings.rules import RulePart, read_weight
from tests.bulletins.conftest import approve_figure
from tests.declarations.test_decide import at_once
from tests.factories import make_grant, make_target, small_city

D = Decimal
NOVEMBER = "2026-11-20 10:00:00+08:00"  # a Friday; October's figures were due on the 6th


@pytest.fixture(autouse=True)
def state(settings, tmp_path):
    settings.LUOSHI_DATA = tmp_path
    yield
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def place(db):
    """Two comparable counties with 70 of 100 and 20 of 50 approved in October 2026."""
    with time_machine.travel(NOVEMBER):
        city = small_city()
        Unit.objects.filter(pk__in=[one.pk for one in city.counties]).update(kind=Unit.Kind.COUNTY)
        first = city.indicators[0]
        first.is_headline, first.weight = True, 10
        first.save()
        for unit, value in ((city.city, 200), (city.counties[0], 100), (city.counties[1], 50)):
            make_target(first, unit, value)
        for unit, value in zip(city.townships, (30, 40, 20), strict=False):
            approve_figure(city, first, unit, value)
        yield city


@pytest.fixture
def paper(place):
    return rankings.make(actor=place.approver, programme=place.programme, kind="year", code="2026")


def places(paper):
    return [
        (row["unit"], row["position"], row["score"])
        for group in paper.snapshot["ranking"]["groups"]
        for row in group["places"]
    ]


def text_of(docx: bytes) -> bytes:
    """The document inside; a zip also carries the second it was packed."""
    return zipfile.ZipFile(io.BytesIO(docx)).read("word/document.xml")


def published(place, paper):
    rankings.open_appeals(actor=place.approver, ranking_id=paper.pk)
    with time_machine.travel("2026-12-10 10:00:00+08:00"):
        job = rankings.request_publication(actor=place.approver, ranking_id=paper.pk)
        assert jobs.execute(job.pk) == "done", Job.objects.get(pk=job.pk).error
    paper.refresh_from_db()
    return paper


def test_the_draft_ranks_results_with_their_inputs(place, paper):
    first, second = place.counties
    assert places(paper) == [(first.code, 1, "70.0"), (second.code, 2, "40.0")]
    part = paper.snapshot["ranking"]["groups"][0]["places"][1]
    assert part["moves"] == [{"indicator": place.indicators[0].code, "from": "20", "to": "35", "score": "70.0"}]
    assert (part["parts"][0]["value"], part["parts"][0]["target"]) == ("20", "50")


def test_making_it_twice_makes_one(place, paper):
    assert rankings.make(actor=place.approver, programme=place.programme, kind="year", code="2026").pk == paper.pk


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one(place):
    call = {"programme": place.programme, "kind": "year", "code": "2026"}
    answers = at_once(lambda: rankings.make(actor=place.approver, **call), lambda: rankings.make(actor=None, **call))
    assert len({one.pk for one in answers}) == Ranking.objects.count() == 1
    assert RankingRule.objects.count() == 1


def test_it_prints_the_same_after_corrections(place, paper):
    done = published(place, paper)
    before = path_of(done.pdf).read_bytes()
    approve_figure(place, place.indicators[0], place.townships[3], 900)
    again = Ranking.objects.select_related("programme").get(pk=done.pk)
    issued = timezone.localtime(Job.objects.get(kind="ranking.publish").requested_at).date()
    assert print_pdf(again, issued_on=issued) == before
    assert text_of(print_docx(again, issued_on=issued)) == text_of(path_of(done.docx).read_bytes())
    assert places(again) == places(done)


def test_the_papers_say_what_the_snapshot_says(place, paper):
    done = published(place, paper)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(path_of(done.pdf).read_bytes())).pages)
    assert "70.0" in text
    assert done.code in text.replace("\n", "")
    content = path_of(done.docx).read_bytes()
    words = "\n".join(
        cell.text for table in Document(io.BytesIO(content)).tables for row in table.rows for cell in row.cells
    )
    assert {"70.0", "40.0"} <= set(words.split("\n"))
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert not [name for name in names if "vba" in name.lower() or "embeddings" in name]


def test_nothing_is_published_before_appeals_are_over_and_answered(place, paper):
    rankings.open_appeals(actor=place.approver, ranking_id=paper.pk)
    paper.refresh_from_db()
    assert paper.appeal_until == date(2026, 11, 27)
    asks = {"actor": place.approver, "ranking_id": paper.pk}
    with time_machine.travel("2026-11-27 23:00:00+08:00"), pytest.raises(Conflict) as early:
        rankings.request_publication(**asks)
    assert early.value.code == "appeals_run"
    made = rankings.appeal(actor=place.reviewer, ranking_id=paper.pk, unit=place.counties[0], text="X is 31")
    with time_machine.travel("2026-11-28 09:00:00+08:00"), pytest.raises(Conflict) as waiting:
        rankings.request_publication(**asks)
    assert waiting.value.code == "appeals_pending"
    with time_machine.travel("2026-11-28 10:00:00+08:00"):
        rankings.decide_appeal(actor=place.approver, appeal_id=made.pk, is_upheld=True, answer="yes")
        with pytest.raises(Conflict) as stale:
            rankings.request_publication(**asks)
    assert stale.value.code == "not_recomputed"


def test_an_upheld_appeal_changes_the_paper_after_a_correction(place, paper):
    rankings.open_appeals(actor=place.approver, ranking_id=paper.pk)
    made = rankings.appeal(
        actor=place.other_reviewer, ranking_id=paper.pk, unit=place.counties[1], text="30 is missing"
    )
    rankings.decide_appeal(actor=place.approver, appeal_id=made.pk, is_upheld=True, answer="corrected")
    approve_figure(place, place.indicators[0], place.townships[3], 30)
    rankings.recompute(actor=place.approver, ranking_id=paper.pk)
    paper.refresh_from_db()
    assert places(paper)[0] == (place.counties[1].code, 1, "100.0")


def test_what_was_worked_out_again_can_be_appealed_against_before_it_is_published(place, paper):
    """Also on the last day and after it: figures nobody could appeal against are not published."""
    asks = {"actor": place.approver, "ranking_id": paper.pk}
    rankings.open_appeals(**asks)  # until 27 November, a Friday
    for moment, until in (
        ("2026-11-27 23:00:00+08:00", date(2026, 12, 4)),
        ("2026-12-07 09:00:00+08:00", date(2026, 12, 14)),
    ):
        with time_machine.travel(moment):
            paper = rankings.recompute(**asks)
            assert (paper.state, paper.appeal_until) == ("appeal", until)
            with pytest.raises(Conflict) as early:
                rankings.request_publication(**asks)
            assert early.value.code == "appeals_run"
    with time_machine.travel("2026-12-14 23:30:00+08:00"):
        made = rankings.appeal(actor=place.reviewer, ranking_id=paper.pk, unit=place.counties[0], text="the new figure")
        rankings.decide_appeal(actor=place.approver, appeal_id=made.pk, is_upheld=False, answer="it is right")
        with pytest.raises(Conflict):
            rankings.request_publication(**asks)
    with time_machine.travel("2026-12-15 00:10:00+08:00"):
        assert rankings.request_publication(**asks)


def test_a_draft_that_is_worked_out_again_stays_a_draft(place, paper):
    again = rankings.recompute(actor=place.approver, ranking_id=paper.pk)
    assert (again.state, again.appeal_until) == ("draft", None)


@pytest.mark.parametrize(
    ("who", "unit", "error"),
    [
        ("reviewer", 1, PermissionDenied),  # of the other county
        ("stranger", 0, PermissionDenied),
        ("viewer", 0, PermissionDenied),
        ("approver", 0, PermissionDenied),  # the bureau answers, it does not appeal
    ],
)
def test_a_unit_appeals_for_itself_only(place, paper, who, unit, error):
    rankings.open_appeals(actor=place.approver, ranking_id=paper.pk)
    with pytest.raises(error):
        rankings.appeal(actor=place.people[who], ranking_id=paper.pk, unit=place.counties[unit], text="x")


def test_nobody_decides_their_own_appeal(place, paper):
    rankings.open_appeals(actor=place.approver, ranking_id=paper.pk)
    made = rankings.appeal(actor=place.reviewer, ranking_id=paper.pk, unit=place.counties[0], text="x")
    make_grant(place.reviewer, "approver", place.city)
    with pytest.raises(RuleViolation) as caught:
        rankings.decide_appeal(actor=place.reviewer, appeal_id=made.pk, is_upheld=True, answer="yes")
    assert (caught.value.code, caught.value.status) == ("self_decision", 403)


def test_an_appeal_waits_once_and_is_answered_once(place, paper):
    rankings.open_appeals(actor=place.approver, ranking_id=paper.pk)
    asks = {"ranking_id": paper.pk, "unit": place.counties[0], "text": "x"}
    made = rankings.appeal(actor=place.reviewer, **asks)
    with pytest.raises(Conflict):
        rankings.appeal(actor=place.reporter, **asks)
    answer = {"actor": place.approver, "appeal_id": made.pk, "is_upheld": False}
    with pytest.raises(RuleViolation):
        rankings.decide_appeal(**answer, answer=" ")
    rankings.decide_appeal(**answer, answer="no")
    with pytest.raises(Conflict):
        rankings.decide_appeal(**answer, answer="again")
    rankings.appeal(actor=place.reporter, **asks)


def test_a_paper_that_is_not_open_takes_no_appeal(place, paper):
    with pytest.raises(Conflict):
        rankings.appeal(actor=place.reviewer, ranking_id=paper.pk, unit=place.counties[0], text="x")


@pytest.mark.parametrize(
    ("parts", "fields"),
    [
        ([], {}),
        ([RulePart("nothing", D(100))], {}),
        ([("first", D(60))], {}),
        ([("first", D(-1)), ("second", D(101))], {}),
        ([("first", D(50)), ("first", D(50))], {}),
        ([("first", D(100), "value")], {}),
        ([("first", D(100), "clicks")], {}),
        ([("first", D(100))], {"missing": "maybe"}),
        ([("first", D(100))], {"reason": " "}),
        ([("first", D(100))], {"appeal_workdays": 0}),
        ([("first", D(100))], {"minimum_share": 101}),
    ],
)
def test_a_bad_rule_is_refused(place, parts, fields):
    codes = {"first": place.indicators[0].code, "second": place.indicators[1].code}
    parts = [one if isinstance(one, RulePart) else RulePart(codes[one[0]], *one[1:]) for one in parts]
    common = {"seen_version": 1, "missing": "zero", "appeal_workdays": 5, "reason": "x"} | fields
    rankings.current_rule(place.programme)
    with pytest.raises(RuleViolation) as caught:
        rankings.set_rule(actor=place.approver, programme=place.programme, parts=parts, **common)
    assert caught.value.code == "bad_rule"


def test_a_new_rule_leaves_papers_as_they_were(place, paper):
    rule = rankings.set_rule(
        actor=place.approver, programme=place.programme, seen_version=1, missing="zero", appeal_workdays=3, reason="two results",
        parts=[RulePart(place.indicators[0].code, D(50)), RulePart(place.indicators[1].code, D(50))],
    )  # fmt: skip
    paper.refresh_from_db()
    assert (rule.version, paper.rule.version, paper.snapshot["rule"]["version"]) == (2, 1, 1)
    with pytest.raises(Conflict):
        rankings.set_rule(
            actor=place.approver, programme=place.programme, seen_version=1, parts=[], missing="zero", appeal_workdays=3, reason="x"
        )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "code", "day"),
    [("quarter", "2026-Q1", date(2026, 3, 31)), ("quarter", "2026-Q4", date(2026, 12, 31)), ("half", "2026-H1", date(2026, 6, 30)), ("year", "2026", date(2026, 12, 31))],
)  # fmt: skip
def test_spans(kind, code, day):
    assert last_day(kind, code) == day


@pytest.mark.parametrize(
    ("kind", "code"),
    [("quarter", "2026-Q5"), ("half", "2026-Q1"), ("year", "2026-H1"), ("year", "x"), ("month", "2026-10")],
)
def test_what_is_no_span(kind, code):
    with pytest.raises(ValueError, match=r"is no|invalid"):
        last_day(kind, code)


def test_the_schedule_makes_each_paper_once_also_late_and_for_a_past_day(place):
    made = [schedule.make_papers(today=date(2026, 10, 6)).changed]  # September's figures are due today
    made += [
        schedule.make_papers(today=day).changed
        for day in (date(2026, 10, 20), date(2026, 10, 20), date(2027, 1, 2), date(2027, 1, 12), date(2027, 3, 1))
    ]
    assert made == [0, 1, 0, 3, 0, 0]
    assert set(Ranking.objects.values_list("kind", "period_code")) == {
        ("quarter", "2026-Q3"), ("quarter", "2026-Q4"), ("half", "2026-H2"), ("year", "2026"),
    }  # fmt: skip


def test_the_monthly_bulletin_is_drafted_once(place):
    assert schedule.make_bulletins(today=date(2026, 11, 6)).changed == 0
    assert schedule.make_bulletins(today=date(2026, 11, 7)).changed == 1
    assert schedule.make_bulletins(today=date(2026, 11, 8)).changed == 0
    bulletin = Bulletin.objects.get()
    assert (bulletin.period.code, bulletin.created_by) == ("2026-10", None)


def test_the_pages_lead_through_it(place, paper, client):
    client.force_login(place.approver, backend="accounts.backends.AccountBackend")
    assert client.get(reverse("rankings")).status_code == 200
    page = client.get(reverse("ranking", args=[paper.pk]))
    assert "70.0" in page.content.decode()
    client.post(reverse("ranking-step", args=[paper.pk, "appeals"]))
    client.force_login(place.reviewer, backend="accounts.backends.AccountBackend")
    assert (
        client.post(
            reverse("ranking-appeal", args=[paper.pk]), {"unit": place.counties[0].code, "text": "31"}
        ).status_code
        == 302
    )
    assert paper.appeals.get().text == "31"
    assert client.get(reverse("verify-paper", args=[paper.code])).status_code == 200


def test_a_refusal_keeps_what_was_typed(place, paper, client):
    rankings.open_appeals(actor=place.approver, ranking_id=paper.pk)
    client.force_login(place.reviewer, backend="accounts.backends.AccountBackend")
    address, sent = reverse("ranking-appeal", args=[paper.pk]), {"unit": place.counties[0].code, "text": "31"}
    client.post(address, sent)
    again = client.post(address, sent | {"text": "and 32"})
    assert again.status_code == 409
    assert "and 32</textarea>" in again.content.decode()
    client.force_login(place.approver, backend="accounts.backends.AccountBackend")
    answer = client.post(reverse("ranking-appeal-decide", args=[paper.appeals.get().pk]), {"answer": "   "})
    assert answer.status_code == 422
    withdrawal = client.post(reverse("ranking-step", args=[paper.pk, "withdraw"]), {"reason": " "})
    assert withdrawal.status_code == 422
    paper.refresh_from_db()
    assert paper.state == "appeal"


def test_publishing_is_offered_when_nothing_is_in_the_way(place, paper, client):
    jobs.execute(Job.objects.get(kind="ranking.draft").pk)
    rankings.open_appeals(actor=place.approver, ranking_id=paper.pk)
    address, step = reverse("ranking", args=[paper.pk]), reverse("ranking-step", args=[paper.pk, "publish"])
    client.force_login(place.approver, backend="accounts.backends.AccountBackend")
    assert step not in client.get(address).content.decode()
    with time_machine.travel("2026-12-10 10:00:00+08:00"):
        client.force_login(place.approver, backend="accounts.backends.AccountBackend")
        assert step in client.get(address).content.decode()


def test_working_it_out_again_drops_the_old_files(place, paper):
    jobs.execute(Job.objects.get(kind="ranking.draft").pk)
    paper.refresh_from_db()
    assert paper.pdf_id
    rankings.recompute(actor=place.approver, ranking_id=paper.pk)
    paper.refresh_from_db()
    assert (paper.pdf_id, paper.docx_id) == (None, None)


def test_the_code_of_a_paper_is_found_where_codes_are_checked(paper, client):
    answer = client.post(reverse("verify"), {"code": paper.code.lower().replace("-", " ")})
    assert answer.headers["Location"] == reverse("verify-paper", args=[paper.code])
    assert (
        "multipart" not in client.get(answer.headers["Location"]).content.decode()
    )  # a draft is compared with nothing


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "1e400", "0.00001", "", "x"])
def test_what_is_no_weight(text):
    with pytest.raises(RuleViolation) as caught:
        read_weight(text)
    assert (caught.value.code, caught.value.field) == ("bad_rule", "parts")


@pytest.mark.parametrize("line", ["only-a-code", "a，1，2，3", "，5"])
def test_a_line_of_the_rule_that_cannot_be_read_is_named(line):
    form = RuleForm(
        {
            "parts": f"a，60\n\n{line}",
            "missing": "zero",
            "minimum_share": 50,
            "appeal_workdays": 5,
            "reason": "x",
            "seen": 1,
        }
    )
    assert form.is_valid(), form.errors
    with pytest.raises(RuleViolation, match="3"):
        form.read()


def test_a_rule_is_read_with_any_separator():
    text = "a\t60,\nb；４０；12.5"
    form = RuleForm(
        {"parts": text, "missing": "zero", "minimum_share": 50, "appeal_workdays": 5, "reason": "x", "seen": 1}
    )
    assert form.is_valid(), form.errors
    assert form.read() == [RulePart("a", D(60)), RulePart("b", D(40), "value", D("12.5"))]


def test_only_spans_that_have_ended_are_offered():
    form = PaperForm(programmes=Programme.objects.none(), today=date(2026, 11, 20))
    offered = [value for value, _label in form.fields["span"].choices]
    assert offered[:2] == ["quarter 2026-Q3", "half 2026-H1"]
    assert "year 2026" not in offered
    assert "year 2024" in offered


def test_the_word_paper_says_what_the_pdf_says(paper):
    document = Document(io.BytesIO(print_docx(paper, issued_on=None)))
    words = "\n".join(one.text for one in document.paragraphs)
    heads = [[cell.text for cell in table.rows[0].cells] for table in document.tables]
    assert heads[0][:3] == ["名次", "单位", "得分\n计入／总权重"]
    assert document.tables[0].rows[1].cells[2].text == "70.0\n10/10"
    assert heads[-1][1] == "指标"  # the annex
    for sentence in ("2026年度", "同分并列。", "草稿"):
        assert sentence in words
